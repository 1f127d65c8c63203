import { describe, expect, test } from 'vitest'
import { createCipherState } from '../../src/noise/cipher-state.js'
import { providers } from '../crypto/providers.js'

const key = new Uint8Array(32).fill(8)
const nothing = new Uint8Array(0)
const plaintext = Uint8Array.of(1, 2, 3)

describe.each(providers)('a cipher state with $name', (crypto) => {
  test('uses each nonce once, in order', () => {
    const cipher = createCipherState(crypto, key)
    const aead = crypto.aeadKey(key)
    for (const nonce of [0, 1, 2]) expect(cipher.seal(nothing, plaintext)).toEqual(aead.seal(nonce, nothing, plaintext))
  })

  test('keeps its place when something does not open', () => {
    const sealed = createCipherState(crypto, key).seal(nothing, plaintext) ?? nothing
    const cipher = createCipherState(crypto, key)
    expect(cipher.open(nothing, sealed.with(0, sealed[0]! ^ 1))).toBeUndefined()
    expect(cipher.open(plaintext, sealed)).toBeUndefined()
    expect(cipher.open(nothing, nothing)).toBeUndefined()
    expect(cipher.open(nothing, sealed)).toEqual(plaintext)
  })

  test('stops before its nonces wrap, or lose precision, at both ends', () => {
    const last = 2 ** 48 - 1
    const sender = createCipherState(crypto, key, last)
    const receiver = createCipherState(crypto, key, last)
    const sealed = sender.seal(nothing, plaintext) ?? nothing
    expect(receiver.open(nothing, sealed)).toEqual(plaintext)
    for (let attempt = 0; attempt < 3; attempt += 1) {
      expect(sender.seal(nothing, plaintext)).toBeUndefined()
      expect(receiver.open(nothing, crypto.aeadKey(key).seal(2 ** 48, nothing, plaintext))).toBeUndefined()
    }
  })

  test('goes on after a rekey under another key, with the nonce that comes next', () => {
    const sender = createCipherState(crypto, key)
    const receiver = createCipherState(crypto, key)
    receiver.open(nothing, sender.seal(nothing, plaintext) ?? nothing)
    sender.rekey()
    const sealed = sender.seal(nothing, plaintext) ?? nothing
    expect(sealed).not.toEqual(crypto.aeadKey(key).seal(1, nothing, plaintext))
    expect(receiver.open(nothing, sealed)).toBeUndefined()
    receiver.rekey()
    expect(receiver.open(nothing, sealed)).toEqual(plaintext)
  })
})
