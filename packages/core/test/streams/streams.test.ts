import { describe, expect, test } from 'vitest'
import { coreError } from '../../src/errors.js'
import { RequestRejection } from '../../src/protocol/request-rejection.js'
import type { Stream, StreamProgress } from '../../src/protocol/stream.js'
import { codeOf, failureOf, rejectionOf } from '../expect-failure.js'
import { createStreamEnds, readAll, type StreamEnds, someBytes } from './stream-ends.js'

/** Opens a stream of `a` that the handler of `b` gets. */
async function openBoth(
  ends: StreamEnds,
  handle?: (stream: Stream) => unknown,
): Promise<{ near: Stream; far: Stream }> {
  let far: Stream | undefined
  ends.b.handle = (stream) => {
    far = stream
    // Touched, so that it is accepted; and kept open unless the test says otherwise.
    const writing = stream.write(new Uint8Array(0))
    return handle === undefined ? new Promise(() => {}) : writing.then(() => handle(stream))
  }
  const opening = ends.a.open()
  await ends.settle()
  const near = await opening
  if (far === undefined) throw new Error('nobody was handed the stream')
  return { near, far }
}

describe('a stream', () => {
  test('carries any bytes both ways, and ends each half on its own', async () => {
    const ends = createStreamEnds()
    const upload = someBytes(1_000_003)
    const answer = someBytes(300_001, 7)
    const seen: unknown[] = []
    ends.b.handle = async (stream, _, payload) => {
      seen.push(payload, Buffer.from(upload).equals(await readAll(stream)))
      await stream.send(answer)
      seen.push('taken')
    }
    const opening = ends.a.open({ name: 'film.mp4' })
    await ends.settle()
    const stream = await opening
    const sending = stream.send(upload)
    const reading = readAll(stream)
    await ends.settle()
    await sending
    // Not toEqual, which takes a second for a megabyte.
    expect(Buffer.from(answer).equals(await reading)).toBe(true)
    expect(seen).toEqual([{ name: 'film.mp4' }, true, 'taken'])
    expect(stream).toMatchObject({ bytesWritten: upload.length, bytesTaken: upload.length, bytesRead: answer.length })
    expect([ends.a.streams.size, ends.b.streams.size]).toEqual([0, 0])
  })

  test('carries nothing at all, and ends all the same', async () => {
    const ends = createStreamEnds()
    const opening = ends.a.open()
    await ends.settle()
    const ended = (await opening).end()
    await ends.settle()
    await ended
    expect(ends.b.streams.size).toBe(0)
  })

  test('is opened when the handler first touches it, so that no byte flows before it was let', async () => {
    const ends = createStreamEnds()
    let goOn = (): void => {}
    ends.b.handle = async (stream) => {
      await new Promise<void>((resolve) => {
        goOn = resolve
      })
      await readAll(stream)
    }
    let opened = false
    const opening = ends.a.open().then((stream) => {
      opened = true
      return stream
    })
    await ends.settle()
    expect(opened).toBe(false)
    goOn()
    await ends.settle()
    expect(opened).toBe(true)
    await (await opening).write(someBytes(10))
  })

  test('is ended by neither side twice, and written to no more when it has ended', async () => {
    const ends = createStreamEnds()
    const { near } = await openBoth(ends, readAll)
    await near.write(someBytes(5))
    expect(near.end()).toBe(near.end())
    await expect(near.write(someBytes(1))).rejects.toThrow(TypeError)
    await ends.settle()
    await near.end()
  })

  test('takes chunks of bytes only', async () => {
    const ends = createStreamEnds()
    const { near } = await openBoth(ends)
    for (const chunk of ['text', 5, [1], null, new ArrayBuffer(3)] as unknown[]) {
      await expect(near.write(chunk as Uint8Array)).rejects.toThrow(TypeError)
    }
  })

  test('hands out memory that belongs to nobody else', async () => {
    const ends = createStreamEnds()
    const { near, far } = await openBoth(ends)
    const memory = someBytes(10)
    await near.write(memory)
    memory.fill(0)
    await ends.settle()
    const step = await far[Symbol.asyncIterator]().next()
    expect(step.value).toEqual(someBytes(10))
    expect(step.value?.buffer.byteLength).toBe(10)
  })

  test('that is left in the middle of a loop is read on by the next', async () => {
    const ends = createStreamEnds()
    const { near, far } = await openBoth(ends)
    const sent = someBytes(100_000)
    const sending = near.send(sent)
    await ends.settle()
    let first = new Uint8Array()
    for await (const chunk of far) {
      first = new Uint8Array(chunk)
      break
    }
    const rest = readAll(far)
    await ends.settle()
    expect(first.length).toBeGreaterThan(0)
    expect(new Uint8Array(Buffer.concat([first, await rest]))).toEqual(sent)
    await sending
  })

  test('has one reader at a time', async () => {
    const ends = createStreamEnds()
    const { near } = await openBoth(ends)
    const iterator = near[Symbol.asyncIterator]()
    iterator.next()
    await expect(iterator.next()).rejects.toThrow(TypeError)
  })

  test('becomes a web stream, and is fed by one', async () => {
    const ends = createStreamEnds()
    const sent = someBytes(70_000)
    const { near, far } = await openBoth(ends, (stream) => stream.send(new Blob([sent]).stream()))
    const reading = new Response(ReadableStream.from(near)).arrayBuffer()
    await ends.settle()
    expect(new Uint8Array(await reading)).toEqual(sent)
    expect(far.bytesTaken).toBe(sent.length)
  })
})

