import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ResendBuffer } from '../../src/flow/resend-buffer.js'
import { WriterPool } from '../../src/flow/writer-pool.js'

/** A frame as a record holds it: kind, length, body. */
const frame = (kind: number, ...body: readonly number[]): number[] => [
  kind,
  body.length >> 8,
  body.length & 0xff,
  ...body,
]

const contents = (buffer: ResendBuffer): number[][] =>
  [...buffer.unacknowledged()].map(({ kind, body }) => [kind, ...body])

describe('the resend buffer', () => {
  test('gives back frame by frame what was not acknowledged, oldest first', () => {
    const buffer = new ResendBuffer(new WriterPool())
    buffer.keep(Uint8Array.from([...frame(7, 1), ...frame(8, 2, 3), ...frame(9)]), 3)
    buffer.keepWhole(Uint8Array.of(7, 4, 5))
    expect(contents(buffer)).toEqual([[7, 1], [8, 2, 3], [9], [7, 4, 5]])
    expect([buffer.sent, buffer.acknowledged]).toEqual([4, 0])
  })

  test('forgets half a record’s frames, and the memory of it only with the last', () => {
    const buffer = new ResendBuffer(new WriterPool())
    buffer.keep(Uint8Array.from([...frame(7, 1), ...frame(7, 2)]), 2)
    buffer.keep(Uint8Array.from(frame(7, 3)), 1)
    const before = buffer.bytes
    expect(buffer.acknowledge(1)).toBe(true)
    expect([contents(buffer), buffer.bytes]).toEqual([
      [
        [7, 2],
        [7, 3],
      ],
      before,
    ])
    expect(buffer.acknowledge(2)).toBe(true)
    expect(contents(buffer)).toEqual([[7, 3]])
    expect(buffer.bytes).toBeLessThan(before)
    expect(buffer.acknowledge(3)).toBe(true)
    expect([contents(buffer), buffer.bytes]).toEqual([[], 0])
  })

  test('takes an acknowledgement of nothing that was never sent, and changes nothing by one that it refuses', () => {
    const buffer = new ResendBuffer(new WriterPool())
    expect(buffer.acknowledge(1)).toBe(false)
    buffer.keep(Uint8Array.from(frame(7, 1)), 1)
    expect(buffer.acknowledge(2)).toBe(false)
    expect(buffer.acknowledge(2 ** 48 - 1)).toBe(false)
    expect([contents(buffer), buffer.acknowledged]).toEqual([[[7, 1]], 0])
  })

  test('keeps to the highest acknowledgement: one that goes back is of a record that came late', () => {
    const buffer = new ResendBuffer(new WriterPool())
    buffer.keep(Uint8Array.from([...frame(7, 1), ...frame(7, 2)]), 2)
    buffer.acknowledge(2)
    expect(buffer.acknowledge(1)).toBe(true)
    expect([contents(buffer), buffer.acknowledged]).toEqual([[], 2])
  })

  test('gives lent memory back when the last of its frames is acknowledged, and not before', () => {
    const writers = new WriterPool()
    const buffer = new ResendBuffer(writers)
    const writer = writers.take()
    writer.bytes(Uint8Array.from([0, 0, ...frame(7, 1), ...frame(7, 2)]))
    buffer.keepIn(writer, 2, 2)
    buffer.acknowledge(1)
    const meanwhile = writers.take()
    expect(meanwhile).not.toBe(writer)
    meanwhile.bytes(new Uint8Array(100).fill(9))
    expect(contents(buffer)).toEqual([[7, 2]])
    buffer.acknowledge(2)
    expect([writers.take() === writer, writer.length]).toEqual([true, 0])
  })

  test('holds on to nothing once the session is over', () => {
    const buffer = new ResendBuffer(new WriterPool())
    buffer.keepWhole(new Uint8Array(1_000))
    buffer.clear()
    expect([buffer.bytes, contents(buffer)]).toEqual([0, []])
  })

  test('is what a plain list of frames is, whatever is kept and acknowledged, and in whatever order', () => {
    const step = fc.oneof(
      fc.record({ keep: fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 5 }) }),
      fc.record({ whole: fc.uint8Array({ maxLength: 400 }) }),
      fc.record({ acknowledge: fc.integer({ min: 0, max: 400 }) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const buffer = new ResendBuffer(new WriterPool())
        const sent: number[][] = []
        let acknowledged = 0
        for (const each of steps) {
          if ('keep' in each) {
            const frames = each.keep.map((body) => frame(7, ...body))
            buffer.keep(Uint8Array.from(frames.flat()), frames.length)
            sent.push(...each.keep.map((body) => [7, ...body]))
          } else if ('whole' in each) {
            buffer.keepWhole(Uint8Array.of(8, ...each.whole))
            sent.push([8, ...each.whole])
          } else {
            expect(buffer.acknowledge(each.acknowledge)).toBe(each.acknowledge <= sent.length)
            if (each.acknowledge <= sent.length) acknowledged = Math.max(acknowledged, each.acknowledge)
          }
          expect([buffer.sent, buffer.acknowledged]).toEqual([sent.length, acknowledged])
        }
        expect(contents(buffer)).toEqual(sent.slice(acknowledged))
        expect(buffer.bytes === 0).toBe(acknowledged === sent.length)
      }),
    )
  })
})
