import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteReader } from '../../src/bytes/byte-reader.js'
import { ByteWriter } from '../../src/bytes/byte-writer.js'
import { decodeUtf8, utf8Length } from '../../src/bytes/utf8.js'

const text = fc.string({ unit: 'binary', maxLength: 80 })
const utf16 = fc.array(fc.nat(0xffff), { maxLength: 40 }).map((units) => String.fromCharCode(...units))

describe('bytes', () => {
  test('what is written is read back', () => {
    const widths = { u8: 2 ** 8, u16: 2 ** 16, u24: 2 ** 24, u32: 2 ** 32, u48: 2 ** 48, u64: 2 ** 53 }
    const width = fc.constantFrom('u8', 'u16', 'u24', 'u32', 'u48', 'u64')
    const step = width.chain((name) =>
      fc.tuple(
        fc.constant(name),
        fc.maxSafeNat().map((n) => n % widths[name]),
      ),
    )
    fc.assert(
      fc.property(fc.array(step), fc.uint8Array({ maxLength: 80 }), text, (steps, bytes, words) => {
        const writer = new ByteWriter({ capacityBytes: 0 })
        for (const [name, value] of steps) writer[name](value)
        writer.bytes(bytes)
        const size = writer.utf8(words)
        const reader = new ByteReader(writer.view())
        for (const [name, value] of steps) expect(reader[name]()).toBe(value)
        expect([...reader.bytes(bytes.length)]).toEqual([...bytes])
        expect(reader.utf8(size)).toBe(words)
        expect([reader.failed, reader.remaining]).toEqual([false, 0])
      }),
    )
  })

  test('the length of a text is told exactly, and not at all for half a surrogate pair', () => {
    fc.assert(
      fc.property(utf16, (words) => {
        const encoded = new TextEncoder().encode(words)
        const isWellFormed = new TextDecoder('utf-8', { ignoreBOM: true }).decode(encoded) === words
        expect(utf8Length(words)).toBe(isWellFormed ? encoded.length : undefined)
      }),
    )
  })

  test('random bytes are text exactly where re-encoding gives the same bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const decoded = decodeUtf8(bytes, 0, bytes.length)
        const lax = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
        const isValid = Buffer.from(lax).equals(bytes)
        expect(decoded).toBe(isValid ? lax : undefined)
      }),
      { numRuns: 500 },
    )
  })
})
