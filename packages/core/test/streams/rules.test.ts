import { describe, expect, test } from 'vitest'
import { nativeCrypto } from '../../src/crypto/native-crypto.js'
import { codeOf, failureOf } from '../expect-failure.js'
import { FakeEnv } from '../fake-env.js'
import { createStreamEnd, createStreamEnds, readAll, type StreamEnd, someBytes } from './stream-ends.js'

// What a peer may do and what it may not: one end alone, and a peer that sends whatever it likes.

const serving = { label: 'files/1 upload', handle: readAll }
const byte = Uint8Array.of(7)
const digest = nativeCrypto.sha256(byte)
const malformed = 'STREAM_MALFORMED'

/** An end whose numbers are even, so that the peer's are odd. */
const createEnd = (): StreamEnd => createStreamEnd(new FakeEnv(), 0, { streamWindowBytes: 10 })

describe('numbers', () => {
  test('of the peer are of its parity, only ever grow, and are never zero', () => {
    const { streams } = createEnd()
    for (const id of [0, 2, -1, 1.5, 2 ** 32 + 1, Number.NaN]) expect(streams.opened(id, 5, serving)).toBe(malformed)
    expect(streams.opened(5, 5, serving)).toBeUndefined()
    expect(streams.opened(5, 5, serving)).toBe(malformed)
    expect(streams.opened(3, 5, serving)).toBe(malformed)
    expect(streams.refused(3, { code: 'SCHEMA_REFUSED' })).toBe(malformed)
    expect(streams.refused(7, { code: 'SCHEMA_REFUSED' })).toBeUndefined()
    expect(streams.opened(7, 5, serving)).toBe(malformed)
    expect(streams.opened(0xffff_ffff, 5, serving)).toBeUndefined()
  })

  test('that were given and are over may come late; those that never were may not', async () => {
    const { streams, open, wire } = createEnd()
    streams.refused(5, { code: 'SCHEMA_REFUSED' })
    const opening = open()
    expect(wire.queue).toMatchObject([
      { kind: 'reset', id: 5 },
      { kind: 'open', id: 2 },
    ])
    streams.reset(2, { code: 'SCHEMA_REFUSED' })
    expect(await codeOf(opening)).toBe('SCHEMA_REFUSED')
    for (const [id, verdict] of [
      [2, undefined],
      [5, undefined],
      [3, undefined],
      [4, malformed],
      [7, malformed],
      [0, malformed],
      [-2, malformed],
    ] as const) {
      expect(streams.data(id, byte)).toBe(verdict)
      expect(streams.credit(id, 1)).toBe(verdict)
      expect(streams.ended(id, 1, digest)).toBe(verdict)
      expect(streams.reset(id, { code: 'STREAM_ABORTED' })).toBe(verdict)
    }
  })
})

describe('an opening', () => {
  test('gives credit', () => {
    expect(createEnd().streams.opened(1, 0, serving)).toBe(malformed)
  })

  test('is answered by credit or a reset before anything else', () => {
    const { streams, open } = createEnd()
    open()
    expect(streams.data(2, byte)).toBe(malformed)
    expect(streams.ended(2, 0, nativeCrypto.sha256(new Uint8Array()))).toBe(malformed)
    expect(streams.credit(2, 0)).toBe(malformed)
    expect(streams.credit(2, 5)).toBeUndefined()
  })

  test('that no handler has taken up yet lets no bytes come', () => {
    const { streams } = createEnd()
    streams.opened(1, 5, { label: '', handle: () => new Promise(() => {}) })
    expect(streams.data(1, byte)).toBe(malformed)
    expect(streams.credit(1, 1)).toBe(malformed)
  })

  test('is refused for the reason that the peer gives, and a code that is none decides nothing', async () => {
    for (const [rejection, expected] of [
      [
        { code: 'REQUEST_REJECTED', reason: 'no-space', detail: 'full' },
        { code: 'REQUEST_REJECTED', reason: 'no-space' },
      ],
      [
        { code: 'RATE_EXCEEDED', retryAfterMs: 50 },
        { code: 'RATE_EXCEEDED', details: { retryAfterMs: 50 } },
      ],
      [
        { code: 'SCHEMA_REFUSED', issues: [] },
        { code: 'SCHEMA_REFUSED', details: { issues: [] } },
      ],
      [{ code: 'toString' }, { code: 'STREAM_ABORTED', message: expect.stringContaining('toString') }],
      [{ code: 'COORDINATOR_STOPPED' }, { code: 'STREAM_ABORTED' }],
    ] as const) {
      const { streams, open } = createEnd()
      const opening = open()
      expect(streams.reset(2, rejection)).toBeUndefined()
      expect(await failureOf(opening)).toMatchObject(expected)
    }
  })
})

