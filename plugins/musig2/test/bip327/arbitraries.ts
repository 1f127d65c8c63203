import { secp256k1 } from '@noble/curves/secp256k1.js'
import { numberToBytesBE } from '@noble/curves/utils.js'
import * as fc from 'fast-check'

// What the properties of BIP-327 are looked at with. Edges come up often, since 32 random bytes hardly ever are one.

const order = secp256k1.Point.Fn.ORDER

/** A number of 32 bytes below the order. */
export const scalars = fc
  .oneof(
    {
      weight: 5,
      arbitrary: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => BigInt(`0x${hexOf(bytes)}`)),
    },
    { weight: 1, arbitrary: fc.constantFrom(0n, 1n, 2n, order - 2n, order - 1n) },
  )
  .map((number) => numberToBytesBE(number % order, 32))

export const secretKeys = scalars.filter((bytes) => bytes.some((byte) => byte !== 0))

export const tweaks = fc.array(fc.record({ tweak: scalars, isXOnly: fc.boolean() }), { maxLength: 4 })

export const messages = fc.oneof(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.uint8Array({ maxLength: 100 }))

/** Secret keys of 1 to 8 signers, some of them the same. */
export const groups = fc
  .array(secretKeys, { minLength: 1, maxLength: 6 })
  .chain((keys) => fc.shuffledSubarray([...keys, ...keys.slice(0, 2)], { minLength: keys.length }))

/** No number below the order. */
export const tooLarge = fc.constantFrom(order, order + 1n, 2n ** 256n - 1n).map((number) => numberToBytesBE(number, 32))

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** What does not read as a point of 33 bytes. */
export const noPoints = fc.oneof(
  fc.constant(new Uint8Array(33)),
  fc.uint8Array({ maxLength: 80 }).filter(({ length }) => length !== 33),
  // Uncompressed, and of the other marks.
  secretKeys.map((secretKey) => secp256k1.getPublicKey(secretKey, false)),
  fc.tuple(secretKeys, fc.constantFrom(0, 1, 4, 5, 6, 7, 255)).map(([secretKey, mark]) => marked(secretKey, mark)),
  // Half of all x are on no point; and those that are no number of the field.
  fc.uint8Array({ minLength: 32, maxLength: 32 }).map((x) => Uint8Array.of(2, ...offCurve(x))),
  fc.constantFrom(2, 3).map((mark) => Uint8Array.of(mark, ...numberToBytesBE(secp256k1.Point.Fp.ORDER, 32))),
)

function marked(secretKey: Uint8Array, mark: number): Uint8Array {
  return Uint8Array.of(mark, ...secp256k1.getPublicKey(secretKey, true).subarray(1))
}

/** The next x from there that no point has. */
export function offCurve(x: Uint8Array): Uint8Array {
  const { Fp } = secp256k1.Point
  let number = Fp.create(BigInt(`0x${hexOf(x)}`))
  // By Euler: what has no square root.
  while (Fp.pow(Fp.add(Fp.pow(number, 3n), 7n), (Fp.ORDER - 1n) / 2n) === 1n) number = Fp.add(number, 1n)
  return Fp.toBytes(number)
}
