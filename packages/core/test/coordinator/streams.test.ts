import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { encodeCredit, encodeEnd, encodeRequestHead } from '../../src/flow/envelope.js'
import { frameKind } from '../../src/flow/frames.js'
import { defineProtocol } from '../../src/protocol/define-protocol.js'
import { message, request, stream } from '../../src/protocol/definition.js'
import type { ProtocolHandler } from '../../src/protocol/handler.js'
import type { Stream } from '../../src/protocol/stream.js'
import { codeOf, failureOf, rejectionOf } from '../expect-failure.js'
import { FakePeer, nameFrame, type RawFrame } from '../fake-peer.js'
import { FakeTown } from '../fake-town.js'
import { readAll, someBytes } from '../streams/stream-ends.js'

// Streams over real coordinators: sessions, guards, links that come and go.

const upload = { protocol: 'files', type: 'upload', payload: undefined }

type HandleStream = NonNullable<ProtocolHandler['handleStream']>

const waitForEver: HandleStream = () => new Promise(() => {})
const echo: HandleStream = (_message, theirs) => theirs.send(theirs)

/** Two nodes that are connected; the second serves `files` by this handler. */
async function createTown(handleStream: HandleStream | undefined, limits = {}, ownLimits = {}) {
  const town = new FakeTown()
  const [from, to] = await town.pair({ limits: ownLimits }, { limits })
  to.registerProtocol({
    protocolName: 'files',
    handleMessage: ({ payload }) => payload,
    ...(handleStream === undefined ? {} : { handleStream }),
  })
  await town.env.settle()
  const open = (options = {}): Promise<Stream> => town.during(from.openStream(to.peerId, upload, options))
  return { town, from, to, open }
}

/** Leaves rejections for whoever looks later. */
function later<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}

describe('opening a stream', () => {
  test('carries bytes both ways, digests and all', async () => {
    const { town, open } = await createTown(echo)
    const near = await open()
    const sent = someBytes(1_000_000)
    const reading = later(readAll(near))
    const sending = later(near.send(sent))
    await town.env.settle()
    expect(Buffer.compare(await reading, sent)).toBe(0)
    await sending
    expect(near.bytesTaken).toBe(1_000_000)
  })

  test('is refused where nobody serves the protocol, the version or streams at all', async () => {
    const { town, from, to } = await createTown(undefined)
    const refusals = [
      { ...upload, protocol: 'nobody' },
      { ...upload, version: 7 },
    ]
    for (const message of refusals) {
      expect(await codeOf(town.during(from.openStream(to.peerId, message)))).toMatch(/^PROTOCOL_/)
    }
    expect(await codeOf(town.during(from.openStream(to.peerId, upload)))).toBe('PROTOCOL_TYPE_UNKNOWN')
    expect(from.isConnected(to.peerId)).toBe(true)
  })

  test('is refused where the peer is not connected, or the node has stopped', async () => {
    const { town, from, to } = await createTown(echo)
    await town.during(from.disconnectFromPeer(to.peerId))
    expect(await codeOf(from.openStream(to.peerId, upload))).toBe('PEER_NOT_CONNECTED')
    await town.during(from.stop())
    expect(await codeOf(from.openStream(to.peerId, upload))).toBe('COORDINATOR_STOPPED')
  })

  test('goes by the guards: types, schemas, sizes, rates and what the handler rejects', async () => {
    const files = defineProtocol({
      name: 'guarded',
      messages: {
        note: message({ payload: v.string() }),
        upload: stream({
          payload: v.object({ name: v.string() }),
          errors: ['TOO_LARGE'],
          bytesMax: 64,
          rate: { perSecond: 1, burst: 2 },
        }),
      },
    })
    const { town, from, to } = await createTown(undefined)
    to.registerProtocol(
      files.handler({
        note: () => {},
        upload: ({ name }, { reject }) => {
          if (name === 'large') reject('TOO_LARGE')
        },
      }),
    )
    await town.env.settle()
    const open = (type: string, payload: unknown) =>
      town.during(from.openStream(to.peerId, { protocol: 'guarded', type, payload }))
    expect(await codeOf(open('other', {}))).toBe('PROTOCOL_TYPE_UNKNOWN')
    // A message is no stream.
    expect(await codeOf(open('note', 'a'))).toBe('PROTOCOL_TYPE_UNKNOWN')
    expect(await codeOf(open('upload', { name: 'a'.repeat(100) }))).toBe('MESSAGE_OVERSIZED')
    expect(await codeOf(open('upload', { name: 1 }))).toBe('SCHEMA_REFUSED')
    await town.env.advance(5_000)
    const rejection = await rejectionOf(open('upload', { name: 'large' }))
    expect(files.rejection(rejection, 'upload')).toMatchObject({ reason: 'TOO_LARGE', peerId: to.peerId })
    await open('upload', { name: 'a' }).catch(() => {})
    expect(await failureOf(open('upload', { name: 'b' }))).toMatchObject({
      code: 'RATE_EXCEEDED',
      details: { retryAfterMs: expect.any(Number) },
    })
    expect(to.getStats().refused).toMatchObject({ RATE_EXCEEDED: 1, SCHEMA_REFUSED: 1, MESSAGE_OVERSIZED: 1 })
  })

  test('is refused beyond as many as either end allows at once, and admitted again afterwards', async () => {
    const { open, town } = await createTown(echo, { streamsPerPeerMax: 2 })
    const [first] = [await tookUp(open, town), await tookUp(open, town)]
    expect(await codeOf(open())).toBe('STREAM_LIMIT')
    first.abort()
    await town.env.settle()
    const next = await tookUp(open, town)
    expect(next.peerId).toBe(first.peerId)
    const own = await createTown(echo, {}, { streamsPerPeerMax: 1 })
    await tookUp(own.open, own.town)
    expect(await codeOf(own.open())).toBe('STREAM_LIMIT')
  })

  test('that its signal gave up costs neither end anything', async () => {
    const { town, from, to } = await createTown(waitForEver)
    const why = new Error('changed my mind')
    expect(await rejectionOf(from.openStream(to.peerId, upload, { signal: AbortSignal.abort(why) }))).toBe(why)
    const giveUp = new AbortController()
    const opening = later(from.openStream(to.peerId, upload, { signal: giveUp.signal }))
    await town.env.settle()
    giveUp.abort(why)
    expect(await rejectionOf(opening)).toBe(why)
  })
})

