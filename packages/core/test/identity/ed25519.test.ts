import { describe, expect, test } from 'vitest'
import type { Ed25519Backend } from '../../src/crypto/crypto-provider.js'
import { nativeCrypto } from '../../src/crypto/native-crypto.js'
import { nobleCrypto } from '../../src/crypto/noble-crypto.js'
import { createEd25519 } from '../../src/identity/ed25519.js'
import { ed25519Backends } from '../crypto/providers.js'
import { genuine, publicKey, refusedCases, seed, smallOrderEncodings, torsionedKeyCase } from './ed25519-cases.js'

const message = Uint8Array.of(1, 2, 3)

test('there are fourteen ways to write a point of small order', () => {
  expect(smallOrderEncodings).toHaveLength(14)
})

test('a key with a torsion part gets past the backends: it is the rule that refuses it', () => {
  for (const { ed25519 } of [nativeCrypto, nobleCrypto]) {
    expect(ed25519.verify(torsionedKeyCase.publicKey, torsionedKeyCase.message, torsionedKeyCase.signature)).toBe(true)
  }
})

describe.each(ed25519Backends)('the verdict with $name', ({ backend }) => {
  const ed25519 = createEd25519(backend)

  test('accepts what was signed, empty messages too', async () => {
    for (const text of [new Uint8Array(0), message, new Uint8Array(70_000)]) {
      const signature = await ed25519.sign(seed, text)
      expect(await ed25519.verify(ed25519.publicKey(seed), text, signature)).toBe(true)
    }
  })

  test('accepts a genuine signature whose nonce is not the one that RFC 8032 derives', async () => {
    expect(await ed25519.verify(genuine.publicKey, genuine.message, genuine.signature)).toBe(true)
  })

  test.each(refusedCases)('refuses $name', async (refused) => {
    expect(await ed25519.verify(refused.publicKey, refused.message, refused.signature)).toBe(false)
  })

  test('refuses signatures and keys of any other length', async () => {
    for (let length = 0; length < 64; length += 1) {
      expect(await ed25519.verify(publicKey, genuine.message, genuine.signature.subarray(0, length))).toBe(false)
    }
    for (let length = 0; length < 32; length += 1) {
      expect(await ed25519.verify(publicKey.subarray(0, length), genuine.message, genuine.signature)).toBe(false)
    }
    const longer = (bytes: Uint8Array) => new Uint8Array([...bytes, 0])
    expect(await ed25519.verify(publicKey, genuine.message, longer(genuine.signature))).toBe(false)
    expect(await ed25519.verify(longer(publicKey), genuine.message, genuine.signature)).toBe(false)
    expect(await ed25519.verify(publicKey, genuine.message, new Uint8Array(100_000))).toBe(false)
  })

  test('refuses a genuine signature with any bit changed', async () => {
    for (let bit = 0; bit < 512; bit += 1) {
      const changed = new Uint8Array(genuine.signature)
      changed[bit >> 3]! ^= 1 << (bit & 7)
      expect(await ed25519.verify(publicKey, genuine.message, changed)).toBe(false)
    }
  })
})

describe('the keys that were checked', () => {
  test('are remembered once they verified something, and only while there is room', () => {
    const ed25519 = createEd25519(nativeCrypto.ed25519, { keysCheckedMax: 2 })
    const keys = [1, 2, 3].map((value) => ed25519.publicKey(new Uint8Array(32).fill(value)))
    for (const key of keys) {
      expect(ed25519.isKeyChecked(key)).toBe(false)
      expect(ed25519.verify(key, message, genuine.signature)).toBe(false)
      expect(ed25519.isKeyChecked(key)).toBe(true)
    }
    expect(keys.map((key) => ed25519.isKeyChecked(key))).toEqual([false, true, true])
  })

  test('hold no place for keys that are unsound', () => {
    const ed25519 = createEd25519(nativeCrypto.ed25519)
    ed25519.verify(torsionedKeyCase.publicKey, message, genuine.signature)
    expect(ed25519.isKeyChecked(torsionedKeyCase.publicKey)).toBe(false)
    expect(ed25519.isKeyChecked(new Uint8Array(100_000))).toBe(false)
  })

  test('are not asked about where the signature cannot hold anyway', () => {
    const ed25519 = createEd25519(nativeCrypto.ed25519)
    ed25519.verify(publicKey, message, new Uint8Array(64).fill(0xff))
    ed25519.verify(publicKey, message, new Uint8Array(64))
    ed25519.verify(publicKey, message, new Uint8Array(63))
    expect(ed25519.isKeyChecked(publicKey)).toBe(false)
  })
})

test.each<[string, Ed25519Backend['verify']]>([
  [
    'throws',
    () => {
      throw new Error('broken')
    },
  ],
  ['rejects', () => Promise.reject(new Error('broken'))],
])('a backend that %s has refused', async (_, verify) => {
  const ed25519 = createEd25519({ ...nativeCrypto.ed25519, verify })
  expect(await ed25519.verify(publicKey, genuine.message, genuine.signature)).toBe(false)
})
