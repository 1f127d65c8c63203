import { inspect } from 'node:util'
import { bytesToHex } from '@noble/curves/utils.js'
import { expect, test } from 'vitest'
import { aggregateKeys, xOnlyKeyOf } from '../../src/bip327/key-context.js'
import { isPublicNonce, makeNonce, type NoncePurpose, SecretNonce } from '../../src/bip327/nonces.js'
import { signPartially } from '../../src/bip327/partials.js'
import { createSession } from '../../src/bip327/session.js'
import { publicKeyFor } from '../../src/memory-signer.js'
import { bytes, nonceFor } from './signers.js'

const [secretKey, otherKey] = [bytes(), bytes()]
const key = aggregateKeys([publicKeyFor(secretKey), publicKeyFor(otherKey)])
const purpose: NoncePurpose = {
  secretKey,
  publicKey: publicKeyFor(secretKey),
  aggregateKey: xOnlyKeyOf(key),
  message: bytes(),
  place: bytes(),
  random: bytes(),
}

/** Both halves of it, secret and public. */
function halvesOf(made: NoncePurpose): readonly string[] {
  const { publicNonce, secretNonce } = makeNonce(made)
  expect(isPublicNonce(publicNonce)).toBe(true)
  const secret = secretNonce.take()
  const halves = [
    secret.subarray(0, 32),
    secret.subarray(32, 64),
    publicNonce.subarray(0, 33),
    publicNonce.subarray(33),
  ]
  return halves.map((half) => bytesToHex(half))
}

test('a nonce is another one where anything about it differs, also with the same randomness', () => {
  const changes: readonly Partial<NoncePurpose>[] = [
    { place: bytes() },
    { message: bytes() },
    { secretKey: otherKey },
    { publicKey: publicKeyFor(otherKey) },
    { aggregateKey: bytes() },
    { random: bytes() },
    {},
  ]
  const all = changes.flatMap((change) => halvesOf({ ...purpose, ...change }))
  expect(new Set(all).size).toBe(changes.length * 4)
})

test('nothing but the randomness makes a nonce new: with the same, everywhere, it is the same', () => {
  expect(halvesOf(purpose)).toEqual(halvesOf(purpose))
  const many = Array.from({ length: 20 }, () => halvesOf({ ...purpose, random: bytes() })).flat()
  expect(new Set(many).size).toBe(80)
})

test.each(['random', 'secretKey', 'publicKey', 'aggregateKey'] as const)(
  'no nonce is made with a %s that is short',
  (name) => {
    expect(() => makeNonce({ ...purpose, [name]: purpose[name].subarray(1) })).toThrow(RangeError)
  },
)

test('a secret nonce is handed out once', () => {
  const { secretNonce } = makeNonce(purpose)
  expect(secretNonce.take()).toHaveLength(97)
  expect(() => secretNonce.take()).toThrow('this nonce was used')
})

test('a secret nonce shows nothing of itself', () => {
  const secret = bytes(97).fill(7)
  const secretNonce = new SecretNonce(secret)
  expect(JSON.stringify({ secretNonce })).toBe('{"secretNonce":{}}')
  expect(inspect(secretNonce, { depth: null, showHidden: true, getters: true })).toBe('SecretNonce {}')
  expect(`${secretNonce}`).toBe('[object Object]')
  expect(Reflect.ownKeys(secretNonce)).toEqual([])
  const clone: object = structuredClone(secretNonce)
  expect(Reflect.ownKeys(clone)).toEqual([])
  expect(clone).not.toBeInstanceOf(SecretNonce)
  expect(secretNonce.take()).toBe(secret)
})

const others = nonceFor(key, otherKey, purpose.message).publicNonce
const sessionWith = (publicNonce: Uint8Array) => createSession(key, [publicNonce, others], purpose.message)

test('a secret nonce is wiped by signing', () => {
  const { publicNonce, secretNonce } = makeNonce(purpose)
  const secret = secretNonce.take()
  expect(signPartially(sessionWith(publicNonce), secret, secretKey)).toHaveLength(32)
  expect(secret).toEqual(new Uint8Array(97))
  expect(() => signPartially(sessionWith(publicNonce), secret, secretKey)).toThrow('it was used')
})

test.each([
  ['with another key', otherKey, key],
  ['with no key', new Uint8Array(32), key],
  ['with a key that is no number', new Uint8Array(32).fill(255), key],
  ['with a short key', secretKey.subarray(1), key],
  ['among other signers', secretKey, aggregateKeys([publicKeyFor(otherKey), publicKeyFor(otherKey)])],
])('a secret nonce is wiped also where signing fails: %s', (_, withKey, group) => {
  const { publicNonce, secretNonce } = makeNonce(purpose)
  const secret = secretNonce.take()
  const session = createSession(group, [publicNonce, others], purpose.message)
  expect(() => signPartially(session, secret, withKey)).toThrow(RangeError)
  expect(secret).toEqual(new Uint8Array(97))
})

test.each([0, 1, 32, 63, 64, 65, 96, 98])('%i bytes are no secret nonce, and are wiped', (length) => {
  const secret = bytes(length).fill(7)
  expect(() => signPartially(sessionWith(others), secret, secretKey)).toThrow(RangeError)
  expect(secret).toEqual(new Uint8Array(length))
})
