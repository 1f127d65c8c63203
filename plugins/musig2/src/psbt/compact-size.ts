import type { ByteReader } from '@rondo/core'

// The counts and lengths of Bitcoin: one byte, or 2, 4 or 8 little-endian ones behind a byte that says so.

/** Fails the reader where it is written longer than need be, or is more than any length in here could be. */
export function readCompactSize(reader: ByteReader): number {
  const first = reader.u8()
  if (first < 0xfd) return first
  const width = 1 << (first - 0xfc)
  const size = readLittleEndian(reader.bytes(width))
  const isShortest = size >= (width === 2 ? 0xfd : 2 ** (4 * width))
  return isShortest && size <= 0xffff_ffff ? size : reader.fail()
}

export function compactSize(size: number): Uint8Array {
  if (size < 0xfd) return Uint8Array.of(size)
  if (size <= 0xffff) return Uint8Array.of(0xfd, size & 0xff, size >> 8)
  return Uint8Array.of(0xfe, size & 0xff, (size >> 8) & 0xff, (size >> 16) & 0xff, size >>> 24)
}

/** Rounded beyond `Number.MAX_SAFE_INTEGER`: the caller bounds it. */
export function readLittleEndian(bytes: Uint8Array): number {
  return bytes.reduceRight((number, byte) => number * 256 + byte, 0)
}
