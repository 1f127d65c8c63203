import { describe, expect, test } from 'vitest'
import { encodeHello, encodeMessageHead, encodeReplyHead, encodeRequestHead } from '../../src/flow/envelope.js'
import { frameKind } from '../../src/flow/frames.js'
import type { Message } from '../../src/protocol/message.js'
import { encode } from '../codec/cbor-bytes.js'
import { codeOf } from '../expect-failure.js'
import { FakePeer, nameFrame, plaintextOf, type RawFrame } from '../fake-peer.js'
import { FakeTown } from '../fake-town.js'

type NodeOptions = Parameters<FakeTown['node']>[0]

const messageOf = (payload: unknown, nameId = 0): RawFrame => [
  frameKind.message,
  (writer) => {
    encodeMessageHead(writer, nameId, 1)
    writer.bytes(encode(payload))
  },
]
const requestOf = (requestId: number, payload?: unknown, nameId = 0): RawFrame => [
  frameKind.request,
  (writer) => {
    encodeRequestHead(writer, nameId, 1, requestId, 1_000)
    writer.bytes(encode(payload))
  },
]

/** A node, a peer that writes its records by hand and has declared name 0, and what the node heard of it. */
async function createScene(
  options: NodeOptions & { readonly handle?: (message: Message, context: { signal: AbortSignal }) => unknown } = {},
) {
  const { handle = () => undefined, ...nodeOptions } = options
  const town = new FakeTown()
  const node = town.node(nodeOptions)
  const handled: unknown[] = []
  const endings: string[] = []
  const interruptions: string[] = []
  node.registerProtocol({
    protocolName: 'p',
    handleMessage: (message, _from, context) => {
      handled.push(message.payload)
      return handle(message, context)
    },
  })
  node.on('disconnected', (_peer, { code }) => endings.push(code))
  node.on('interrupted', (_peer, { code }) => interruptions.push(code))
  const peer = await FakePeer.join(node, town.env)
  const errors = (town.errors.get(node) ?? []) as readonly { readonly code: string }[]
  const say = async (...frames: readonly RawFrame[]): Promise<void> => {
    peer.send(...frames)
    await town.env.settle()
  }
  await say(nameFrame(0, 'p', 1, 't'))
  return {
    town,
    env: town.env,
    node,
    peer,
    say,
    handled,
    endings,
    interruptions,
    codes: () => errors.map(({ code }) => code),
  }
}

const many = (count: number, make: (index: number) => RawFrame): RawFrame[] =>
  Array.from({ length: count }, (_, index) => make(index))

