import fc from 'fast-check'
import { expect, test } from 'vitest'
import { publicKeyOf } from '../../src/identity/peer-id.js'
import { secp256k1, secp256k1IdentityFromSecret } from '../../src/secp256k1/secp256k1.js'
import { bip340Backends } from './backends.js'
import { message, publicKey, refusedCases, signature } from './bip340-cases.js'

const suites = bip340Backends.map(({ backend }) => secp256k1({ backend }))
const full = process.env['RONDO_TIER'] === 'full'

const anyBytes = fc.uint8Array({ maxLength: 100 })
const exactly = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const half = fc.oneof(
  exactly(32),
  fc.constantFrom(
    ...[signature, ...refusedCases.map((each) => each.signature)].flatMap((each) => [
      each.slice(0, 32),
      each.slice(32, 64),
    ]),
  ),
)
const key = fc.oneof(
  exactly(32).map((x) => Uint8Array.of(2, ...x)),
  fc.constantFrom(publicKey, ...refusedCases.map((each) => each.publicKey)),
)

async function verdicts(key: Uint8Array, text: Uint8Array, given: Uint8Array): Promise<boolean[]> {
  return Promise.all(suites.map((suite) => suite.verify(key, text, given)))
}

test('bytes of any length are refused by all, and none throws', async () => {
  await fc.assert(
    fc.asyncProperty(anyBytes, anyBytes, anyBytes, async (key, text, given) => {
      expect(await verdicts(key, text, given)).toEqual([false, false])
    }),
  )
})

test('keys, points and scalars put together at random get one verdict', async () => {
  await fc.assert(
    fc.asyncProperty(key, half, half, async (key, r, s) => {
      const [noble, tiny] = await verdicts(key, message, new Uint8Array([...r, ...s]))
      expect(noble).toBe(tiny)
    }),
    { numRuns: full ? 2_000 : 100 },
  )
})

test('what one backend signs is accepted by all, and one byte more or less by none', async () => {
  const secret = exactly(32).filter((bytes) => secp256k1().isSecret(bytes))
  await fc.assert(
    fc.asyncProperty(secret, anyBytes, fc.nat({ max: 63 }), async (secret, text, at) => {
      for (const { backend } of bip340Backends) {
        const { peerId, sign } = secp256k1IdentityFromSecret(secret, { backend })
        const signed = await sign(text)
        const key = publicKeyOf(peerId)
        expect(await verdicts(key, text, signed)).toEqual([true, true])
        expect(await verdicts(key, Uint8Array.of(...text, 0), signed)).toEqual([false, false])
        expect(await verdicts(key, text, signed.with(at, signed[at]! ^ 1))).toEqual([false, false])
      }
    }),
    { numRuns: full ? 200 : 8 },
  )
})
