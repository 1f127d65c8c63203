import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteReader } from '../../src/bytes/byte-reader.js'
import { ByteWriter } from '../../src/bytes/byte-writer.js'
import { ExpiryFloor } from '../../src/replay/expiry-floor.js'

test('what was added stays covered, whatever comes later, also after it was kept and read', () => {
  const span = fc.tuple(fc.nat(100_000), fc.nat(50))
  fc.assert(
    fc.property(fc.array(span, { maxLength: 60 }), (spans) => {
      const floor = new ExpiryFloor()
      for (const [fromMs, length] of spans) floor.add(fromMs, fromMs + length)
      expect(floor.spans.length).toBeLessThanOrEqual(16)
      const writer = new ByteWriter()
      floor.encode(writer)
      const read = ExpiryFloor.decode(new ByteReader(writer.slice()))
      expect(read.spans).toEqual(floor.spans)
      for (const [fromMs, length] of spans) {
        expect([read.covers(fromMs), read.covers(fromMs + length)]).toEqual([true, true])
      }
    }),
    { numRuns: 200 },
  )
})

test('what lies far ahead stays apart, however much is added before it', () => {
  const floor = new ExpiryFloor()
  floor.add(1_000_000_000, 1_000_000_500)
  for (let at = 0; at < 1_000; at += 1) floor.add(at * 100, at * 100 + 10)
  expect(floor.covers(500_000_000)).toBe(false)
  expect(floor.covers(1_000_000_200)).toBe(true)
})

test('bytes that are no floor are refused', () => {
  for (const bytes of [[], [1], [255], [1, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 1]]) {
    const reader = new ByteReader(Uint8Array.from(bytes))
    ExpiryFloor.decode(reader)
    expect(reader.failed).toBe(true)
  }
})
