import { describe, expect, test } from 'vitest'
import { type Bip340Backend, nobleBip340 } from '../../src/secp256k1/bip340.js'
import { secp256k1, secp256k1IdentityFromSecret } from '../../src/secp256k1/secp256k1.js'
import { bip340Backends } from './backends.js'
import { digest, message, outOfRangeCases, publicKey, refusedCases, secret, signature } from './bip340-cases.js'

describe.each(bip340Backends)('the verdict with $name', ({ backend }) => {
  const suite = secp256k1({ backend })

  test('accepts what was signed, whatever its length', async () => {
    const { sign } = secp256k1IdentityFromSecret(secret, { backend })
    for (const text of [new Uint8Array(0), message, new Uint8Array(70_000)]) {
      expect(await suite.verify(publicKey, text, await sign(text))).toBe(true)
    }
    expect(await suite.verify(publicKey, message, signature)).toBe(true)
  })

  test.each(refusedCases)('refuses $name', async (refused) => {
    expect(await suite.verify(refused.publicKey, message, refused.signature)).toBe(false)
  })

  test('refuses keys and signatures of any other length', async () => {
    for (let length = 0; length <= 70; length += 1) {
      const bytes = new Uint8Array(length).fill(2)
      if (length !== 33) expect(await suite.verify(bytes, message, signature)).toBe(false)
      if (length !== 64) expect(await suite.verify(publicKey, message, bytes)).toBe(false)
    }
  })

  test('refuses a genuine signature with any bit changed', async () => {
    const full = process.env['RONDO_TIER'] === 'full'
    for (let bit = 0; bit < 512; bit += full ? 1 : 17) {
      const changed = new Uint8Array(signature)
      changed[bit >> 3]! ^= 1 << (bit & 7)
      expect(await suite.verify(publicKey, message, changed)).toBe(false)
    }
  })
})

test('what backends sign is the tagged hash: with the same randomness they sign alike', async () => {
  const env = { random: (bytes: number) => new Uint8Array(bytes) }
  for (const { backend } of bip340Backends) {
    expect(await secp256k1IdentityFromSecret(secret, { backend, env }).sign(message)).toEqual(signature)
    expect(await backend.verify(publicKey.subarray(1), digest, signature)).toBe(true)
  }
})

test.each(outOfRangeCases)('no backend is asked about $name', (refused) => {
  let asked = 0
  const credulous: Bip340Backend = {
    ...nobleBip340,
    verify: () => {
      asked += 1
      return true
    },
  }
  expect(secp256k1({ backend: credulous }).verify(refused.publicKey, message, refused.signature)).toBe(false)
  expect(asked).toBe(0)
})

test.each<[string, Bip340Backend['verify']]>([
  [
    'throws',
    () => {
      throw new Error('broken')
    },
  ],
  ['rejects', () => Promise.reject(new Error('broken'))],
])('a backend that %s has refused', async (_, verify) => {
  const suite = secp256k1({ backend: { ...nobleBip340, verify } })
  expect(await suite.verify(publicKey, message, signature)).toBe(false)
})

test('a backend may answer later', async () => {
  const backend: Bip340Backend = {
    publicKey: nobleBip340.publicKey,
    sign: async (...given) => nobleBip340.sign(...given),
    verify: async (...given) => nobleBip340.verify(...given),
  }
  const { sign } = secp256k1IdentityFromSecret(secret, { backend })
  expect(await secp256k1({ backend }).verify(publicKey, message, await sign(message))).toBe(true)
})
