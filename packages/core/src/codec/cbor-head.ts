import type { ByteWriter } from '../bytes/byte-writer.js'

/** RFC 8949, section 3.1: the top three bits of an item's first byte. */
export const majorType = {
  unsigned: 0,
  negative: 1,
  bytes: 2,
  text: 3,
  array: 4,
  map: 5,
  tag: 6,
  other: 7,
} as const

/** RFC 8949, section 3.4.3: a byte string that holds a magnitude n, standing for n or for -1 - n. */
export const tagBignum = 2
export const tagBignumNegative = 3

/** Major type 7, section 3.3: first bytes of the simple values and floats. */
export const firstByte = {
  false: 0xf4,
  true: 0xf5,
  null: 0xf6,
  undefined: 0xf7,
  half: 0xf9,
  single: 0xfa,
  double: 0xfb,
} as const

/** Section 4.2.1: the argument, a non-negative safe integer, in as few bytes as hold it. */
export function writeHead(writer: ByteWriter, major: number, argument: number): void {
  const top = major << 5
  if (argument < 24) writer.u8(top | argument)
  else if (argument < 0x100) writer.u16(((top | 24) << 8) | argument)
  else if (argument < 0x1_0000) {
    writer.u8(top | 25)
    writer.u16(argument)
  } else if (argument < 0x1_0000_0000) {
    writer.u8(top | 26)
    writer.u32(argument)
  } else {
    writer.u8(top | 27)
    writer.u64(argument)
  }
}