describe('send', () => {
  test('takes bytes, lists of them, whatever iterates, and readers of streams that do not', async () => {
    const parts = [someBytes(3), someBytes(20_000, 2), someBytes(0), someBytes(40, 3)]
    const whole = new Uint8Array(Buffer.concat(parts))
    async function* generated(): AsyncGenerator<Uint8Array> {
      yield* parts
    }
    const web = new Blob(parts).stream()
    const sources = [whole, parts, generated(), web, { getReader: () => new Blob(parts).stream().getReader() }]
    for (const source of sources) {
      const ends = createStreamEnds()
      const { near, far } = await openBoth(ends)
      const sending = near.send(source)
      const reading = readAll(far)
      // A Blob is read by other threads.
      let isRead = false
      reading.then(() => {
        isRead = true
      })
      while (!isRead) await ends.settle()
      expect(await reading).toEqual(whole)
      await sending
    }
  })

  test('gives the stream up where its source fails, and keeps the reason to itself', async () => {
    const ends = createStreamEnds()
    const { near, far } = await openBoth(ends)
    const secret = new Error('drive E: is full')
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield someBytes(10)
      throw secret
    }
    const sending = near.send(failing())
    await ends.settle()
    expect(await rejectionOf(sending)).toBe(secret)
    const failure = await failureOf(readAll(far))
    expect(failure).toMatchObject({ code: 'STREAM_ABORTED' })
    expect(JSON.stringify([failure.message, failure.details])).not.toContain('drive')
  })

  test('gives its source up where the stream fails', async () => {
    const ends = createStreamEnds({ streamWindowBytes: 10 })
    const { near, far } = await openBoth(ends)
    const cancelled: unknown[] = []
    const source = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(someBytes(8)),
      cancel: () => {
        cancelled.push('iterated')
      },
    })
    const reader = {
      read: () => Promise.resolve({ done: false, value: someBytes(8) }),
      cancel: (reason: unknown) => Promise.resolve(cancelled.push(reason)),
      releaseLock: () => cancelled.push('released'),
    }
    const sending = near.send(source)
    const answering = far.send({ getReader: () => reader })
    await ends.settle()
    far.abort()
    await ends.settle()
    expect(await codeOf(sending)).toBe('STREAM_ABORTED')
    expect(await codeOf(answering)).toBe('STREAM_ABORTED')
    expect(cancelled).toEqual([expect.objectContaining({ code: 'STREAM_ABORTED' }), 'released', 'iterated'])
  })
})

