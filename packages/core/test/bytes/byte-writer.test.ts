import { describe, expect, test } from 'vitest'
import { ByteWriter } from '../../src/bytes/byte-writer.js'

const bytesOf = (write: (writer: ByteWriter) => void, capacityBytes = 1) => {
  const writer = new ByteWriter({ capacityBytes })
  write(writer)
  return [...writer.view()]
}

describe('ByteWriter', () => {
  test('writes integers big-endian in their width', () => {
    expect(bytesOf((writer) => writer.u8(0xab))).toEqual([0xab])
    expect(bytesOf((writer) => writer.u16(0xabcd))).toEqual([0xab, 0xcd])
    expect(bytesOf((writer) => writer.u24(0xabcdef))).toEqual([0xab, 0xcd, 0xef])
    expect(bytesOf((writer) => writer.u32(0xfedcba98))).toEqual([0xfe, 0xdc, 0xba, 0x98])
    expect(bytesOf((writer) => writer.u48(0xfedcba987654))).toEqual([0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54])
    expect(bytesOf((writer) => writer.u64(Number.MAX_SAFE_INTEGER))).toEqual([0, 0x1f, 255, 255, 255, 255, 255, 255])
  })

  test.each(['', 'short', 'x'.repeat(32), 'x'.repeat(33), 'long '.repeat(500), 'Ålesund', '語'.repeat(300), 'a😀b'])(
    'writes text as TextEncoder does: %.12s',
    (text) => {
      const writer = new ByteWriter({ capacityBytes: 0 })
      expect(writer.utf8(text)).toBe(writer.length)
      expect(writer.slice()).toEqual(new TextEncoder().encode(text))
    },
  )

  test('writes half a surrogate pair as the replacement character', () => {
    expect(bytesOf((writer) => writer.utf8('\ud800'))).toEqual([0xef, 0xbf, 0xbd])
  })

  test('writes ASCII, and leaves no trace of what is not', () => {
    const writer = new ByteWriter()
    expect(writer.ascii('abc')).toBe(true)
    expect(writer.ascii('abcé')).toBe(false)
    expect(writer.ascii(`${'x'.repeat(100)}é`)).toBe(false)
    expect([...writer.view()]).toEqual([97, 98, 99])
  })

  test.each([0, 24, 25, 5_000])('copies %i bytes in, so that the source may change afterwards', (size) => {
    const source = new Uint8Array(size).fill(7)
    const writer = new ByteWriter({ capacityBytes: 8 })
    writer.bytes(source)
    source.fill(0)
    expect(writer.slice()).toEqual(new Uint8Array(size).fill(7))
  })

  test('keeps what was written as it grows', () => {
    const writer = new ByteWriter({ capacityBytes: 0 })
    for (let value = 0; value < 1_000; value += 1) writer.u16(value)
    expect(writer.length).toBe(2_000)
    for (let value = 0; value < 1_000; value += 1) {
      expect([...writer.view(value * 2, value * 2 + 2)]).toEqual([value >>> 8, value & 0xff])
    }
  })

  test('takes back what came after an earlier length', () => {
    const writer = new ByteWriter()
    writer.u32(1)
    writer.length = 1
    writer.u8(9)
    expect([...writer.view()]).toEqual([0, 9])
  })

  test('patches what is written already, and nothing else', () => {
    const writer = new ByteWriter()
    const at = writer.skip(6)
    writer.patchU16(at, 0x0102)
    writer.patchU32(at + 2, 0xf3040506)
    expect([...writer.view()]).toEqual([1, 2, 0xf3, 4, 5, 6])
    expect(() => writer.patchU16(5, 1)).toThrow(TypeError)
    expect(() => writer.patchU32(4, 1)).toThrow(TypeError)
  })

  test('skips over zeros, not over what an earlier use left behind', () => {
    const writer = new ByteWriter()
    writer.bytes(new Uint8Array(40).fill(0xff))
    writer.clear()
    writer.skip(40)
    expect(writer.slice()).toEqual(new Uint8Array(40))
  })

  test('reserves room, so that a view outlives the writes that fit into it', () => {
    const writer = new ByteWriter({ capacityBytes: 0 })
    writer.reserve(100)
    const { buffer } = writer.view()
    writer.bytes(new Uint8Array(100))
    expect(writer.view().buffer).toBe(buffer)
    expect(writer.slice().buffer).not.toBe(buffer)
  })

  test('keeps its memory when cleared, unless it has outgrown the bound', () => {
    const writer = new ByteWriter({ capacityBytes: 16, keepBytesMax: 1_024 })
    writer.skip(1_000)
    const kept = writer.view().buffer
    writer.clear()
    expect(writer.length).toBe(0)
    expect(writer.view().buffer).toBe(kept)
    writer.skip(5_000)
    writer.clear()
    expect(writer.view().buffer.byteLength).toBe(16)
  })

  test('throws a TypeError for what is misuse', () => {
    const writer = new ByteWriter()
    writer.u16(0)
    for (const length of [3, -1, 0.5, Number.NaN]) {
      expect(() => {
        writer.length = length
      }).toThrow(TypeError)
    }
    expect(() => writer.view(0, 3)).toThrow(TypeError)
    expect(() => writer.view(2, 1)).toThrow(TypeError)
    expect(() => writer.slice(-1, 1)).toThrow(TypeError)
    expect(() => new ByteWriter({ capacityBytes: -1 })).toThrow(TypeError)
    expect(() => new ByteWriter({ keepBytesMax: 0.5 })).toThrow(TypeError)
  })
})
