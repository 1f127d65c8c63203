import { hexToBytes } from '@noble/curves/utils.js'
import { Point } from '@noble/ed25519'

// The questions about encoded points and scalars that Ed25519 implementations answer differently, answered once (RFC 8032).

/** L, the order of the base point, little-endian. */
const orderBytes = hexToBytes('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010')

/** Every y, canonical or not, of the eight points whose order divides 8, little-endian. The sign bit is free on each. */
const smallOrderYs = [
  '0000000000000000000000000000000000000000000000000000000000000000', // 0: order 4
  '0100000000000000000000000000000000000000000000000000000000000000', // 1: the identity
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05', // order 8
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a', // order 8
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f', // p - 1: order 2
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f', // p, read as 0
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f', // p + 1, read as 1
].map((hex) => hexToBytes(hex))

/** Whether 32 bytes would be read, by anybody, as a point of small order. */
export function isSmallOrderEncoding(point: Uint8Array): boolean {
  return smallOrderYs.some((y) => y.every((byte, index) => byte === (index === 31 ? point[31]! & 0x7f : point[index])))
}

/** Whether 32 bytes, little-endian, are a scalar below the order L: a signature has one S, not several. */
export function isScalarBelowOrder(scalar: Uint8Array): boolean {
  for (let index = 31; index >= 0; index -= 1) {
    const difference = scalar[index]! - orderBytes[index]!
    if (difference !== 0) return difference < 0
  }
  return false
}

/** Whether the bytes are the one encoding of a point in the prime-order subgroup, the identity aside. Takes about 1 ms. */
export function isPrimeOrderKey(publicKey: Uint8Array): boolean {
  if (publicKey.length !== 32 || isSmallOrderEncoding(publicKey)) return false
  try {
    // Strict decoding: y below p, and no sign on x = 0.
    return Point.fromBytes(publicKey).isTorsionFree()
  } catch {
    return false
  }
}