describe('data', () => {
  const opened = (): StreamEnd => {
    const end = createEnd()
    // Touched, and never read.
    end.streams.opened(1, 5, { label: '', handle: (stream) => stream.write(byte).then(() => new Promise(() => {})) })
    return end
  }

  test('stays within its credit', () => {
    const { streams } = opened()
    expect(streams.data(1, someBytes(10))).toBeUndefined()
    expect(streams.data(1, byte)).toBe(malformed)
    expect(opened().streams.data(1, someBytes(11))).toBe(malformed)
  })

  test('is never empty, and never comes after the end', () => {
    const { streams } = opened()
    expect(streams.data(1, new Uint8Array())).toBe(malformed)
    expect(streams.data(1, byte)).toBeUndefined()
    expect(streams.ended(1, 1, digest)).toBeUndefined()
    expect(streams.data(1, byte)).toBe(malformed)
    expect(streams.ended(1, 1, digest)).toBe(malformed)
  })

  test('whose total or digest does not hold ends the stream with STREAM_CORRUPT, at both ends', async () => {
    for (const [total, sum] of [
      [2, digest],
      [0, digest],
      [1, nativeCrypto.sha256(digest)],
      [1, digest.subarray(1)],
      [1, new Uint8Array()],
    ] as const) {
      const { streams, wire, open } = createEnd()
      const opening = open()
      streams.credit(2, 5)
      const stream = await opening
      streams.data(2, byte)
      expect(streams.ended(2, total, sum)).toBeUndefined()
      expect(await codeOf(readAll(stream))).toBe('STREAM_CORRUPT')
      expect(await codeOf(stream.end())).toBe('STREAM_CORRUPT')
      expect(wire.queue.at(-1)).toEqual({ kind: 'reset', id: 2, rejection: { code: 'STREAM_CORRUPT' } })
      expect(streams.size).toBe(0)
    }
  })

  test('that changed on its way is found by the digest', async () => {
    const ends = createStreamEnds()
    const opening = ends.a.open()
    await ends.settle()
    const sending = (await opening).send(someBytes(100))
    await ends.env.settle()
    for (const frame of ends.a.wire.queue) if (frame.kind === 'data') frame.chunk[50]! ^= 1
    await ends.settle()
    expect(await codeOf(sending)).toBe('STREAM_CORRUPT')
  })

  test('in crumbs takes no more memory than in loaves', async () => {
    const { streams } = createStreamEnd(new FakeEnv(), 0, {
      streamWindowBytes: 65_536,
      streamChunkBytesMax: 16_384,
    })
    let held: AsyncIterator<Uint8Array> | undefined
    streams.opened(1, 5, {
      label: '',
      handle: (stream) => {
        held = stream[Symbol.asyncIterator]()
        return stream.write(byte).then(() => new Promise(() => {}))
      },
    })
    const verdicts = new Set(Array.from({ length: 65_536 }, () => streams.data(1, byte)))
    expect([...verdicts]).toEqual([undefined])
    expect(streams.heldBytes).toBe(65_536)
    // Four blocks hold them, and not a piece of memory a byte.
    for (let block = 0; block < 4; block += 1) expect((await held?.next())?.value).toHaveLength(16_384)
  })
})

describe('credit', () => {
  test('gives back what was sent, and never more', async () => {
    const { streams, open, wire } = createEnd()
    const opening = open()
    streams.credit(2, 5)
    const stream = await opening
    expect(streams.credit(2, 1)).toBe(malformed)
    stream.write(someBytes(8))
    await Promise.resolve()
    await Promise.resolve()
    expect(wire.queue.at(-1)).toMatchObject({ kind: 'data', id: 2 })
    expect(streams.credit(2, 6)).toBe(malformed)
    expect(streams.credit(2, 5)).toBeUndefined()
    expect(stream.bytesTaken).toBe(5)
  })

  test('of nothing says that all was taken, after the end and not before', async () => {
    const { streams, open } = createEnd()
    const opening = open()
    streams.credit(2, 5)
    const stream = await opening
    expect(streams.credit(2, 0)).toBe(malformed)
    const ended = stream.end()
    expect(streams.credit(2, 0)).toBe(malformed)
    await Promise.resolve()
    await Promise.resolve()
    expect(streams.credit(2, 0)).toBeUndefined()
    await ended
    expect(streams.credit(2, 0)).toBe(malformed)
  })
})
