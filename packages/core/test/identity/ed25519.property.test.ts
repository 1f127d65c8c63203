import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEd25519 } from '../../src/identity/ed25519.js'
import { ed25519Backends } from '../crypto/providers.js'
import { genuine, publicKey, smallOrderEncodings } from './ed25519-cases.js'

const verifiers = ed25519Backends.map(({ backend }) => createEd25519(backend))

const anyBytes = fc.uint8Array({ maxLength: 100 })
const exactly = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const point = fc.oneof(exactly(32), fc.constantFrom(publicKey, ...smallOrderEncodings))

async function verdicts(key: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean[]> {
  return Promise.all(verifiers.map((ed25519) => ed25519.verify(key, message, signature)))
}

test('bytes of any length are refused by all, and none throws', async () => {
  await fc.assert(
    fc.asyncProperty(anyBytes, anyBytes, anyBytes, async (key, message, signature) => {
      expect(await verdicts(key, message, signature)).toEqual([false, false, false])
    }),
  )
})

test('keys, points and scalars put together at random are refused by all', async () => {
  await fc.assert(
    fc.asyncProperty(point, point, exactly(32), async (key, R, S) => {
      const signature = new Uint8Array([...R, ...S.with(31, S[31]! & 0x0f)])
      expect(await verdicts(key, genuine.message, signature)).toEqual([false, false, false])
    }),
    { numRuns: 50 },
  )
})

test('what one backend signs is accepted by all', async () => {
  await fc.assert(
    fc.asyncProperty(exactly(32), anyBytes, async (seed, message) => {
      for (const ed25519 of verifiers) {
        const signature = await ed25519.sign(seed, message)
        expect(await verdicts(ed25519.publicKey(seed), message, signature)).toEqual([true, true, true])
      }
    }),
    { numRuns: 15 },
  )
})