describe('credit', () => {
  test('makes a writer wait for its reader, and bounds what waits there', async () => {
    const ends = createStreamEnds({ streamWindowBytes: 50_000 })
    const { near, far } = await openBoth(ends)
    let isWritten = false
    const writing = near.write(someBytes(120_000)).then(() => {
      isWritten = true
    })
    await ends.settle()
    expect(isWritten).toBe(false)
    expect(ends.b.streams.heldBytes).toBe(50_000)
    expect(near.bytesWritten).toBe(50_000)
    expect(near.bytesTaken).toBe(0)
    const iterator = far[Symbol.asyncIterator]()
    while (!isWritten) {
      await iterator.next()
      await ends.settle()
      expect(ends.b.streams.heldBytes).toBeLessThanOrEqual(50_000)
    }
    await writing
  })

  test('comes back by halves of the window, and at once where the reader waits for more', async () => {
    const ends = createStreamEnds({ streamWindowBytes: 100_000, streamChunkBytesMax: 10_000 })
    const { near, far } = await openBoth(ends)
    near.write(someBytes(60_000))
    await ends.env.settle()
    ends.deliver(ends.a)
    const credits = (): unknown[] => ends.b.wire.queue.filter(({ kind }) => kind === 'credit')
    const iterator = far[Symbol.asyncIterator]()
    for (let taken = 0; taken < 4; taken += 1) await iterator.next()
    await ends.env.settle()
    expect(credits()).toEqual([])
    await iterator.next()
    expect(credits()).toMatchObject([{ bytes: 50_000 }])
    await iterator.next()
    iterator.next()
    await ends.env.settle()
    expect(credits()).toMatchObject([{ bytes: 50_000 }, { bytes: 10_000 }])
  })

  test('of a window smaller than any chunk still lets everything through', async () => {
    for (const streamWindowBytes of [1, 2, 3]) {
      const ends = createStreamEnds({ streamWindowBytes })
      const { near, far } = await openBoth(ends)
      const sent = someBytes(50)
      const sending = near.send([sent.subarray(0, 20), sent.subarray(20, 21), sent.subarray(21)])
      const reading = readAll(far)
      await ends.settle()
      expect(await reading).toEqual(sent)
      await sending
    }
  })
})

describe('the sender', () => {
  const sentBy = ({ a }: StreamEnds): { id: number; size: number }[] =>
    a.wire.queue.flatMap((frame) => (frame.kind === 'data' ? [{ id: frame.id, size: frame.chunk.length }] : []))

  test('gathers small writes of one turn, and cuts large ones', async () => {
    const ends = createStreamEnds({ streamChunkBytesMax: 1_000 })
    const { near } = await openBoth(ends)
    for (let count = 0; count < 25; count += 1) await near.write(someBytes(100))
    await ends.env.settle()
    expect(sentBy(ends).map(({ size }) => size)).toEqual([1_000, 1_000, 500])
    ends.deliver(ends.a)
    await near.write(someBytes(30))
    await near.write(someBytes(2_500))
    await ends.env.settle()
    expect(sentBy(ends).map(({ size }) => size)).toEqual([1_000, 1_000, 530])
  })

  test('lets what a large write leaves over follow at the end of the turn, with nothing behind it', async () => {
    const ends = createStreamEnds({ streamChunkBytesMax: 1_000, streamWindowBytes: 4_000 })
    const { near } = await openBoth(ends)
    near.write(someBytes(2_500))
    await ends.env.settle()
    expect(sentBy(ends).map(({ size }) => size)).toEqual([1_000, 1_000, 500])
  })

  test('lets streams take turns, a chunk each, for as long as there is room', async () => {
    const ends = createStreamEnds({ streamChunkBytesMax: 1_000 })
    const streams: Stream[] = []
    for (let count = 0; count < 3; count += 1) streams.push((await openBoth(ends)).near)
    ends.a.wire.queueMax = 6
    for (const stream of streams) stream.write(someBytes(5_000))
    await ends.env.settle()
    const [first, second, third] = sentBy(ends).map(({ id }) => id)
    expect(new Set([first, second, third]).size).toBe(3)
    expect(sentBy(ends).map(({ id }) => id)).toEqual([first, second, third, first, second, third])
    ends.deliver(ends.a, 1)
    await ends.env.settle()
    expect(sentBy(ends).map(({ id }) => id)).toEqual([second, third, first, second, third, first])
  })
})