describe('what is broken ends the channel, or the session where only the peer can have broken it', () => {
  test('a record that was tampered with is RECORD_REFUSED, and nothing after it is read', async () => {
    const { peer, env, endings, interruptions, codes, handled, node } = await createScene()
    const [first, second] = [peer.seal(plaintextOf(messageOf(1))), peer.seal(plaintextOf(messageOf(2)))]
    peer.wire.dialler.send(first.with(20, (first[20] ?? 0) ^ 1))
    peer.wire.dialler.send(first)
    peer.wire.dialler.send(second)
    await env.settle()
    expect([interruptions, endings, codes(), handled]).toEqual([['RECORD_REFUSED'], [], [], []])
    expect(peer.heardOf('goodbye')).toEqual([])
    expect(peer.closedWith).toMatchObject({ code: 'RECORD_REFUSED' })
    expect(node.getPeer(peer.peerId)).toMatchObject({ state: 'recoverable' })
    expect(node.getStats()).toMatchObject({ peers: 0, connections: 0 })
  })

  test('a replayed record is RECORD_REFUSED, and its message is handled once', async () => {
    const { peer, env, interruptions, handled } = await createScene()
    const record = peer.seal(plaintextOf(messageOf(1)))
    peer.wire.dialler.send(record)
    peer.wire.dialler.send(record)
    await env.settle()
    expect([interruptions, handled]).toEqual([['RECORD_REFUSED'], [1]])
  })

  test('reordered and dropped records are RECORD_REFUSED', async () => {
    for (const order of [[1, 0], [1]]) {
      const { peer, env, interruptions, handled } = await createScene()
      const records = [peer.seal(plaintextOf(messageOf(1))), peer.seal(plaintextOf(messageOf(2)))]
      for (const index of order) peer.wire.dialler.send(records[index] ?? new Uint8Array(0))
      await env.settle()
      expect([interruptions, handled]).toEqual([['RECORD_REFUSED'], []])
    }
  })

  test('records too short for a tag are RECORD_REFUSED', async () => {
    for (const bytes of [0, 1, 2, 15]) {
      const { peer, env, interruptions } = await createScene()
      peer.wire.dialler.send(new Uint8Array(bytes))
      await env.settle()
      expect(interruptions).toEqual(['RECORD_REFUSED'])
    }
  })

  test('what looks like a refusal of the handshake is only a broken record once both have greeted', async () => {
    const { peer, env, interruptions } = await createScene()
    peer.wire.dialler.send(Uint8Array.of(0, 4))
    await env.settle()
    expect(interruptions).toEqual(['RECORD_REFUSED'])
  })

  test('a record above 65,535 bytes is RECORD_OVERSIZED, before anybody tries to open it', async () => {
    const { peer, env, interruptions } = await createScene()
    peer.wire.listener.deliver(new Uint8Array(65_536))
    await env.settle()
    expect(interruptions).toEqual(['RECORD_OVERSIZED'])
  })

  test('a record that is no sequence of frames is FRAME_MALFORMED', async () => {
    for (const plaintext of [
      new Uint8Array(0),
      new Uint8Array(5),
      new Uint8Array(13),
      Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 9, 9),
    ]) {
      const { peer, env, endings } = await createScene()
      peer.sendPlaintext(plaintext)
      await env.settle()
      expect(endings).toEqual(['FRAME_MALFORMED'])
    }
  })

  test('a frame that does not hold what its kind promises is ENVELOPE_MALFORMED', async () => {
    const broken: readonly RawFrame[] = [
      [0],
      [frameKind.ping, Uint8Array.of(1)],
      messageOf(1, 7),
      requestOf(0),
      nameFrame(0, 'p', 1, 'again'),
      nameFrame(2, 'p', 1, 'skipping'),
      [frameKind.hello, encode({ protocols: 'all' })],
      [frameKind.hello, encode({ protocols: [] })],
      [frameKind.offer, encode({ protocols: 'all' })],
      [frameKind.last, Uint8Array.of(frameKind.ping, 1)],
    ]
    for (const frame of broken) {
      const { say, endings, handled } = await createScene()
      await say(frame, messageOf(1))
      expect([endings, handled]).toEqual([['ENVELOPE_MALFORMED'], []])
    }
  })

  test('a message before the greeting is ENVELOPE_MALFORMED, and connects nobody', async () => {
    const town = new FakeTown()
    const node = town.node()
    let connected = 0
    node.on('connected', () => {
      connected += 1
    })
    node.on('message', () => {
      connected += 1
    })
    const peer = await FakePeer.join(node, town.env, { offer: undefined })
    peer.send(nameFrame(0, 'app', 1, 't'), messageOf(1), [frameKind.hello, (writer) => encodeHello(writer, new Map())])
    await town.env.settle()
    expect(connected).toBe(0)
    expect(peer.closedWith).toMatchObject({ code: 'ENVELOPE_MALFORMED' })
    expect(await codeOf(peer.adopted)).toBe('ENVELOPE_MALFORMED')
  })

  test('a full table of names ends the link with the first name too many', async () => {
    const { say, endings } = await createScene({ limits: { namesMax: 3 } })
    await say(nameFrame(1, 'p', 1, 'a'), nameFrame(2, 'p', 1, 'b'))
    expect(endings).toEqual([])
    await say(nameFrame(3, 'p', 1, 'c'))
    expect(endings).toEqual(['ENVELOPE_MALFORMED'])
  })

  test('parts above the limit are MESSAGE_OVERSIZED before the last of them', async () => {
    const { say, endings } = await createScene({ limits: { messageBytesMax: 100_000 } })
    await say([frameKind.part, new Uint8Array(60_000)])
    expect(endings).toEqual([])
    await say([frameKind.part, new Uint8Array(60_000)])
    expect(endings).toEqual(['MESSAGE_OVERSIZED'])
  })
})

