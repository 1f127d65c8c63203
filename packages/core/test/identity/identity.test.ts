import { inspect } from 'node:util'
import { hexToBytes } from '@noble/curves/utils.js'
import { describe, expect, test } from 'vitest'
import { createEd25519 } from '../../src/identity/ed25519.js'
import { generateIdentity, identityFromSeed } from '../../src/identity/identity.js'
import { publicKeyOf } from '../../src/identity/peer-id.js'
import { ed25519Backends } from '../crypto/providers.js'

const seed = Uint8Array.from({ length: 32 }, (_, index) => 200 - index)
const message = Uint8Array.of(1, 2, 3)

test('a seed gives the peer id that did:key gives its public key', () => {
  const known = identityFromSeed(hexToBytes('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60'))
  expect(known.peerId).toBe('z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw')
})

test.each(ed25519Backends)('what an identity signs by $name holds for its peer id', async ({ backend }) => {
  const identity = identityFromSeed(seed, { ed25519: backend })
  const signature = await identity.sign(message)
  expect(await createEd25519(backend).verify(publicKeyOf(identity.peerId), message, signature)).toBe(true)
  expect(signature).toEqual(await identityFromSeed(seed).sign(message))
})

test('generated identities differ', () => {
  expect(generateIdentity().peerId).not.toBe(generateIdentity().peerId)
})

test('an environment’s randomness decides which identity is generated', () => {
  const asked: number[] = []
  const env = {
    random: (bytes: number) => {
      asked.push(bytes)
      return seed.slice(0, bytes)
    },
  }
  expect(generateIdentity({ env }).peerId).toBe(identityFromSeed(seed).peerId)
  expect(asked).toEqual([32])
})

test('the seed is copied: writing to it later changes nothing', async () => {
  for (const given of [new Uint8Array(seed), Buffer.from(seed)]) {
    const identity = identityFromSeed(given)
    given.fill(0)
    expect(await identity.sign(message)).toEqual(await identityFromSeed(seed).sign(message))
  }
})

test('anything but 32 bytes is misuse', () => {
  for (const length of [0, 31, 33, 64]) expect(() => identityFromSeed(new Uint8Array(length))).toThrow(TypeError)
})

describe('the seed is shown', () => {
  const identity = identityFromSeed(seed)
  const hex = Buffer.from(seed).toString('hex')
  const shapes = [
    hex.slice(0, 16),
    Buffer.from(seed).toString('base64').slice(0, 12),
    seed.subarray(0, 4).join(),
    '200, 199',
  ]

  test.each<[string, string]>([
    ['by util.inspect', inspect(identity, { depth: Number.POSITIVE_INFINITY, showHidden: true, getters: true })],
    ['by JSON', JSON.stringify(identity)],
    ['by String', String(identity)],
    [
      'by its property values',
      Reflect.ownKeys(identity)
        .map((name) => String(Reflect.get(identity, name)))
        .join(),
    ],
  ])('nowhere %s', (_, shown) => {
    for (const shape of shapes) expect(shown).not.toContain(shape)
  })

  test('nowhere in its properties, which are two and frozen', () => {
    expect(Reflect.ownKeys(identity)).toEqual(['peerId', 'sign'])
    expect(Object.isFrozen(identity)).toBe(true)
  })
})
