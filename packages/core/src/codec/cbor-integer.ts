import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import type { ByteReader } from '../bytes/byte-reader.js'
import type { ByteWriter } from '../bytes/byte-writer.js'
import { majorType, tagBignum, tagBignumNegative, writeHead } from './cbor-head.js'

// Which of number and bigint an integer comes back as is settled by its form, so that the type never hangs on the value:
//   within +-(2^53 - 1)   a number is a CBOR integer, a bigint is a bignum (tags 2 and 3)
//   beyond, in 64 bits    a CBOR integer, always a bigint (a number that large is carried as a float)
//   beyond 64 bits        a bignum
// RFC 8949, section 3.4.3, prefers an integer to a bignum for the first row too, which would turn 5n into 5.

/** A bigint of a stranger costs more than linear time to print or multiply. */
export const bigintBytesMax = 1_024

const safeMax = BigInt(Number.MAX_SAFE_INTEGER)
const wordEnd = 1n << 64n

export function writeInteger(writer: ByteWriter, value: number): void {
  if (value < 0) writeHead(writer, majorType.negative, -1 - value)
  else writeHead(writer, majorType.unsigned, value)
}

/** Appends a bigint; false, with nothing written, where it is too large. */
export function writeBigint(writer: ByteWriter, value: bigint): boolean {
  const negative = value < 0n
  const magnitude = negative ? -1n - value : value
  if (isCarriedAsWord(value, magnitude)) {
    writer.u8(((negative ? majorType.negative : majorType.unsigned) << 5) | 27)
    writer.u32(Number(magnitude >> 32n))
    writer.u32(Number(magnitude & 0xffff_ffffn))
    return true
  }
  const bytes = magnitudeBytes(magnitude)
  if (bytes.length > bigintBytesMax) return false
  writeHead(writer, majorType.tag, negative ? tagBignumNegative : tagBignum)
  writeHead(writer, majorType.bytes, bytes.length)
  writer.bytes(bytes)
  return true
}

/** Reads the eight bytes of an argument that is a whole value: a number where that is exact. */
export function readWord(reader: ByteReader, negative: boolean): number | bigint {
  const high = reader.u32()
  const low = reader.u32()
  const magnitude = high * 0x1_0000_0000 + low
  const number = negative ? -1 - magnitude : magnitude
  if (Number.isSafeInteger(number)) return number
  const exact = (BigInt(high) << 32n) | BigInt(low)
  return negative ? -1n - exact : exact
}

/** The bigint of a bignum's byte string; undefined where a shorter form says the same. */
export function bigintFrom(bytes: Uint8Array, negative: boolean): bigint | undefined {
  if (bytes[0] === 0) return undefined
  const magnitude = bytes.length === 0 ? 0n : BigInt(`0x${bytesToHex(bytes)}`)
  const value = negative ? -1n - magnitude : magnitude
  return isCarriedAsWord(value, magnitude) ? undefined : value
}

function isCarriedAsWord(value: bigint, magnitude: bigint): boolean {
  return magnitude < wordEnd && (value > safeMax || value < -safeMax)
}

function magnitudeBytes(magnitude: bigint): Uint8Array {
  if (magnitude === 0n) return new Uint8Array(0)
  const hex = magnitude.toString(16)
  return hexToBytes(hex.length % 2 === 0 ? hex : `0${hex}`)
}