/** `echo` takes a stream up at once: it reads. */
async function tookUp(open: () => Promise<Stream>, town: FakeTown): Promise<Stream> {
  const near = await open()
  await town.env.settle()
  return near
}

describe('a stream', () => {
  test('that one end aborts fails at both, with the reason that may travel', async () => {
    for (const who of ['opener', 'handler']) {
      const failures: string[] = []
      let theirs: Stream | undefined
      const { town, open, from, to } = await createTown(async (_message, served) => {
        theirs = served
        await readAll(served).catch((error) => failures.push(`there ${error.code} ${error.message}`))
      })
      const near = await open()
      const reading = later(readAll(near))
      await town.env.settle()
      const end = who === 'opener' ? near : theirs
      end?.abort('enough')
      await town.env.settle()
      expect(await codeOf(reading)).toBe('STREAM_ABORTED')
      expect(await codeOf(near.write(someBytes(1)))).toBe('STREAM_ABORTED')
      expect(failures).toEqual([expect.stringMatching(/^there STREAM_ABORTED .*enough/)])
      expect([from.isConnected(to.peerId), town.errors.get(to)]).toEqual([true, []])
    }
  })

  test('whose session ends in the middle fails with what ended it, on both ends, and its handler hears by its signal', async () => {
    for (const end of ['disconnect', 'stop']) {
      const aborted: unknown[] = []
      const { town, from, to, open } = await createTown(async (_message, served, _from, { signal }) => {
        signal.addEventListener('abort', () => aborted.push(signal.reason.code))
        await readAll(served)
      })
      const near = await open()
      const sending = later(near.send(someBytes(5_000_000)))
      await town.during(end === 'stop' ? from.stop() : to.disconnectFromPeer(from.peerId))
      await town.env.settle()
      expect(await codeOf(sending)).toBe('PEER_DISCONNECTED')
      expect(aborted).toEqual(['PEER_DISCONNECTED'])
      expect(town.errors.get(to)).toEqual([])
    }
  })

  test('waits while its peer is recoverable, and goes on over the next link where it stood', async () => {
    const { town, from, to, open } = await createTown(echo)
    const near = await open()
    const sent = someBytes(600_000)
    const reading = later(readAll(near))
    const sending = later(near.send(sent.subarray(0, 300_000)))
    sending.catch(() => {})
    town.network.sever()
    await town.env.settle()
    expect(from.getPeer(to.peerId)?.state).toBe('recoverable')
    await town.env.advance(5_000)
    expect(from.isConnected(to.peerId)).toBe(true)
    await sending
    expect(Buffer.compare(await reading, sent.subarray(0, 300_000))).toBe(0)
  })

  test('may be opened while its peer is recoverable', async () => {
    const { town, from, to } = await createTown(echo)
    town.network.sever()
    await town.env.settle()
    expect(from.getPeer(to.peerId)?.state).toBe('recoverable')
    const opening = later(from.openStream(to.peerId, upload))
    await town.env.advance(5_000)
    const near = await opening
    const reading = later(readAll(near))
    await town.during(near.send(someBytes(1_000)))
    expect(await town.during(reading)).toEqual(someBytes(1_000))
  })

  test('fails with its session where no link comes in time', async () => {
    const { town, from, to, open } = await createTown(echo, {}, { sessionRecoverableMs: 1_000 })
    const near = await open()
    const reading = later(readAll(near))
    await town.during(to.stop())
    await town.env.advance(20_000)
    expect(await codeOf(reading)).toBe('PEER_DISCONNECTED')
    expect(from.getPeer(to.peerId)).toBeUndefined()
  })

  test('moves with its session to another link', async () => {
    const { town, from, to, open } = await createTown(echo)
    const near = await open()
    const sent = someBytes(3_000_000)
    const reading = later(readAll(near))
    const sending = later(near.send(sent))
    const moves: string[] = []
    from.on('resumed', () => moves.push('resumed'))
    const moving = later(from.movePeer({ peerId: to.peerId, addresses: town.addressesOf(to) }))
    await town.env.settle()
    await moving
    await sending
    expect(Buffer.compare(await reading, sent)).toBe(0)
    expect(moves).toEqual(['resumed'])
  })

  test('on which nothing moves is given up by the heartbeat, at both ends', async () => {
    const { town, open } = await createTown(echo, { streamIdleMsMax: 60_000 })
    const near = await open()
    const reading = later(readAll(near))
    await town.env.advance(50_000)
    await town.during(near.write(someBytes(10)))
    await town.env.advance(50_000)
    expect(near.bytesRead).toBe(10)
    await town.env.advance(30_000)
    expect(await codeOf(reading)).toBe('STREAM_IDLE')
  })
})