describe('progress', () => {
  test('is told once a turn, never falls, and ends with everything', async () => {
    const ends = createStreamEnds({ streamWindowBytes: 20_000 })
    const told: StreamProgress[] = []
    const opening = ends.a.open(undefined, { onProgress: (progress) => told.push(progress) })
    await ends.settle()
    const sending = (await opening).send(someBytes(100_000))
    await ends.settle()
    await sending
    expect(told.at(-1)).toEqual({ bytesWritten: 100_000, bytesTaken: 100_000 })
    expect(told.length).toBeLessThan(40)
    for (const [at, { bytesTaken }] of told.entries()) {
      expect(bytesTaken).toBeGreaterThanOrEqual(told[at - 1]?.bytesTaken ?? 0)
    }
  })

  test('whose listener throws or rejects is reported and stops nothing', async () => {
    const throwing = (): never => {
      throw new Error('mine')
    }
    for (const onProgress of [throwing, () => Promise.reject(new Error('mine'))]) {
      const ends = createStreamEnds()
      const opening = ends.a.open(undefined, { onProgress })
      await ends.settle()
      const sending = (await opening).send(someBytes(10))
      await ends.settle()
      await sending
      expect(ends.a.reports[0]).toMatchObject({ code: 'LISTENER_FAILED', cause: { message: 'mine' } })
    }
    expect(await rejectionOf(createStreamEnds().a.open(undefined, { onProgress: 5 as never }))).toBeInstanceOf(
      TypeError,
    )
  })
})

describe('giving up', () => {
  test.each(['near', 'far'] as const)('by the %s end fails everything at both, once', async (who) => {
    const ends = createStreamEnds({ streamWindowBytes: 100 })
    const both = await openBoth(ends)
    const waiting = [both.near.write(someBytes(500)), both.near.end(), both.far.write(someBytes(500))]
    await ends.settle()
    both[who].abort('changed my mind')
    both[who].abort('again')
    await ends.settle()
    for (const each of waiting) expect(await codeOf(each)).toBe('STREAM_ABORTED')
    for (const stream of [both.near, both.far]) {
      const failure = await failureOf(readAll(stream))
      expect(failure).toMatchObject({ code: 'STREAM_ABORTED', message: expect.stringContaining('changed my mind') })
      expect(await codeOf(stream.write(someBytes(1)))).toBe('STREAM_ABORTED')
      expect(await codeOf(stream.end())).toBe('STREAM_ABORTED')
      stream.abort()
    }
    expect([ends.a.streams.size, ends.b.streams.size]).toEqual([0, 0])
    expect([ends.a.streams.heldBytes, ends.b.streams.heldBytes]).toEqual([0, 0])
  })

  test('is silent where nobody waits for anything', async () => {
    const ends = createStreamEnds({ streamWindowBytes: 100 })
    const { near, far } = await openBoth(ends)
    near.write(someBytes(500))
    near.end()
    near.send(someBytes(5))
    far[Symbol.asyncIterator]().next()
    await ends.settle()
    near.abort()
    await ends.settle()
    near.write(someBytes(1))
    near.end()
    await ends.settle()
  })

  test('by a signal fails the opening with its reason, and later the stream', async () => {
    const ends = createStreamEnds()
    const early = new AbortController()
    const reason = new Error('enough')
    early.abort(reason)
    expect(await rejectionOf(ends.a.open(undefined, { signal: early.signal }))).toBe(reason)
    expect(ends.a.wire.queue).toEqual([])

    const during = new AbortController()
    const opening = ends.a.open(undefined, { signal: during.signal })
    during.abort(reason)
    expect(await rejectionOf(opening)).toBe(reason)
    await ends.settle()

    const late = new AbortController()
    const opened = ends.a.open(undefined, { signal: late.signal })
    await ends.settle()
    const stream = await opened
    late.abort('a text that is nobody’s business')
    expect(await failureOf(stream.end())).toMatchObject({
      code: 'STREAM_ABORTED',
      cause: 'a text that is nobody’s business',
    })
    expect(ends.a.wire.queue).toEqual([{ kind: 'reset', id: 4, rejection: { code: 'STREAM_ABORTED' } }])
    await ends.settle()
  })

  test('by a signal reaches a handler as its own signal', async () => {
    const ends = createStreamEnds()
    const reasons: unknown[] = []
    ends.b.handle = (stream, { signal }) => {
      signal.addEventListener('abort', () => reasons.push(signal.reason))
      return readAll(stream)
    }
    const opening = ends.a.open()
    await ends.settle()
    ;(await opening).abort()
    await ends.settle()
    expect(reasons).toMatchObject([{ code: 'STREAM_ABORTED' }])
    expect(ends.b.reports).toEqual([])
  })

  test('comes with the end of the session, whatever is under way', async () => {
    const ends = createStreamEnds({ streamWindowBytes: 100 })
    const { near, far } = await openBoth(ends)
    const waiting = [near.write(someBytes(500)), near.end(), readAll(near), ends.a.open()]
    await ends.env.settle()
    const reason = coreError('PEER_DISCONNECTED')
    ends.a.streams.close(reason)
    ends.a.streams.close(coreError('PEER_SILENT'))
    ends.b.streams.close(reason)
    for (const each of [...waiting, readAll(far), ends.a.open()]) expect(await rejectionOf(each)).toBe(reason)
    expect(ends.a.streams.size).toBe(0)
    const sent = ends.a.wire.queue.length
    near.abort()
    await ends.env.settle()
    expect(ends.a.wire.queue).toHaveLength(sent)
    expect(ends.deliver(ends.a).filter((verdict) => verdict !== undefined)).toEqual([])
  })

  test('comes where nothing has moved for too long, and not before', async () => {
    const ends = createStreamEnds({ streamIdleMsMax: 60_000, streamWindowBytes: 10 })
    const { near, far } = await openBoth(ends)
    const writing = near.write(someBytes(15))
    await ends.settle()
    const beat = async (nowMs: number): Promise<void> => {
      ends.a.streams.beat(nowMs)
      ends.b.streams.beat(nowMs)
      await ends.settle()
    }
    await beat(0)
    await beat(59_000)
    await far[Symbol.asyncIterator]().next()
    await ends.settle()
    await beat(61_000)
    await writing
    await beat(120_999)
    expect(ends.a.streams.size).toBe(1)
    await beat(121_000)
    expect(await codeOf(near.end())).toBe('STREAM_IDLE')
    expect(await codeOf(far.end())).toBe('STREAM_IDLE')
    expect([ends.a.streams.size, ends.b.streams.size]).toEqual([0, 0])
  })

  test('comes to an opening that nobody takes up', async () => {
    const ends = createStreamEnds({ streamIdleMsMax: 1_000 })
    ends.b.handle = () => new Promise(() => {})
    const opening = ends.a.open()
    await ends.settle()
    ends.a.streams.beat(0)
    ends.a.streams.beat(1_000)
    expect(await codeOf(opening)).toBe('STREAM_IDLE')
    await ends.settle()
  })
})

