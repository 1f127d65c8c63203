import { describe, expect, test } from 'vitest'
import { ByteReader } from '../../src/bytes/byte-reader.js'

const readerOf = (...bytes: number[]) => new ByteReader(Uint8Array.from(bytes))

describe('ByteReader', () => {
  test('reads integers big-endian in their width', () => {
    expect(readerOf(0xab).u8()).toBe(0xab)
    expect(readerOf(0xab, 0xcd).u16()).toBe(0xabcd)
    expect(readerOf(0xab, 0xcd, 0xef).u24()).toBe(0xabcdef)
    expect(readerOf(0xfe, 0xdc, 0xba, 0x98).u32()).toBe(0xfedcba98)
    expect(readerOf(0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54).u48()).toBe(0xfedcba987654)
    expect(readerOf(0, 0x1f, 255, 255, 255, 255, 255, 255).u64()).toBe(Number.MAX_SAFE_INTEGER)
  })

  test('reads bytes and text, and knows what is left', () => {
    const reader = readerOf(1, 2, 0xc3, 0xa9, 3)
    expect([...reader.bytes(2)]).toEqual([1, 2])
    expect(reader.utf8(2)).toBe('é')
    expect(reader.position).toBe(4)
    expect(reader.remaining).toBe(1)
    expect([...reader.rest()]).toEqual([3])
    expect(reader.failed).toBe(false)
  })

  test('hands out views of the source', () => {
    const source = Uint8Array.of(1, 2, 3)
    const bytes = new ByteReader(source).bytes(2)
    source[0] = 9
    expect(bytes[0]).toBe(9)
  })

  test.each([
    ['u8', 0, (reader: ByteReader) => reader.u8()],
    ['u16', 1, (reader: ByteReader) => reader.u16()],
    ['u24', 2, (reader: ByteReader) => reader.u24()],
    ['u32', 3, (reader: ByteReader) => reader.u32()],
    ['u48', 5, (reader: ByteReader) => reader.u48()],
    ['u64', 7, (reader: ByteReader) => reader.u64()],
    ['bytes', 3, (reader: ByteReader) => reader.bytes(4).length],
    ['utf8', 3, (reader: ByteReader) => reader.utf8(4).length],
    ['skip', 3, (reader: ByteReader) => Number(reader.skip(4))],
  ])('gives nothing for %s past the end, and stays failed', (_name, size, read) => {
    const reader = new ByteReader(new Uint8Array(size).fill(65))
    expect(read(reader)).toBe(0)
    expect(reader.failed).toBe(true)
    expect(reader.remaining).toBe(0)
    expect(reader.u8()).toBe(0)
    expect(reader.bytes(0)).toHaveLength(0)
    expect(reader.failed).toBe(true)
  })

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('refuses %d as a count of bytes', (count) => {
    const reader = readerOf(1, 2, 3)
    expect(reader.bytes(count)).toHaveLength(0)
    expect(reader.failed).toBe(true)
  })

  test.each([
    ['a lone continuation byte', [0x80]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['half of a surrogate pair', [0xed, 0xa0, 0x80]],
    ['a character cut short', [0x41, 0xe2, 0x82]],
    ['a character past the last', [0xf4, 0x90, 0x80, 0x80]],
  ])('fails for text that is %s', (_name, bytes) => {
    for (const padding of [0, 100]) {
      const reader = readerOf(...new Array<number>(padding).fill(65), ...bytes)
      expect(reader.utf8(padding + bytes.length)).toBe('')
      expect(reader.failed).toBe(true)
    }
  })

  test('keeps a byte order mark as the character that it is', () => {
    expect(readerOf(0xef, 0xbb, 0xbf, 0x41).utf8(4)).toBe('\ufeffA')
  })

  test('fails when its parser says so', () => {
    const reader = readerOf(1, 2)
    expect(reader.fail()).toBe(0)
    expect(reader.failed).toBe(true)
    expect(reader.remaining).toBe(0)
  })
})
