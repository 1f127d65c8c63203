import { describe, expect, test } from 'vitest'
import type { PayloadCodec } from '../../src/codec/payload-codec.js'
import type { Coordinator } from '../../src/coordinator/coordinator.js'
import { generateIdentity } from '../../src/identity/identity.js'
import type { Message } from '../../src/protocol/message.js'
import { codeOf, failureOf, rejectionOf } from '../expect-failure.js'
import { FakePeer } from '../fake-peer.js'
import { FakeTown } from '../fake-town.js'

function listenTo(node: Coordinator): Message[] {
  const heard: Message[] = []
  node.on('message', (message) => heard.push(message))
  return heard
}

describe('a message', () => {
  test('arrives with its author, its addressee, its type, its time and an id', async () => {
    const town = new FakeTown()
    const [from, to] = await town.pair()
    const heard = listenTo(to)
    await town.during(from.sendTo(to.peerId, { type: 'greeting', payload: 'hello' }))
    expect(heard).toEqual([
      {
        type: 'greeting',
        from: from.peerId,
        to: to.peerId,
        payload: 'hello',
        timestamp: town.env.wallMs(),
        messageId: expect.stringMatching(/^[0-9a-f]{16}-d2$/),
        protocol: 'app',
        version: 1,
      },
    ])
  })

  test('carries every kind of payload, and none', async () => {
    const town = new FakeTown()
    const [from, to] = await town.pair()
    const heard = listenTo(to)
    const payloads = [
      undefined,
      null,
      true,
      0,
      -0,
      Number.NaN,
      1.5,
      2n ** 200n,
      '',
      'Grüße \u{1f600}',
      new Uint8Array(0),
      Uint8Array.of(1, 2, 3),
      [],
      [1, [2, [3]]],
      {},
      { a: { b: [Uint8Array.of(9), null] } },
    ]
    for (const payload of payloads) await town.during(from.sendTo(to.peerId, { type: 't', payload }))
    expect(heard.map(({ payload }) => payload)).toStrictEqual(payloads)
  })

  test('of a value that no codec carries is CODEC_VALUE_UNSUPPORTED, and the next one goes', async () => {
    const town = new FakeTown()
    const [from, to] = await town.pair()
    const heard = listenTo(to)
    for (const payload of [() => 1, Symbol('s'), new Map(), new Date(0), { at: new Date(0) }, ['\ud800']]) {
      expect(await codeOf(from.sendTo(to.peerId, { type: 't', payload }))).toBe('CODEC_VALUE_UNSUPPORTED')
      expect(await codeOf(from.broadcast({ type: 't', payload }))).toBe('CODEC_VALUE_UNSUPPORTED')
    }
    await town.during(from.sendTo(to.peerId, { type: 't', payload: 'next' }))
    expect(heard.map(({ payload }) => payload)).toEqual(['next'])
  })

  test('of exactly messageBytesMax arrives, and of one byte more is MESSAGE_OVERSIZED', async () => {
    const town = new FakeTown({ highWaterBytes: 4_194_304 })
    const [from, to] = await town.pair()
    const heard = listenTo(to)
    const largest = new Uint8Array(1_048_576).fill(7)
    await town.during(from.sendTo(to.peerId, { type: 't', payload: largest }))
    const failure = await failureOf(from.sendTo(to.peerId, { type: 't', payload: new Uint8Array(1_048_577) }))
    expect(failure).toMatchObject({ code: 'MESSAGE_OVERSIZED', details: { bytes: 1_048_577, bytesMax: 1_048_576 } })
    const { failed } = await from.broadcast({ type: 't', payload: new Uint8Array(1_048_577) })
    expect(failed).toMatchObject([{ peerId: to.peerId, error: { code: 'MESSAGE_OVERSIZED' } }])
    expect(heard.map(({ payload }) => Buffer.compare(payload as Uint8Array, largest))).toEqual([0])
  })

  test('comes in the order in which it was sent, over small frames too', async () => {
    const town = new FakeTown({ frameBytesMax: 1_024 })
    const [from, to] = await town.pair()
    const heard = listenTo(to)
    const sizes = Array.from({ length: 60 }, (_, index) => (index * 397) % 5_000)
    for (const [index, bytes] of sizes.entries()) {
      from.sendTo(to.peerId, { type: `t${index % 3}`, payload: [index, new Uint8Array(bytes)] })
      if (index % 7 === 0) await town.env.settle()
    }
    await town.env.settle()
    expect(heard.map(({ payload }) => (payload as [number])[0])).toEqual([...sizes.keys()])
    expect(new Set(heard.map(({ messageId }) => messageId)).size).toBe(60)
  })

  test('by a codec of one’s own needs that codec at both ends', async () => {
    const date: PayloadCodec = {
      id: 64,
      name: 'date',
      accepts: (value) => value instanceof Date,
      encode: (value, writer) => writer.u48((value as Date).getTime()),
      decode: (bytes) => ({ ok: true, value: new Date(Buffer.from(bytes).readUIntBE(0, 6)) }),
    }
    const town = new FakeTown()
    const [from, to] = await town.pair({ codecs: [date] })
    const heard = listenTo(to)
    await town.during(from.sendTo(to.peerId, { type: 't', payload: new Date(5) }))
    expect(heard.map(({ payload }) => payload)).toEqual([new Date(5)])
    const [other, stranger] = await town.pair({ codecs: [date] }, {})
    await town.during(other.sendTo(stranger.peerId, { type: 't', payload: new Date(5) }))
    expect(stranger.getStats().refused).toEqual({ CODEC_UNKNOWN: 1 })
    expect(await codeOf(town.during(other.request(stranger.peerId, { type: 't', payload: new Date(5) })))).toBe(
      'CODEC_UNKNOWN',
    )
  })

  test('a codec that throws while it decodes costs the message, and while it encodes the call', async () => {
    const careless: PayloadCodec = {
      id: 64,
      name: 'careless',
      accepts: (value) => value === 'in' || value === 'out',
      encode: (value) => {
        if (value === 'out') throw new RangeError('cannot')
      },
      decode: () => {
        throw new RangeError('cannot')
      },
    }
    const town = new FakeTown()
    const [from, to] = await town.pair({ codecs: [careless] })
    expect(await rejectionOf(from.sendTo(to.peerId, { type: 't', payload: 'out' }))).toBeInstanceOf(RangeError)
    await town.during(from.sendTo(to.peerId, { type: 't', payload: 'in' }))
    expect(to.getStats().refused).toEqual({ CODEC_MALFORMED: 1 })
    expect(to.isConnected(from.peerId)).toBe(true)
  })

  test('to nobody is PEER_NOT_CONNECTED, whatever stands for the peer', async () => {
    const node = new FakeTown().node()
    await node.start()
    const { peerId } = generateIdentity()
    expect(await failureOf(node.sendTo(peerId, { type: 't' }))).toMatchObject({ code: 'PEER_NOT_CONNECTED', peerId })
    for (const nobody of ['', 'somebody', undefined, null, 5]) {
      expect(await codeOf(node.sendTo(nobody as typeof peerId, { type: 't' }))).toBe('PEER_NOT_CONNECTED')
    }
  })

  test('of a name that nobody could register rejects with a TypeError', async () => {
    const town = new FakeTown()
    const [from, to] = await town.pair()
    for (const type of ['', ' ', 'ä', 'x'.repeat(65), undefined, 5, null]) {
      expect(await rejectionOf(from.sendTo(to.peerId, { type: type as string }))).toBeInstanceOf(TypeError)
    }
    const nothing: unknown = undefined
    expect(await rejectionOf(from.sendTo(to.peerId, nothing as { type: string }))).toBeInstanceOf(TypeError)
    expect(to.isConnected(from.peerId)).toBe(true)
  })

  test('of one name too many is NAMES_EXHAUSTED', async () => {
    const town = new FakeTown()
    const [from, to] = await town.pair({ limits: { namesMax: 3 } })
    const heard = listenTo(to)
    for (const type of ['a', 'b', 'c']) await town.during(from.sendTo(to.peerId, { type }))
    expect(await codeOf(from.sendTo(to.peerId, { type: 'd' }))).toBe('NAMES_EXHAUSTED')
    await town.during(from.sendTo(to.peerId, { type: 'a' }))
    expect(heard.map(({ type }) => type)).toEqual(['a', 'b', 'c', 'a'])
  })
})

