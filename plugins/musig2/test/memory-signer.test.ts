import { inspect } from 'node:util'
import { bytesToHex, hexToBytes } from '@noble/curves/utils.js'
import { describe, expect, test } from 'vitest'
import { aggregateKeys, xOnlyKeyOf } from '../src/bip327/key-context.js'
import { SecretNonce } from '../src/bip327/nonces.js'
import { verifyPartial } from '../src/bip327/partials.js'
import { createSession } from '../src/bip327/session.js'
import { memorySigner, publicKeyFor } from '../src/memory-signer.js'
import type { NonceRequest } from '../src/signer.js'
import { bytes, nonceFor } from './bip327/signers.js'

const [own, second, foreign] = [bytes(), bytes(), bytes()]
const signer = memorySigner(own, second)
const key = aggregateKeys([own, foreign].map(publicKeyFor))
const message = bytes()
const { signal } = new AbortController()

function requestFor(secretKey: Uint8Array): NonceRequest {
  const publicKey = publicKeyFor(secretKey)
  return { publicKey, aggregateKey: xOnlyKeyOf(key), message, place: bytes(), random: bytes() }
}

async function sessionAndNonce() {
  const { publicNonce, secretNonce } = await signer.makeNonce(requestFor(own))
  const session = createSession(key, [publicNonce, nonceFor(key, foreign, message).publicNonce], message)
  return { session, secretNonce }
}

test('the public key of a secret key is that of the standard, and of no other number', () => {
  const one = hexToBytes('01'.padStart(64, '0'))
  expect(bytesToHex(publicKeyFor(one))).toBe('0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798')
  for (const none of [new Uint8Array(32), new Uint8Array(32).fill(255), new Uint8Array(31), new Uint8Array(33).fill(1)])
    expect(() => publicKeyFor(none)).toThrow(Error)
})

describe('a signer in memory', () => {
  test('holds the keys that it was given, and no others', () => {
    expect([own, second, foreign].map((secretKey) => signer.holds(publicKeyFor(secretKey)))).toEqual([
      true,
      true,
      false,
    ])
    expect(signer.holds(publicKeyFor(own).subarray(1))).toBe(false)
  })

  test('takes one key or more, each a number that has a public key', () => {
    expect(() => memorySigner()).toThrow(TypeError)
    expect(() => memorySigner(own, new Uint8Array(32))).toThrow(Error)
  })

  test('makes a part that holds', async () => {
    const { session, secretNonce } = await sessionAndNonce()
    const partial = await signer.sign({ publicKey: publicKeyFor(own), secretNonce, session, signal })
    expect(verifyPartial(session, 0, partial)).toBe(true)
  })

  test('signs once with a nonce', async () => {
    const { session, secretNonce } = await sessionAndNonce()
    const request = { publicKey: publicKeyFor(own), secretNonce, session, signal }
    await signer.sign(request)
    expect(() => signer.sign(request)).toThrow('this nonce was used')
  })

  test('does not sign with a nonce that failed to sign before', async () => {
    const { session, secretNonce } = await sessionAndNonce()
    // The nonce was made for the first of its keys.
    expect(() => signer.sign({ publicKey: publicKeyFor(second), secretNonce, session, signal })).toThrow(RangeError)
    expect(() => signer.sign({ publicKey: publicKeyFor(own), secretNonce, session, signal })).toThrow('was used')
  })

  test('neither makes nonces for a key of others nor signs with one, and wipes the nonce that it was to use', async () => {
    const { session } = await sessionAndNonce()
    expect(() => signer.makeNonce(requestFor(foreign))).toThrow('does not hold that key')
    const secret = bytes(97)
    const secretNonce = new SecretNonce(secret)
    expect(() => signer.sign({ publicKey: publicKeyFor(foreign), secretNonce, session, signal })).toThrow(
      'does not hold',
    )
    expect(secret).toEqual(new Uint8Array(97))
  })

  test('keeps a copy: what becomes of the bytes it was given does not matter', async () => {
    const given = own.slice()
    const kept = memorySigner(given)
    given.fill(0)
    expect(kept.holds(publicKeyFor(own))).toBe(true)
    const { publicNonce, secretNonce } = await kept.makeNonce(requestFor(own))
    const session = createSession(key, [publicNonce, nonceFor(key, foreign, message).publicNonce], message)
    const partial = await kept.sign({ publicKey: publicKeyFor(own), secretNonce, session, signal })
    expect(verifyPartial(session, 0, partial)).toBe(true)
  })

  test('shows nothing of its keys, and cannot be changed', async () => {
    const shown = inspect(signer, { depth: null, showHidden: true, getters: true })
    for (const secretKey of [own, second]) {
      const [first = 0, next = 0] = secretKey
      expect(shown).not.toContain(bytesToHex(secretKey))
      expect(shown).not.toContain(`${first}, ${next}`)
    }
    expect(JSON.stringify(signer)).toBe('{}')
    expect(() => structuredClone(signer)).toThrow('could not be cloned')
    expect(Object.isFrozen(signer)).toBe(true)
    expect(inspect(await signer.makeNonce(requestFor(own)))).toContain('SecretNonce {}')
  })
})

test('a secret key is copied, also out of a Buffer, whose `slice` would be the same memory', async () => {
  const secretKey = Buffer.from(own)
  const careful = memorySigner(secretKey)
  secretKey.fill(0)
  const { publicNonce, secretNonce } = await careful.makeNonce(requestFor(own))
  const session = createSession(key, [publicNonce, nonceFor(key, foreign, message).publicNonce], message)
  const partial = await careful.sign({ publicKey: publicKeyFor(own), secretNonce, session, signal })
  expect(verifyPartial(session, 0, partial)).toBe(true)
})