describe('a handler that does not read', () => {
  test('holds no more than its window, and holds up neither messages nor other streams', async () => {
    let stalled: Stream | undefined
    let isFirst = true
    const { town, from, to, open } = await createTown(
      (_message, served) => {
        if (!isFirst) return served.send(served)
        isFirst = false
        stalled = served
        return served.write(someBytes(1)).then(() => new Promise(() => {}))
      },
      { streamWindowBytes: 100_000 },
    )
    const near = await open()
    const writing = later(near.write(someBytes(600_000)))
    await town.env.advance(1_000)
    expect(near.bytesWritten).toBe(100_000)
    expect(near.bytesTaken).toBe(0)
    expect(await town.during(from.request(to.peerId, { ...upload, payload: 'here?' }))).toBe('here?')
    const other = await open()
    const reading = later(readAll(other))
    await town.during(other.send(someBytes(200_000)))
    expect(await town.during(reading)).toEqual(someBytes(200_000))
    // What waits is all there.
    const iterator = stalled?.[Symbol.asyncIterator]()
    let held = 0
    while (held < 600_000) held += (await town.during(iterator?.next() ?? Promise.reject()))?.value?.length ?? 0
    await writing
    expect(held).toBe(600_000)
  })
})

describe('messages and requests', () => {
  test('keep their order among themselves and are not held up by a transfer', async () => {
    const { town, from, to, open } = await createTown(echo)
    const heard: unknown[] = []
    to.on('message', ({ payload }) => heard.push(payload))
    const near = await open()
    const sent = someBytes(2_000_000)
    const reading = later(readAll(near))
    const sending = later(near.send(sent))
    const answers: Promise<unknown>[] = []
    for (let count = 0; count < 100; count += 1) {
      later(from.sendTo(to.peerId, { type: 'count', payload: count }))
      answers.push(later(from.request(to.peerId, { ...upload, type: 'ask', payload: count })))
      await Promise.resolve()
    }
    const numbers = Array.from({ length: 100 }, (_, number) => number)
    expect(await town.during(Promise.all(answers))).toEqual(numbers)
    await town.during(sending)
    expect(Buffer.compare(await town.during(reading), sent)).toBe(0)
    expect(heard.filter((payload) => typeof payload === 'number')).toEqual(expect.arrayContaining(numbers))
  })
})