describe('a handler', () => {
  test('that rejects before it touches the stream refuses it, and after that resets it', async () => {
    for (const touches of [false, true]) {
      const ends = createStreamEnds()
      ends.b.handle = async (stream) => {
        if (touches) await stream.write(someBytes(3))
        throw new RequestRejection('no-space', { detail: 'try tomorrow' })
      }
      const opening = ends.a.open()
      await ends.settle()
      const failing = touches ? (await opening).end() : opening
      expect(await failureOf(failing)).toMatchObject({ code: 'REQUEST_REJECTED', reason: 'no-space' })
      expect(await failureOf(failing)).toBeInstanceOf(RequestRejection)
      expect(ends.b.reports).toEqual([])
    }
  })

  test('that throws tells the peer no more than that, and is reported here', async () => {
    for (const how of ['at once', 'later']) {
      const ends = createStreamEnds()
      const cause = new Error('secret')
      ends.b.handle = (stream) => {
        if (how === 'at once') throw cause
        return stream.write(someBytes(1)).then(() => Promise.reject(cause))
      }
      const opening = ends.a.open()
      await ends.settle()
      const failing = how === 'at once' ? opening : opening.then((stream) => stream.end())
      const failure = await failureOf(failing)
      expect(failure).toMatchObject({ code: 'HANDLER_FAILED' })
      expect(failure.message).not.toContain('secret')
      expect(ends.b.reports).toMatchObject([
        { code: 'HANDLER_FAILED', cause, message: expect.stringContaining('files/1') },
      ])
      expect(ends.b.streams.size).toBe(0)
    }
  })

  test('that fails for what the stream threw at it is no failure, and one that fails besides is', async () => {
    for (const [wrap, reported] of [
      [(cause: unknown) => cause, 0],
      [(cause: unknown) => new Error('AbortError', { cause }), 0],
      [() => new TypeError('a bug'), 1],
    ] as const) {
      const ends = createStreamEnds()
      const { near } = await openBoth(ends, (stream) =>
        readAll(stream).catch((cause) => {
          throw wrap(cause)
        }),
      )
      near.abort()
      await ends.settle()
      expect(ends.b.reports).toHaveLength(reported)
    }
  })

  test('that returns early tells the writer so, and its own words arrive all the same', async () => {
    const ends = createStreamEnds({ streamWindowBytes: 1_000 })
    const { near } = await openBoth(ends, async (stream) => {
      for await (const _ of stream) break
      await stream.write(someBytes(700, 5))
    })
    const sending = near.send(someBytes(50_000))
    await ends.settle()
    expect(await codeOf(sending)).toBe('STREAM_UNREAD')
    expect(await readAll(near)).toEqual(someBytes(700, 5))
    expect([ends.a.streams.size, ends.b.streams.size]).toEqual([0, 0])
  })

  test('that returns with bytes unread does so even where they had all arrived', async () => {
    const ends = createStreamEnds()
    let goOn = (): void => {}
    const { near } = await openBoth(
      ends,
      () =>
        new Promise<void>((resolve) => {
          goOn = resolve
        }),
    )
    const sending = near.send(someBytes(10))
    await ends.settle()
    goOn()
    await ends.settle()
    expect(await codeOf(sending)).toBe('STREAM_UNREAD')
  })

  test('that took every byte and returns before the end has come has read everything', async () => {
    const ends = createStreamEnds()
    const { near } = await openBoth(ends, (stream) => stream[Symbol.asyncIterator]().next())
    await near.write(someBytes(10))
    await ends.settle()
    const ended = near.end()
    await ends.settle()
    await ended
    expect([ends.a.streams.size, ends.b.streams.size]).toEqual([0, 0])
  })

  test('that only sends is done when it returns, whether the reader ends its unused half or not', async () => {
    const ends = createStreamEnds()
    const { near } = await openBoth(ends, (stream) => stream.send(someBytes(1_000)))
    const reading = readAll(near)
    await ends.settle()
    expect(await reading).toHaveLength(1_000)
    expect([ends.a.streams.size, ends.b.streams.size]).toEqual([0, 0])
    await near.end()
    expect(await codeOf(near.write(someBytes(1)))).toBe('STREAM_UNREAD')
  })

  test('that returns what is no promise, or reads on after its return, harms nobody', async () => {
    const ends = createStreamEnds()
    const { near, far } = await openBoth(ends, () => 5)
    expect(await codeOf(near.write(someBytes(10)))).toBe('STREAM_UNREAD')
    expect(await codeOf(readAll(far))).toBe('STREAM_UNREAD')
    await expect(far.write(someBytes(1))).rejects.toThrow(TypeError)
  })
})

