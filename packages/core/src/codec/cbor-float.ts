import type { ByteReader } from '../bytes/byte-reader.js'
import type { ByteWriter } from '../bytes/byte-writer.js'
import { firstByte } from './cbor-head.js'

// Floats in the shortest of three widths that keeps the value: RFC 8949, section 4.2.1. There is one NaN, 0xf97e00.
// A number that is a safe integer is never a float here, except -0, which no integer can say.

const halfNan = 0x7e00
const halfInfinity = 0x7c00
const halfNormalMin = 2 ** -14
const halfSubnormalStep = 2 ** -24
const halfMax = 65_504

const scratch = new DataView(new ArrayBuffer(8))

/** Whether `value` is carried as an integer: the rule that both sides follow. */
export function isCarriedAsInteger(value: number): boolean {
  return Number.isSafeInteger(value) && !Object.is(value, -0)
}

export function writeFloat(writer: ByteWriter, value: number): void {
  const half = halfBits(value)
  if (half !== undefined) {
    writer.u8(firstByte.half)
    writer.u16(half)
  } else if (Math.fround(value) === value) {
    scratch.setFloat32(0, value)
    writer.u8(firstByte.single)
    writer.u32(scratch.getUint32(0))
  } else {
    scratch.setFloat64(0, value)
    writer.u8(firstByte.double)
    writer.u32(scratch.getUint32(0))
    writer.u32(scratch.getUint32(4))
  }
}

/** Reads what follows the first byte `width`. Undefined where a shorter form, an integer or the one NaN says the same. */
export function readFloat(reader: ByteReader, width: number): number | undefined {
  if (width === firstByte.half) {
    const bits = reader.u16()
    const value = halfValue(bits)
    return isCarriedAsInteger(value) || (Number.isNaN(value) && bits !== halfNan) ? undefined : value
  }
  scratch.setUint32(0, reader.u32())
  if (width === firstByte.single) {
    const value = scratch.getFloat32(0)
    return isCarriedAsInteger(value) || halfBits(value) !== undefined ? undefined : value
  }
  scratch.setUint32(4, reader.u32())
  const value = scratch.getFloat64(0)
  return isCarriedAsInteger(value) || Number.isNaN(value) || Math.fround(value) === value ? undefined : value
}

/** The sixteen bits that hold `value` exactly; undefined where it takes more. */
function halfBits(value: number): number | undefined {
  if (Number.isNaN(value)) return halfNan
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0
  const magnitude = Math.abs(value)
  if (magnitude === Infinity) return sign | halfInfinity
  if (magnitude > halfMax) return undefined
  if (magnitude < halfNormalMin) {
    const steps = magnitude / halfSubnormalStep
    return Number.isInteger(steps) ? sign | steps : undefined
  }
  if (Math.fround(magnitude) !== magnitude) return undefined
  scratch.setFloat32(0, magnitude)
  const bits = scratch.getUint32(0)
  // A half has 10 of the 23 fraction bits, and its exponent is biased by 15 instead of 127.
  return (bits & 0x1fff) === 0 ? sign | ((bits >>> 13) - ((127 - 15) << 10)) : undefined
}

function halfValue(bits: number): number {
  const exponent = (bits >>> 10) & 0x1f
  const fraction = bits & 0x3ff
  const sign = bits & 0x8000 ? -1 : 1
  if (exponent === 0) return sign * fraction * halfSubnormalStep
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