describe('a peer that does not read', () => {
  test('makes sendTo wait, then PEER_SLOW, and is cut after sendTimeoutMs', async () => {
    const town = new FakeTown()
    const limits = { sendQueueBytesMax: 50_000, sendTimeoutMs: 3_000 }
    const node = town.node({ limits })
    const endings: string[] = []
    node.on('disconnected', (_peer, { code }) => endings.push(code))
    const peer = await FakePeer.join(node, town.env)
    const link = peer.wire.listener
    link.takesMore = false
    const send = () => node.sendTo(peer.peerId, { type: 't', payload: new Uint8Array(30_000) })
    await town.during(send())
    let accepted = 0
    const count = (): void => {
      accepted += 1
    }
    for (let sent = 0; sent < 3; sent += 1) {
      send().then(count, () => {})
      await town.env.settle()
    }
    expect([accepted, await codeOf(send())]).toEqual([0, 'PEER_SLOW'])
    const asked = codeOf(node.request(peer.peerId, { type: 't' }))
    expect((await node.broadcast({ type: 't' })).failed).toMatchObject([{ error: { code: 'PEER_SLOW' } }])
    await town.env.advance(5_000)
    expect(endings).toEqual(['PEER_SLOW'])
    // A request has its own time, and waits for room.
    expect(await asked).toBe('PEER_DISCONNECTED')
  })

  test('is written to again once it has drained', async () => {
    const town = new FakeTown()
    const node = town.node({ limits: { sendQueueBytesMax: 50_000 } })
    const peer = await FakePeer.join(node, town.env)
    const link = peer.wire.listener
    link.takesMore = false
    const send = () => node.sendTo(peer.peerId, { type: 't', payload: new Uint8Array(30_000) })
    await town.during(send())
    const waiting = [send(), send()]
    await town.env.settle()
    link.drain()
    await town.env.settle()
    // Room is what the peer has acknowledged, not what the link has taken.
    const hasWaited = await Promise.race([Promise.all(waiting).then(() => false), town.env.settle().then(() => true)])
    peer.acknowledge()
    await town.during(Promise.all(waiting))
    peer.acknowledge()
    await town.during(send())
    expect([hasWaited, peer.heardOf('message').length]).toEqual([true, 4])
  })

  test('harms no other', async () => {
    const town = new FakeTown()
    const node = await town.house({ limits: { sendQueueBytesMax: 50_000, sendTimeoutMs: 3_000 } })
    const slow = await FakePeer.join(node, town.env)
    slow.wire.listener.takesMore = false
    const quick = town.node()
    await town.join(quick, node)
    const heard = listenTo(quick)
    for (let sent = 0; sent < 5; sent += 1) {
      node.broadcast({ type: 't', payload: new Uint8Array(40_000) }).catch(() => {})
      await town.env.settle()
    }
    expect(heard).toHaveLength(5)
    await town.env.advance(5_000)
    expect(node.getConnectedPeers().map(({ peerId }) => peerId)).toEqual([quick.peerId])
  })
})

