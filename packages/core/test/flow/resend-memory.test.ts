import { expect, test } from 'vitest'
import { frameKind, writeFrame } from '../../src/flow/frames.js'
import { ResendBuffer } from '../../src/flow/resend-buffer.js'
import { WriterPool } from '../../src/flow/writer-pool.js'

test('a writer whose memory is kept goes back to the pool with the acknowledgement of its last frame, and not before', () => {
  const pool = new WriterPool()
  const kept = new ResendBuffer(pool)
  const writer = pool.take()
  writer.u48(7)
  for (const byte of [1, 2]) writeFrame(writer, frameKind.message, (body) => body.u8(byte))
  kept.keepIn(writer, 6, 2)
  expect([kept.sent, kept.bytes]).toEqual([2, 8 + 384])
  expect(pool.take()).not.toBe(writer)
  expect(kept.acknowledge(1)).toBe(true)
  expect([...kept.unacknowledged()].map(({ body }) => [...body])).toEqual([[2]])
  expect(pool.take()).not.toBe(writer)
  expect(kept.acknowledge(2)).toBe(true)
  expect([...kept.unacknowledged()]).toEqual([])
  expect(pool.take()).toBe(writer)
  expect([writer.length, kept.bytes]).toEqual([0, 0])
})
