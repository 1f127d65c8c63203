import { schnorr, secp256k1 } from '@noble/curves/secp256k1.js'

// The few words that BIP-327 says of the curve, in noble's.

export const { Point } = secp256k1
export const { Fn } = Point
export type CurvePoint = InstanceType<typeof Point>

/** `xbytes` of the standard. */
export const xBytes = (point: CurvePoint): Uint8Array => schnorr.utils.pointToBytes(point)

/** `int(hash_tag(…)) mod n`. */
export function hashToScalar(tag: string, ...parts: readonly Uint8Array[]): bigint {
  return Fn.create(Fn.fromBytes(schnorr.utils.taggedHash(tag, ...parts), true))
}

export const hasEvenY = (point: CurvePoint): boolean => point.toAffine().y % 2n === 0n

/** 1, or -1 where the point has an odd y. */
export const signOf = (point: CurvePoint): bigint => (hasEvenY(point) ? Fn.ONE : Fn.neg(Fn.ONE))

/** The same point with its coordinates worked out: each look at them costs an inversion otherwise. */
export const inAffine = (point: CurvePoint): CurvePoint => Point.fromAffine(point.toAffine())

/** A number of 32 bytes below the order; undefined where it is not. */
export function readScalar(bytes: Uint8Array): bigint | undefined {
  if (bytes.length !== 32) return undefined
  const number = Fn.fromBytes(bytes, true)
  return Fn.isValid(number) ? number : undefined
}

/** `cpoint`: throws where the bytes are no point, or the one at infinity. */
export function readPoint(bytes: Uint8Array): CurvePoint {
  if (bytes.length !== 33) throw new RangeError('a point has 33 bytes')
  return Point.fromBytes(bytes)
}

/** `cpoint_ext`: 33 zeros are the point at infinity. */
export function readExtendedPoint(bytes: Uint8Array): CurvePoint {
  return bytes.every((byte) => byte === 0) ? Point.ZERO : readPoint(bytes)
}

/** `cbytes_ext`. */
export function extendedBytes(point: CurvePoint): Uint8Array {
  return point.is0() ? new Uint8Array(33) : point.toBytes(true)
}

/** `lift_x` of BIP-340: throws where no point has these 32 bytes. */
export function liftX(bytes: Uint8Array): CurvePoint {
  return schnorr.utils.lift_x(Point.Fp.fromBytes(bytes))
}