describe('a broadcast', () => {
  const chat = { protocolName: 'chat', handleMessage: () => undefined }

  test('reaches every peer that speaks its protocol, and skips the others', async () => {
    const town = new FakeTown()
    const node = await town.house()
    node.registerProtocol(chat)
    const [speaker, other] = [town.node(), town.node()]
    speaker.registerProtocol(chat)
    const heard = [listenTo(speaker), listenTo(other)]
    for (const each of [speaker, other]) await town.join(each, node)
    expect(await town.during(node.broadcast({ protocol: 'chat', type: 't' }))).toEqual({
      sent: [speaker.peerId],
      failed: [],
    })
    expect((await town.during(node.broadcast({ type: 't' }))).sent.toSorted()).toEqual(
      [speaker.peerId, other.peerId].toSorted(),
    )
    expect(heard.map(({ length }) => length)).toEqual([2, 1])
  })

  test('to some says who could not be reached and who does not speak it', async () => {
    const town = new FakeTown()
    const node = await town.house()
    const [here, elsewhere] = [town.node(), generateIdentity()]
    await town.join(here, node)
    const to = [here.peerId, elsewhere.peerId]
    expect(await town.during(node.broadcast({ type: 't' }, { to }))).toMatchObject({
      sent: [here.peerId],
      failed: [{ peerId: elsewhere.peerId, error: { code: 'PEER_NOT_CONNECTED' } }],
    })
    expect(
      await town.during(node.broadcast({ protocol: 'chat', type: 't' }, { to: new Set([here.peerId]) })),
    ).toMatchObject({
      sent: [],
      failed: [{ peerId: here.peerId, error: { code: 'PROTOCOL_UNKNOWN' } }],
    })
  })

  test('to a peer of another version says so', async () => {
    const town = new FakeTown()
    const node = await town.house()
    node.registerProtocol({ ...chat, version: 1 })
    const other = town.node()
    other.registerProtocol({ ...chat, version: 2 })
    await town.join(other, node)
    expect(await town.during(node.broadcast({ protocol: 'chat', type: 't' }))).toMatchObject({
      sent: [],
      failed: [{ peerId: other.peerId, error: { code: 'PROTOCOL_VERSION' } }],
    })
  })

  test('to nobody sends nothing', async () => {
    const node = new FakeTown().node()
    expect(await node.broadcast({ type: 't' })).toEqual({ sent: [], failed: [] })
    expect(await node.broadcast({ type: 't' }, { to: [] })).toEqual({ sent: [], failed: [] })
  })
})

test('counts of messages and bytes add up at both ends, and outlive the session', async () => {
  const town = new FakeTown()
  const [from, to] = await town.pair()
  for (let sent = 0; sent < 10; sent += 1) await town.during(from.sendTo(to.peerId, { type: 't', payload: sent }))
  const [near, far] = [from.getStats(), to.getStats()]
  expect([near.messagesSent, far.messagesReceived, near.bytesSent]).toEqual([10, 10, far.bytesReceived])
  expect([near.peers, near.connections, near.state]).toEqual([1, 1, 'running'])
  await town.during(from.disconnectFromPeer(to.peerId))
  expect(from.getStats()).toMatchObject({ messagesSent: 10, peers: 0, connections: 0 })
})
