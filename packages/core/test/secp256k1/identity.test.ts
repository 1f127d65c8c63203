import { inspect } from 'node:util'
import { hexToBytes } from '@noble/curves/utils.js'
import { describe, expect, test } from 'vitest'
import { publicKeyOf } from '../../src/identity/peer-id.js'
import { generateSecp256k1Identity, secp256k1, secp256k1IdentityFromSecret } from '../../src/secp256k1/secp256k1.js'
import { bip340Backends } from './backends.js'

const secret = Uint8Array.from({ length: 32 }, (_, index) => 200 - index)
const message = Uint8Array.of(1, 2, 3)
const order = hexToBytes('fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141')

test.each(bip340Backends)('what an identity signs by $name holds for its peer id', async ({ backend }) => {
  const identity = secp256k1IdentityFromSecret(secret, { backend })
  expect(identity.peerId).toMatch(/^zQ3s/)
  expect(identity.peerId).toBe(secp256k1IdentityFromSecret(secret).peerId)
  const signature = await identity.sign(message)
  expect(await secp256k1().verify(publicKeyOf(identity.peerId), message, signature)).toBe(true)
})

test('a secret and its negation are one peer: the key has no sign', async () => {
  // The secrets 1 and n - 1.
  const [one, other] = [new Uint8Array(32).with(31, 1), order.with(31, 0x40)].map((each) =>
    secp256k1IdentityFromSecret(each),
  )
  expect(one?.peerId).toBe(other?.peerId)
})

test('generated identities differ', () => {
  expect(generateSecp256k1Identity().peerId).not.toBe(generateSecp256k1Identity().peerId)
})

test('an environment’s randomness decides which identity is generated, and enters each signature', async () => {
  const asked: number[] = []
  const env = {
    random: (bytes: number) => {
      asked.push(bytes)
      return secret.slice(0, bytes)
    },
  }
  const identity = generateSecp256k1Identity({ env })
  expect(identity.peerId).toBe(secp256k1IdentityFromSecret(secret).peerId)
  const signed = await identity.sign(message)
  expect(signed).toEqual(await identity.sign(message))
  expect(asked).toEqual([32, 32, 32])
  expect(await secp256k1IdentityFromSecret(secret).sign(message)).not.toEqual(signed)
})

test('the secret is copied: writing to it later changes nothing', async () => {
  for (const given of [new Uint8Array(secret), Buffer.from(secret)]) {
    const env = { random: (bytes: number) => new Uint8Array(bytes) }
    const identity = secp256k1IdentityFromSecret(given, { env })
    given.fill(1)
    expect(await identity.sign(message)).toEqual(await secp256k1IdentityFromSecret(secret, { env }).sign(message))
  }
})

test('anything but 32 bytes from 1 to n - 1 is misuse', () => {
  for (const bytes of [...[0, 31, 33, 64].map((length) => new Uint8Array(length).fill(1)), new Uint8Array(32), order]) {
    expect(() => secp256k1IdentityFromSecret(bytes)).toThrow(TypeError)
    expect(secp256k1().isSecret(bytes)).toBe(false)
  }
})

describe('the secret is shown', () => {
  const identity = secp256k1IdentityFromSecret(secret)
  const shapes = [Buffer.from(secret).toString('hex').slice(0, 16), secret.subarray(0, 4).join(), '200, 199']

  test.each<[string, string]>([
    ['by util.inspect', inspect(identity, { depth: Number.POSITIVE_INFINITY, showHidden: true, getters: true })],
    ['by JSON', JSON.stringify(identity)],
    ['by String', String(identity)],
  ])('nowhere %s', (_, shown) => {
    for (const shape of shapes) expect(shown).not.toContain(shape)
  })

  test('nowhere in its properties, which are two and frozen', () => {
    expect(Reflect.ownKeys(identity)).toEqual(['peerId', 'sign'])
    expect(Object.isFrozen(identity)).toBe(true)
  })
})