describe('what the guards refuse ends the message, and is counted', () => {
  test('a refused request is told why, a refused message is not, and both count', async () => {
    const { say, peer, node, endings } = await createScene({ limits: { messageBytesMax: 20 } })
    await say(messageOf('x'.repeat(30)), requestOf(9, 'x'.repeat(30)), nameFrame(1, 'tides', 1, 't'), messageOf(1, 1))
    expect(peer.heardOf('reject')).toMatchObject([{ requestId: 9, rejection: { code: 'MESSAGE_OVERSIZED' } }])
    expect(node.getStats().refused).toEqual({ MESSAGE_OVERSIZED: 2, PROTOCOL_UNKNOWN: 1 })
    expect(endings).toEqual([])
  })

  test('a request to a node without a handler for app is PROTOCOL_TYPE_UNKNOWN', async () => {
    const { say, peer } = await createScene()
    await say(nameFrame(1, 'app', 1, 't'), requestOf(5, 'payload', 1))
    expect(peer.heardOf('reject')).toMatchObject([{ requestId: 5, rejection: { code: 'PROTOCOL_TYPE_UNKNOWN' } }])
  })

  test('an id that still waits for its handler may not come again', async () => {
    const { say, peer, handled } = await createScene({ handle: () => new Promise(() => {}) })
    await say(requestOf(1, 'first'), requestOf(1, 'second'), requestOf(2, 'third'))
    expect(handled).toEqual(['first', 'third'])
    expect(peer.heardOf('reject')).toMatchObject([{ requestId: 1, rejection: { code: 'REQUEST_LIMIT' } }])
  })

  test('requests beyond the limit are REQUEST_LIMIT until one is answered', async () => {
    const answers: (() => void)[] = []
    const handle = (): Promise<void> => new Promise((resolve) => answers.push(resolve))
    const { say, peer, handled } = await createScene({ handle, limits: { requestsPerPeerMax: 2 } })
    await say(requestOf(1), requestOf(2), requestOf(3))
    expect(peer.heardOf('reject')).toMatchObject([{ requestId: 3, rejection: { code: 'REQUEST_LIMIT' } }])
    answers[0]?.()
    await say(requestOf(4))
    await say(requestOf(5))
    expect(handled).toHaveLength(3)
    expect(peer.heardOf('reply')).toMatchObject([{ requestId: 1 }])
  })
})

describe('answers and heartbeats that nobody asked for', () => {
  test('they are dropped', async () => {
    const { say, endings, codes, node } = await createScene()
    await say(
      [frameKind.reply, (writer) => encodeReplyHead(writer, 5, 1)],
      [frameKind.reply, (writer) => encodeReplyHead(writer, 0, 200)],
      [frameKind.reject, Uint8Array.of(0, 0, 0, 5, ...encode({ code: 'HANDLER_FAILED' }))],
      [frameKind.cancel, Uint8Array.of(0, 0, 0, 5)],
    )
    expect([endings, codes(), node.getConnectedPeers().length]).toEqual([[], [], 1])
  })

  test('pings of one record are answered by a record', async () => {
    const { say, peer } = await createScene()
    const before = peer.records
    await say([frameKind.ping], [frameKind.ping])
    expect(peer.records).toBe(before + 1)
  })
})