describe('the typed client', () => {
  test('opens what the definition says, and rejects with what its handler may reject with', async () => {
    const sums = defineProtocol({
      name: 'sums',
      messages: {
        add: request({ payload: v.number(), reply: v.number() }),
        total: stream({ payload: v.object({ from: v.number() }), errors: ['NEGATIVE'] }),
      },
    })
    const { town, from, to } = await createTown(undefined)
    to.registerProtocol(
      sums.handler({
        add: (number) => number + 1,
        total: async ({ from: first }, { stream: served, reject }) => {
          if (first < 0) reject('NEGATIVE')
          let total = first
          for await (const chunk of served) for (const byte of chunk) total += byte
          await served.send(Uint8Array.of(total))
        },
      }),
    )
    await town.env.settle()
    const client = sums.client(from)
    const near = await town.during(client.openStream(to.peerId, 'total', { from: 4 }))
    const reading = later(readAll(near))
    await town.during(near.send([Uint8Array.of(1, 2), Uint8Array.of(3)]))
    expect(await town.during(reading)).toEqual(Uint8Array.of(10))
    const rejection = await rejectionOf(town.during(client.openStream(to.peerId, 'total', { from: -1 })))
    expect(sums.rejection(rejection, 'total')?.reason).toBe('NEGATIVE')
    expect(await codeOf(client.openStream(to.peerId, 'total', { from: 'a' } as never))).toBe('SCHEMA_REFUSED')
  })
})

