import { schnorr } from '@noble/curves/secp256k1.js'
import * as fc from 'fast-check'
import * as tiny from 'tiny-secp256k1'
import { expect, test } from 'vitest'
import { Fn, Point, readScalar } from '../../src/bip327/curve.js'
import { holdAll, type Signed } from '../../src/bip327/signatures.js'
import { offCurve, tooLarge } from './arbitraries.js'
import { bytes, signTogether } from './signers.js'

const isFull = process.env['RONDO_TIER'] === 'full'
const numRuns = isFull ? 200 : 15

const secretKeys = [bytes(), bytes()]
/** The first three are of one key. */
const right: readonly Signed[] = [
  ...Array.from({ length: 3 }, () => signTogether(secretKeys).signed),
  ...[bytes(), bytes(), bytes()].map((tweak) => signTogether(secretKeys, [{ tweak, isXOnly: true }]).signed),
  signTogether([bytes()], [], new Uint8Array(0)).signed,
]

/** One byte less, or one more. */
const cut = (from: Uint8Array): Uint8Array => from.subarray(1)
const longer = (from: Uint8Array): Uint8Array => Uint8Array.of(...from, 0)

function withScalar({ signature, ...rest }: Signed, change: (scalar: bigint) => bigint): Signed {
  const scalar = Fn.toBytes(change(readScalar(signature.subarray(32)) ?? 0n))
  return { ...rest, signature: Uint8Array.of(...signature.subarray(0, 32), ...scalar) }
}

function withNonce({ signature, ...rest }: Signed, nonce: Uint8Array): Signed {
  return { ...rest, signature: Uint8Array.of(...nonce, ...signature.subarray(32)) }
}

/** By a signer that does not mind the sign of R. */
function signedWithOddNonce(): Signed {
  const message = bytes()
  const secret = Fn.create(BigInt(`0x${Buffer.from(bytes()).toString('hex')}`))
  const key = Point.BASE.multiply(secret)
  const publicKey = schnorr.utils.pointToBytes(key)
  let nonce = 2n
  while (Point.BASE.multiply(nonce).toAffine().y % 2n === 0n) nonce += 1n
  const nonceBytes = schnorr.utils.pointToBytes(Point.BASE.multiply(nonce))
  const hash = schnorr.utils.taggedHash('BIP0340/challenge', nonceBytes, publicKey, message)
  const own = key.toAffine().y % 2n === 0n ? secret : Fn.neg(secret)
  const scalar = Fn.add(nonce, Fn.mul(Fn.create(Fn.fromBytes(hash, true)), own))
  return { publicKey, message, signature: Uint8Array.of(...nonceBytes, ...Fn.toBytes(scalar)) }
}

/** All the ways to be wrong. */
const wrongs: Readonly<Record<string, (signed: Signed) => Signed>> = {
  'of another message': (signed) => ({ ...signed, message: bytes() }),
  'of another key': (signed) => ({ ...signed, publicKey: schnorr.getPublicKey(bytes()) }),
  'of a key that is no point': (signed) => ({ ...signed, publicKey: offCurve(bytes()) }),
  'of a key that is no number of the field': (signed) => ({ ...signed, publicKey: new Uint8Array(32).fill(255) }),
  'of the key zero': (signed) => ({ ...signed, publicKey: new Uint8Array(32) }),
  'of a short key': (signed) => ({ ...signed, publicKey: cut(signed.publicKey) }),
  'of a long key': (signed) => ({ ...signed, publicKey: longer(signed.publicKey) }),
  short: (signed) => ({ ...signed, signature: cut(signed.signature) }),
  long: (signed) => ({ ...signed, signature: longer(signed.signature) }),
  empty: (signed) => ({ ...signed, signature: new Uint8Array(0) }),
  'all zeros': (signed) => ({ ...signed, signature: new Uint8Array(64) }),
  'with a nonce that is no point': (signed) => withNonce(signed, offCurve(bytes())),
  'with a nonce that is no number of the field': (signed) => withNonce(signed, new Uint8Array(32).fill(255)),
  'with the nonce zero': (signed) => withNonce(signed, new Uint8Array(32)),
  'with another nonce': (signed) => withNonce(signed, schnorr.getPublicKey(bytes())),
  'with an odd nonce': signedWithOddNonce,
  negated: (signed) => withScalar(signed, (scalar) => Fn.neg(scalar)),
  'with the number zero': (signed) => withScalar(signed, () => 0n),
  'one too much': (signed) => withScalar(signed, (scalar) => Fn.add(scalar, 1n)),
  'one too little': (signed) => withScalar(signed, (scalar) => Fn.sub(scalar, 1n)),
}

/** Alone, by noble and by libsecp256k1, which agree. */
function holds({ publicKey, message, signature }: Signed): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false
  const verdict = schnorr.verify(signature, message, publicKey)
  if (message.length === 32) expect(orFalse(() => tiny.verifySchnorr(message, publicKey, signature))).toBe(verdict)
  return verdict
}

/** It throws where a key is none. */
function orFalse(act: () => boolean): boolean {
  try {
    return act()
  } catch {
    return false
  }
}

test('signatures that hold, hold together, however many', () => {
  expect(right.every(holds)).toBe(true)
  for (const count of right.keys()) expect(holdAll(right.slice(0, count))).toBe(true)
  expect(holdAll([...right, ...right, ...right])).toBe(true)
})

test.each(Object.entries(wrongs))('one signature that is %s is found among others, and alone', (_, change) => {
  for (const [at, signed] of right.entries()) {
    const wrong = change(signed)
    expect(holds(wrong)).toBe(false)
    expect(holdAll([wrong])).toBe(false)
    expect(holdAll(right.with(at, wrong))).toBe(false)
  }
})

test('a number that is not below the order is found in every place', () => {
  fc.assert(
    fc.property(tooLarge, fc.nat(right.length - 1), (number, at) => {
      const { signature, ...rest } = right[at] ?? signedWithOddNonce()
      const wrong = { ...rest, signature: Uint8Array.of(...signature.subarray(0, 32), ...number) }
      expect(holdAll(right.with(at, wrong))).toBe(false)
    }),
    { numRuns },
  )
})

test('two that are wrong by the same, in opposite directions, do not cancel out', () => {
  const [first, second, ...rest] = right
  if (first === undefined || second === undefined) throw new Error('there are seven')
  const add = (by: bigint) => (scalar: bigint) => Fn.add(scalar, by)
  for (const by of [1n, 12_345n, Fn.ORDER / 2n])
    expect(holdAll([withScalar(first, add(by)), withScalar(second, add(Fn.neg(by))), ...rest])).toBe(false)
})

test('the verdict on any mixture is the one that each gets alone', () => {
  const changes = [...Object.values(wrongs), ...Array.from({ length: 40 }, () => (signed: Signed) => signed)]
  const oneOf = fc.tuple(fc.constantFrom(...right), fc.constantFrom(...changes))
  fc.assert(
    fc.property(fc.array(oneOf, { maxLength: 12 }), (mixture) => {
      const signed = mixture.map(([each, change]) => change(each))
      expect(holdAll(signed)).toBe(signed.every(holds))
    }),
    { numRuns: numRuns * 3 },
  )
})

test('random bytes are no signatures, and nothing throws', () => {
  const some = fc.uint8Array({ maxLength: 70 })
  fc.assert(
    fc.property(
      fc.array(fc.record({ publicKey: some, message: some, signature: some }), { minLength: 1 }),
      (signed) => {
        expect(holdAll(signed)).toBe(false)
        expect(holdAll([...right, ...signed])).toBe(false)
      },
    ),
    { numRuns },
  )
})