describe('inbound backpressure', () => {
  test('a peer faster than its byte rate is paused, and loses nothing', async () => {
    const limits = { bytesPerSecond: 100_000, bytesBurst: 65_535 }
    const { peer, env, handled } = await createScene({ limits })
    const link = peer.wire.listener
    for (let index = 0; index < 10; index += 1) peer.send(messageOf([index, 'x'.repeat(20_000)]))
    await env.settle()
    expect(link.isPaused).toBe(true)
    expect(handled.length).toBeLessThan(6)
    await env.advance(2_000)
    expect(handled.map((payload) => (payload as unknown[])[0])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    await env.advance(2_000)
    expect(link.isPaused).toBe(false)
  })

  test('a peer faster than its message rate is paused, and loses nothing', async () => {
    const { peer, env, handled } = await createScene({ limits: { messagesPerSecond: 10, messagesBurst: 5 } })
    for (let index = 0; index < 15; index += 1) peer.send(messageOf(index))
    await env.settle()
    expect(handled).toEqual([0, 1, 2, 3, 4, 5])
    await env.advance(99)
    expect(handled).toHaveLength(6)
    await env.advance(901)
    expect(handled).toEqual(Array.from({ length: 15 }, (_, index) => index))
  })

  test('it never lets through more than its rate and one record', async () => {
    const { peer, env, handled } = await createScene({ limits: { messagesPerSecond: 10, messagesBurst: 5 } })
    for (let record = 0; record < 20; record += 1) peer.send(...many(4, (index) => messageOf(index)))
    await env.settle()
    for (let second = 0; second < 10; second += 1) {
      expect(handled.length).toBeLessThanOrEqual(5 + 10 * second + 4)
      await env.advance(1_000)
    }
    expect(handled).toHaveLength(80)
  })

  test('too many handlers at work make what follows wait, and then pause the link, until one is done', async () => {
    const done: (() => void)[] = []
    const handle = (): Promise<void> => new Promise((resolve) => done.push(resolve))
    const { peer, env, handled } = await createScene({ handle, limits: { handlersPerPeerMax: 2, inboxMessagesMax: 2 } })
    const link = peer.wire.listener
    for (let index = 0; index < 5; index += 1) peer.send(messageOf(index))
    await env.settle()
    expect([handled, link.isPaused]).toEqual([[0, 1], true])
    done[0]?.()
    await env.settle()
    expect([handled, link.isPaused]).toEqual([[0, 1, 2], true])
    done[1]?.()
    await env.settle()
    expect([handled, link.isPaused]).toEqual([[0, 1, 2, 3], false])
    for (let index = 2; index < 5; index += 1) {
      done[index]?.()
      await env.settle()
    }
    expect([handled, link.isPaused]).toEqual([[0, 1, 2, 3, 4], false])
  })

  test('a link held for two reasons is read again only when both are gone', async () => {
    const done: (() => void)[] = []
    const handle = (): Promise<void> => new Promise((resolve) => done.push(resolve))
    const limits = { handlersPerPeerMax: 1, inboxMessagesMax: 1, messagesPerSecond: 10, messagesBurst: 1 }
    const { peer, env } = await createScene({ handle, limits })
    const link = peer.wire.listener
    peer.send(messageOf(1), messageOf(2))
    await env.settle()
    for (const finish of done) finish()
    await env.settle()
    expect(link.isPaused).toBe(true)
    await env.advance(200)
    expect(link.isPaused).toBe(false)
  })

  test('a handler that fails frees its place', async () => {
    const handle = async (): Promise<void> => {
      throw new Error('no')
    }
    const { peer, env, handled } = await createScene({ handle, limits: { handlersPerPeerMax: 1 } })
    for (let index = 0; index < 5; index += 1) peer.send(messageOf(index))
    await env.settle()
    expect(handled).toHaveLength(5)
    expect(peer.wire.listener.isPaused).toBe(false)
  })
})

describe('a peer that asks and does not read', () => {
  const limits = { sendQueueBytesMax: 1_000_000, sendTimeoutMs: 5_000, requestsPerPeerMax: 50 }
  const megabyte = new Uint8Array(1_000_000)

  test('gets as much as may wait, and is cut by its deadline', async () => {
    const { peer, env, endings, interruptions } = await createScene({ limits, handle: () => megabyte })
    const link = peer.wire.listener
    link.takesMore = false
    const before = link.sent.length
    peer.send(...many(200, (index) => requestOf(index + 1)))
    await env.settle()
    expect(link.sent.slice(before).reduce((sum, { length }) => sum + length, 0)).toBeLessThan(2_000_000)
    peer.send([frameKind.ping])
    await env.advance(9_000)
    expect([endings, interruptions]).toEqual([['PEER_SLOW'], []])
  })

  test('gets no more when the answers come later, too, and all of them once it reads', async () => {
    const done: ((value: Uint8Array) => void)[] = []
    const handle = (): Promise<Uint8Array> => new Promise((resolve) => done.push(resolve))
    const { peer, env, endings } = await createScene({ limits, handle })
    const link = peer.wire.listener
    const before = link.sent.length
    peer.send(...many(100, (index) => requestOf(index + 1)))
    await env.settle()
    expect(peer.heardOf('reject')).toHaveLength(50)
    for (const finish of done) finish(megabyte)
    await env.settle()
    expect(link.sent.slice(before).reduce((sum, { length }) => sum + length, 0)).toBeLessThan(2_000_000)
    for (let round = 0; round < 60; round += 1) {
      peer.acknowledge()
      await env.settle()
    }
    expect([peer.heardOf('reply').length, endings]).toEqual([50, []])
  })

  test('is cut as PEER_SLOW when the refusals alone come to twice what may wait', async () => {
    const { peer, env, endings, node } = await createScene({ limits: { sendQueueBytesMax: 10_000 } })
    for (let record = 0; record < 10 && node.isConnected(peer.peerId); record += 1) {
      peer.send(...many(100, () => requestOf(7, 'x', 0)), nameFrame(record + 1, 'nowhere', 1, 't'))
      peer.send(...many(100, () => requestOf(7, 'x', 1)))
      await env.settle()
    }
    expect(endings).toEqual(['PEER_SLOW'])
    expect(peer.heardOf('reject').length).toBeLessThan(1_000)
  })
})

describe('hostile input never throws out of the link', () => {
  test('an answer that cannot be encoded is HANDLER_FAILED at both ends', async () => {
    const { say, peer, codes } = await createScene({ handle: () => () => 'a function' })
    await say(requestOf(1))
    expect(peer.heardOf('reject')).toMatchObject([{ rejection: { code: 'HANDLER_FAILED' } }])
    expect(codes()).toEqual(['HANDLER_FAILED'])
  })

  test('whatever a handler throws or returns, the next message is handled', async () => {
    const outcomes: readonly (() => unknown)[] = [
      () => {
        throw null
      },
      () => {
        throw Object.create(null)
      },
      () => Promise.reject(undefined),
      () => ({
        // biome-ignore lint/suspicious/noThenProperty: a thenable that cannot be looked at
        get then() {
          throw new Error('hidden')
        },
      }),
      () => ({
        // biome-ignore lint/suspicious/noThenProperty: a thenable that breaks its promise
        then() {
          throw new Error('late')
        },
      }),
      () => ({
        // biome-ignore lint/suspicious/noThenProperty: a thenable that settles twice
        then(resolve: (value: number) => void, reject: (reason: unknown) => void) {
          resolve(1)
          reject(new Error('changed its mind'))
          resolve(2)
        },
      }),
    ]
    for (const outcome of outcomes) {
      const { say, peer, node, handled } = await createScene({ handle: outcome, limits: { handlersPerPeerMax: 1 } })
      await say(requestOf(1))
      await say(requestOf(2))
      expect(handled).toHaveLength(2)
      expect(peer.heardOf('reject').length + peer.heardOf('reply').length).toBe(2)
      expect(node.isConnected(peer.peerId)).toBe(true)
      expect(peer.wire.listener.isPaused).toBe(false)
    }
  })
})