describe('a peer that breaks the rules of streams', () => {
  const named = nameFrame(0, 'files', 1, 'upload')
  const openFrame = (id: number, creditBytes = 1_000): RawFrame => [
    frameKind.open,
    (writer) => encodeRequestHead(writer, 0, 0, id, creditBytes),
  ]
  const dataFrame = (id: number, bytes: Uint8Array): RawFrame => [
    frameKind.data,
    (writer) => {
      writer.u32(id)
      writer.bytes(bytes)
    },
  ]
  const creditFrame = (id: number, bytes: number): RawFrame => [
    frameKind.credit,
    (writer) => encodeCredit(writer, id, bytes),
  ]
  const endFrame = (id: number, totalBytes: number): RawFrame => [
    frameKind.end,
    (writer) => encodeEnd(writer, id, totalBytes, new Uint8Array(32)),
  ]

  /** A node that serves `files`, and a peer that dialled it: the peer's streams are even. */
  async function meet(handleStream: HandleStream, limits = {}) {
    const town = new FakeTown()
    const node = town.node({ limits })
    node.registerProtocol({ protocolName: 'files', handleMessage: () => {}, handleStream })
    const peer = await FakePeer.join(node, town.env, { offer: new Map([['files', [1]]]) })
    return { town, node, peer }
  }

  const reads: HandleStream = (_message, served) => readAll(served)

  const breaches: Readonly<Record<string, readonly (readonly RawFrame[])[]>> = {
    'opens under a number of ours': [[openFrame(3)]],
    'opens a number twice': [[openFrame(2)], [openFrame(2)]],
    'opens numbers downwards': [[openFrame(4)], [openFrame(2)]],
    'opens without any credit': [[openFrame(2, 0)]],
    'sends data for a stream that never was': [[dataFrame(2, someBytes(1))]],
    'sends data beyond its credit': [[openFrame(2)], [dataFrame(2, someBytes(1_001))]],
    'gives back what it was never sent': [[openFrame(2)], [creditFrame(2, 5)]],
    'says that all was taken before the end': [[openFrame(2)], [creditFrame(2, 0)]],
    'resets what never was': [[[frameKind.reset, Uint8Array.of(0, 0, 0, 9, 0xa1, 0x64, 99, 111, 100, 101, 0x61, 88)]]],
  }

  for (const [what, records] of Object.entries(breaches)) {
    test(`${what} ends the session`, async () => {
      const { town, node, peer } = await meet(reads, { streamWindowBytes: 1_000 })
      peer.send(named)
      for (const frames of records) {
        peer.send(...frames)
        await town.env.settle()
      }
      expect(town.errors.get(node)?.map(({ code }) => code)).toEqual(['STREAM_MALFORMED'])
      expect(node.getPeer(peer.peerId)).toBeUndefined()
      expect(peer.heardOf('goodbye').map(({ reason }) => reason.code)).toEqual(['STREAM_MALFORMED'])
    })
  }

  test('by the number zero, or by data of no bytes, has sent no envelope at all', async () => {
    for (const frame of [openFrame(0), dataFrame(2, new Uint8Array(0))]) {
      const { town, node, peer } = await meet(reads)
      peer.send(named, openFrame(2), frame)
      await town.env.settle()
      expect(town.errors.get(node)?.map(({ code }) => code)).toEqual(['ENVELOPE_MALFORMED'])
    }
  })

  test('ends one stream, and no more, where its digest does not hold', async () => {
    const failures: string[] = []
    const { town, node, peer } = await meet((_message, served) =>
      readAll(served).catch(({ code }) => failures.push(code)),
    )
    peer.send(named, openFrame(2))
    await town.env.settle()
    peer.send(dataFrame(2, someBytes(10)), endFrame(2, 10), endFrame(2, 10), dataFrame(2, someBytes(1)))
    await town.env.settle()
    expect(failures).toEqual(['STREAM_CORRUPT'])
    expect(peer.heardOf('reset').map(({ rejection }) => rejection.code)).toEqual(['STREAM_CORRUPT'])
    expect(node.isConnected(peer.peerId)).toBe(true)
  })

  test('cannot make it hold more than the window, however many streams it opens', async () => {
    const { town, node, peer } = await meet(
      (_message, served) => served.write(someBytes(1)).then(() => new Promise(() => {})),
      { streamsPerPeerMax: 3, streamWindowBytes: 1_000 },
    )
    peer.send(named, ...[2, 4, 6, 8, 10].map((id) => openFrame(id)))
    await town.env.settle()
    expect(peer.heardOf('reset').map(({ streamId, rejection }) => [streamId, rejection.code])).toEqual([
      [8, 'STREAM_LIMIT'],
      [10, 'STREAM_LIMIT'],
    ])
    peer.send(...[2, 4, 6].map((id) => dataFrame(id, someBytes(1_000))))
    await town.env.settle()
    expect(node.isConnected(peer.peerId)).toBe(true)
    peer.send(dataFrame(4, someBytes(1)))
    await town.env.settle()
    expect(town.errors.get(node)?.map((error) => error.code)).toEqual(['STREAM_MALFORMED'])
  })

  test('gets nothing that its handler might still have said', async () => {
    const served: Stream[] = []
    const { town, peer } = await meet((_message, theirs) => {
      served.push(theirs)
      return theirs.write(someBytes(1)).then(() => new Promise(() => {}))
    })
    peer.send(named, openFrame(2))
    await town.env.settle()
    peer.send(creditFrame(2, 1_000_000))
    await town.env.settle()
    expect(await codeOf((served[0] as Stream).write(someBytes(1)))).toBe('PEER_DISCONNECTED')
  })
})