describe('limits', () => {
  test('hold on what this end opens, and on what the peer does', async () => {
    const ends = createStreamEnds({ streamsPerPeerMax: 2 })
    const { near } = await openBoth(ends)
    await openBoth(ends)
    expect(await codeOf(ends.a.open())).toBe('STREAM_LIMIT')
    expect(ends.a.wire.queue).toEqual([])
    // The other end has room of its own, for streams the other way.
    ends.a.handle = readAll
    const reverse = ends.b.open()
    await ends.settle()
    await reverse
    near.abort()
    await ends.settle()
    const third = ends.a.open()
    await ends.settle()
    // The handler of the stream that was given up is still at work.
    expect(await codeOf(third)).toBe('STREAM_LIMIT')
  })

  test('count a stream whose handler has returned for as long as the peer leaves it open', async () => {
    const ends = createStreamEnds({ streamsPerPeerMax: 1 })
    await openBoth(ends, (stream) => {
      stream.write(someBytes(5))
    })
    expect(ends.b.streams.size).toBe(1)
    expect(ends.deliver(ends.a)).toEqual([])
    expect(ends.b.streams.opened(4, 1, { label: '', handle: () => {} })).toBeUndefined()
    expect(ends.b.wire.queue).toMatchObject([{ kind: 'reset', id: 4, rejection: { code: 'STREAM_LIMIT' } }])
  })

  test('free their place when all is over', async () => {
    const ends = createStreamEnds({ streamsPerPeerMax: 1 })
    for (let count = 0; count < 5; count += 1) {
      const opening = ends.a.open()
      await ends.settle()
      const sending = (await opening).send(someBytes(count))
      await ends.settle()
      await sending
    }
  })

  test('an open that cannot be encoded opens nothing', async () => {
    const ends = createStreamEnds({ streamsPerPeerMax: 1 })
    const oversized = coreError('MESSAGE_OVERSIZED')
    expect(await rejectionOf(ends.a.open(oversized))).toBe(oversized)
    const opening = ends.a.open()
    await ends.settle()
    await opening
  })
})
