import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { encodeMessageHead, encodeReplyHead, encodeRequestHead } from '../../src/flow/envelope.js'
import { frameKind } from '../../src/flow/frames.js'
import { generateIdentity } from '../../src/identity/identity.js'
import { defineProtocol } from '../../src/protocol/define-protocol.js'
import { request } from '../../src/protocol/definition.js'
import type { HandlerContext } from '../../src/protocol/handler.js'
import type { Message } from '../../src/protocol/message.js'
import { RequestRejection } from '../../src/protocol/request-rejection.js'
import { encode } from '../codec/cbor-bytes.js'
import { codeOf, failureOf, rejectionOf } from '../expect-failure.js'
import { FakePeer, nameFrame } from '../fake-peer.js'
import { FakeTown } from '../fake-town.js'

type Handle = (message: Message, context: HandlerContext) => unknown

const ask = { protocol: 'p', type: 't' }
const never: Handle = () => new Promise(() => {})

/** Two nodes; the second serves `p` with the given function. */
async function createPair(handle: Handle, options: Parameters<FakeTown['node']>[0] = {}) {
  const town = new FakeTown()
  const [from, to] = await town.pair(options)
  to.registerProtocol({ protocolName: 'p', handleMessage: (message, _from, context) => handle(message, context) })
  await town.env.settle()
  const errors = town.errors.get(to) ?? []
  return { town, from, to, errors, asking: (payload?: unknown) => from.request(to.peerId, { ...ask, payload }) }
}

describe('a request', () => {
  test('that finds no room waits for it, and many large ones at once all get their answers', async () => {
    const { town, asking, from } = await createPair(({ payload }) => (payload as Uint8Array).length, {
      limits: { sendQueueBytesMax: 50_000 },
    })
    const answers = Promise.all(Array.from({ length: 20 }, (_, index) => asking(new Uint8Array(30_000 + index))))
    expect(await town.during(answers)).toEqual(Array.from({ length: 20 }, (_, index) => 30_000 + index))
    expect(from.getStats().peers).toBe(1)
  })

  test('that finds no room in its time is REQUEST_TIMEOUT, and one too many is REQUEST_LIMIT', async () => {
    const limits = { sendQueueBytesMax: 10_000, requestsPerPeerMax: 2 }
    const town = new FakeTown()
    const node = town.node({ limits })
    const peer = await FakePeer.join(node, town.env)
    void node.sendTo(peer.peerId, { type: 't', payload: new Uint8Array(20_000) }).catch(() => {})
    await town.env.settle()
    const ask = (timeoutMs: number) => codeOf(node.request(peer.peerId, { type: 't' }, { timeoutMs }))
    const asked = [ask(1_000), ask(2_000), ask(3_000)]
    await town.env.advance(2_500)
    expect(await Promise.all(asked)).toEqual(['REQUEST_TIMEOUT', 'REQUEST_TIMEOUT', 'REQUEST_LIMIT'])
  })

  test('is answered by what its handler returns, now or later, whatever it is', async () => {
    for (const answer of [undefined, null, 0, 'yes', { a: [1] }, Uint8Array.of(1)]) {
      const now = await createPair(() => answer)
      expect(await now.town.during(now.asking())).toStrictEqual(answer)
      const later = await createPair(async () => answer)
      expect(await later.town.during(later.asking())).toStrictEqual(answer)
    }
  })

  test('has its answer, whatever order the answers come in', async () => {
    const answers: (() => void)[] = []
    const { town, asking } = await createPair(
      ({ payload }) => new Promise((resolve) => answers.unshift(() => resolve(payload))),
    )
    const all = Promise.all([asking('first'), asking('second'), asking('third')])
    await town.env.settle()
    for (const answer of answers) answer()
    expect(await town.during(all)).toEqual(['first', 'second', 'third'])
  })

  test('to nobody is PEER_NOT_CONNECTED', async () => {
    const node = new FakeTown().node()
    expect(await codeOf(node.request(generateIdentity().peerId, { type: 't' }))).toBe('PEER_NOT_CONNECTED')
  })

  test('that the guards there refuse fails with their code and their details', async () => {
    const protocol = defineProtocol({
      name: 'p',
      messages: {
        t: request({ payload: v.object({ n: v.number() }), reply: v.number(), rate: { perSecond: 2, burst: 1 } }),
      },
    })
    const town = new FakeTown()
    const [from, to] = await town.pair()
    to.registerProtocol(protocol.handler({ t: ({ n }) => n }))
    await town.env.settle()
    const asking = (payload: unknown, type = 't') =>
      town.during(from.request(to.peerId, { protocol: 'p', type, payload }))
    expect(await failureOf(asking({ n: 'x' }))).toMatchObject({
      code: 'SCHEMA_REFUSED',
      peerId: to.peerId,
      details: { issues: [{ path: 'n' }] },
    })
    expect(await failureOf(asking({ n: 1 }))).toMatchObject({ code: 'RATE_EXCEEDED', details: { retryAfterMs: 500 } })
    expect(await codeOf(asking({ n: 1 }, 'u'))).toBe('PROTOCOL_TYPE_UNKNOWN')
    await town.env.advance(500)
    expect(await asking({ n: 1 })).toBe(1)
    expect(to.getStats().refused).toEqual({ SCHEMA_REFUSED: 1, RATE_EXCEEDED: 1, PROTOCOL_TYPE_UNKNOWN: 1 })
  })

  test('beyond the limit of its own end is REQUEST_LIMIT, and an answer makes room', async () => {
    const answers: (() => void)[] = []
    const handle: Handle = () => new Promise<void>((resolve) => answers.push(resolve))
    const { town, asking } = await createPair(handle, { limits: { requestsPerPeerMax: 2 } })
    const first = asking()
    asking().catch(() => {})
    expect(await codeOf(asking())).toBe('REQUEST_LIMIT')
    await town.env.settle()
    answers[0]?.()
    await town.during(first)
    asking().catch(() => {})
    await town.env.settle()
    expect(answers).toHaveLength(3)
  })

  test('to a node without a handler for app is PROTOCOL_TYPE_UNKNOWN', async () => {
    const { town, from, to } = await createPair(never)
    expect(await codeOf(town.during(from.request(to.peerId, { type: 't' })))).toBe('PROTOCOL_TYPE_UNKNOWN')
  })
})

describe('a handler', () => {
  test('rejects with a reason and a detail, and nothing is reported', async () => {
    const { town, to, asking, errors } = await createPair(() => {
      throw new RequestRejection('sold-out', { detail: 'until May' })
    })
    const rejection = await rejectionOf(town.during(asking()))
    expect(rejection).toBeInstanceOf(RequestRejection)
    expect(rejection).toMatchObject({ code: 'REQUEST_REJECTED', reason: 'sold-out', peerId: to.peerId })
    expect(errors).toEqual([])
  })

  test('may reject with any text, cut to what may travel', async () => {
    const detail = `x${'\u{1f600}'.repeat(300)}`
    const { town, asking } = await createPair(() => {
      throw new RequestRejection('long', { detail })
    })
    expect(await codeOf(town.during(asking()))).toBe('REQUEST_REJECTED')
  })

  test('that throws is HANDLER_FAILED: its own node hears the cause, the other end nothing of it', async () => {
    for (const handle of [
      (): never => {
        throw new Error('the password is 1234')
      },
      async (): Promise<never> => {
        throw new Error('the password is 1234')
      },
    ]) {
      const { town, asking, errors, to, from } = await createPair(handle)
      const failure = await failureOf(town.during(asking()))
      expect(failure.code).toBe('HANDLER_FAILED')
      expect(JSON.stringify([failure, failure.message, failure.details, failure.stack])).not.toContain('1234')
      expect(errors).toMatchObject([
        { code: 'HANDLER_FAILED', peerId: from.peerId, cause: { message: 'the password is 1234' } },
      ])
      expect(to.isConnected(from.peerId)).toBe(true)
    }
  })

  test('that is rejected itself by a third peer passes on neither its reason nor its detail', async () => {
    const { town, asking, errors } = await createPair(async () => {
      throw new RequestRejection('secret', { detail: 'between us', peerId: generateIdentity().peerId })
    })
    const failure = await failureOf(town.during(asking()))
    expect(failure.code).toBe('HANDLER_FAILED')
    expect(failure.message).not.toContain('secret')
    expect(errors).toMatchObject([{ code: 'HANDLER_FAILED', cause: { reason: 'secret' } }])
  })

  test('whose answer no codec carries, or is too large, is HANDLER_FAILED', async () => {
    for (const answer of [() => 1, new Map(), new Uint8Array(2_000_000)]) {
      const { town, asking, errors } = await createPair(() => answer)
      expect(await codeOf(town.during(asking()))).toBe('HANDLER_FAILED')
      expect(errors).toMatchObject([{ code: 'HANDLER_FAILED' }])
    }
  })

  test('of a plain message that throws is reported at its own node alone', async () => {
    const { town, from, to, errors } = await createPair(async () => {
      throw new Error('no')
    })
    const others: unknown[] = []
    from.on('error', (error) => others.push(error))
    await town.during(from.sendTo(to.peerId, ask))
    expect(errors).toMatchObject([{ code: 'HANDLER_FAILED' }])
    expect(others).toEqual([])
  })

  test('may ask back while it answers', async () => {
    const town = new FakeTown()
    const [from, to] = await town.pair()
    from.registerProtocol({ protocolName: 'name', handleMessage: () => 'Alice' })
    to.registerProtocol({
      protocolName: 'p',
      handleMessage: async (_message, peer) =>
        `hello ${await to.request(peer.peerId, { protocol: 'name', type: 't' })}`,
    })
    await town.env.settle()
    expect(await town.during(from.request(to.peerId, ask))).toBe('hello Alice')
  })
})

describe('waiting', () => {
  test('ends with REQUEST_TIMEOUT after timeoutMs, and the handler there is told', async () => {
    const reasons: unknown[] = []
    const { town, from, to } = await createPair((_message, { signal }) => {
      signal.addEventListener('abort', () => reasons.push(signal.reason))
      return new Promise(() => {})
    })
    const asking = from.request(to.peerId, ask, { timeoutMs: 250 })
    asking.catch(() => {})
    await town.env.advance(249)
    expect(reasons).toEqual([])
    await town.env.advance(1)
    expect(await failureOf(asking)).toMatchObject({ code: 'REQUEST_TIMEOUT', peerId: to.peerId })
    expect(reasons).toMatchObject([{ code: 'REQUEST_TIMEOUT' }])
  })

  test('ends after requestTimeoutMs where no time is given, and after requestTimeoutMsMax at the latest', async () => {
    const limits = { requestTimeoutMs: 1_000, requestTimeoutMsMax: 2_000 }
    const { town, from, to } = await createPair(never, { limits })
    let failed = 0
    const count = (): void => {
      failed += 1
    }
    from.request(to.peerId, ask).catch(count)
    from.request(to.peerId, ask, { timeoutMs: 1e9 }).catch(count)
    from.request(to.peerId, ask, { timeoutMs: Number.POSITIVE_INFINITY }).catch(count)
    await town.env.advance(1_000)
    expect(failed).toBe(1)
    await town.env.advance(1_000)
    expect(failed).toBe(3)
  })

  test('a time that is none rejects with a TypeError and sends nothing', async () => {
    const { from, to } = await createPair(never)
    const before = from.getStats().messagesSent
    for (const timeoutMs of [0, -1, Number.NaN, '5', null] as unknown[]) {
      const options = { timeoutMs: timeoutMs as number }
      expect(await rejectionOf(from.request(to.peerId, ask, options))).toBeInstanceOf(TypeError)
      expect(await rejectionOf(from.requestMany([to.peerId], ask, options))).toBeInstanceOf(TypeError)
    }
    expect(from.getStats().messagesSent).toBe(before)
  })

  test('ends with an abort, by its reason, and the handler there is told', async () => {
    let aborted = 0
    const { town, from, to } = await createPair((_message, { signal }) => {
      signal.addEventListener('abort', () => {
        aborted += 1
      })
      return new Promise(() => {})
    })
    const reason = new Error('no longer')
    const controller = new AbortController()
    const asking = from.request(to.peerId, ask, { signal: controller.signal })
    asking.catch(() => {})
    await town.env.settle()
    controller.abort(reason)
    expect(await rejectionOf(town.during(asking))).toBe(reason)
    expect(aborted).toBe(1)
    const before = from.getStats().messagesSent
    expect(await rejectionOf(from.request(to.peerId, ask, { signal: controller.signal }))).toBe(reason)
    expect(from.getStats().messagesSent).toBe(before)
  })

  test('a signal asked for after the abort has aborted already', async () => {
    let goOn = (): void => {}
    let aborted: boolean | undefined
    const { town, from, to } = await createPair(async (_message, context) => {
      await new Promise<void>((resolve) => {
        goOn = resolve
      })
      aborted = context.signal.aborted
    })
    from.request(to.peerId, ask, { timeoutMs: 10 }).catch(() => {})
    await town.env.advance(10)
    goOn()
    await town.env.settle()
    expect(aborted).toBe(true)
  })

  test('ends with PEER_DISCONNECTED when the peer goes, with the reason', async () => {
    const { town, from, to, asking } = await createPair(never)
    const waiting = asking()
    waiting.catch(() => {})
    await town.env.settle()
    await town.during(to.disconnectFromPeer(from.peerId, 'enough'))
    await town.env.settle()
    expect(await failureOf(waiting)).toMatchObject({
      code: 'PEER_DISCONNECTED',
      details: { reason: { code: 'PEER_DISCONNECTED', detail: 'enough' } },
    })
  })

  test('leaves no timer behind, whichever way it ends', async () => {
    const { town, from, to } = await createPair(({ payload }) => (payload === 'answer' ? 1 : new Promise(() => {})))
    const idle = town.env.timers
    await town.during(from.request(to.peerId, { ...ask, payload: 'answer' }))
    const controller = new AbortController()
    const aborting = from.request(to.peerId, ask, { signal: controller.signal })
    const expiring = from.request(to.peerId, ask, { timeoutMs: 5 })
    for (const each of [aborting, expiring]) each.catch(() => {})
    await town.env.settle()
    controller.abort(new Error('x'))
    await town.env.advance(5)
    expect(town.env.timers).toBe(idle)
  })
})

describe('a hostile peer', () => {
  const requestWith = (requestId: number, timeoutMs: number) =>
    [
      frameKind.request,
      (writer: Parameters<typeof encodeRequestHead>[0]) => {
        encodeRequestHead(writer, 0, 1, requestId, timeoutMs)
        writer.bytes(encode(null))
      },
    ] as const

  async function createScene(handle: Handle, options: Parameters<FakeTown['node']>[0] = {}) {
    const town = new FakeTown()
    const node = town.node(options)
    node.registerProtocol({ protocolName: 'p', handleMessage: (message, _from, context) => handle(message, context) })
    const peer = await FakePeer.join(node, town.env, { offer: new Map([['p', [1]]]) })
    peer.send(nameFrame(0, 'p', 1, 't'))
    await town.env.settle()
    return { town, node, peer }
  }

  test('that asks for an absurd time gets the longest there is, and for none at all a moment', async () => {
    const aborted: number[] = []
    const { town, peer } = await createScene(
      (_message, { signal }) => {
        signal.addEventListener('abort', () => aborted.push(town.env.nowMs - start))
        return new Promise(() => {})
      },
      { limits: { requestTimeoutMsMax: 5_000 } },
    )
    const start = town.env.nowMs
    peer.send(requestWith(1, 0xffff_ffff), requestWith(2, 0))
    await town.env.advance(10_000)
    expect(aborted).toEqual([1, 5_000])
  })

  test('that cancels hears no answer, and may use the id again', async () => {
    const answers: ((value: string) => void)[] = []
    const { town, peer } = await createScene(() => new Promise((resolve) => answers.push(resolve)))
    peer.send(requestWith(1, 1_000), [frameKind.cancel, Uint8Array.of(0, 0, 0, 1)], requestWith(1, 1_000))
    await town.env.settle()
    answers[0]?.('to nobody')
    answers[1]?.('to the second')
    await town.env.settle()
    expect(peer.heardOf('reply').map(({ payload }) => payload)).toEqual([encode('to the second')])
  })

  test('answers with garbage, an unknown codec or an unknown code, and only its own request fails', async () => {
    const { town, node, peer } = await createScene(never)
    const asking = () => {
      const waiting = node.request(peer.peerId, ask)
      waiting.catch(() => {})
      return waiting
    }
    const codes = [asking(), asking(), asking(), asking(), asking()].map(codeOf)
    await town.env.settle()
    const ids = peer.heardOf('request').map(({ id }) => id)
    const reply = (index: number, codecId: number, ...bytes: readonly number[]) =>
      [
        frameKind.reply,
        (writer: Parameters<typeof encodeReplyHead>[0]) => {
          encodeReplyHead(writer, ids[index] ?? 0, codecId)
          writer.bytes(Uint8Array.from(bytes))
        },
      ] as const
    const reject = (index: number, body: unknown) =>
      [frameKind.reject, Uint8Array.of(0, 0, 0, ids[index] ?? 0, ...encode(body))] as const
    peer.send(
      reply(0, 1, 0x1f),
      reply(1, 99),
      reject(2, { code: 'COORDINATOR_STOPPED' }),
      reject(3, { code: 'toString' }),
      reject(4, { code: 'REQUEST_REJECTED' }),
    )
    expect(await town.during(Promise.all(codes))).toEqual([
      'CODEC_MALFORMED',
      'CODEC_UNKNOWN',
      'REQUEST_REJECTED',
      'REQUEST_REJECTED',
      'REQUEST_REJECTED',
    ])
    expect(node.isConnected(peer.peerId)).toBe(true)
  })

  test('that answers twice, or after the time was up, is not heard', async () => {
    const { town, node, peer } = await createScene(never)
    const waiting = node.request(peer.peerId, ask, { timeoutMs: 10 })
    waiting.catch(() => {})
    await town.env.advance(10)
    const reply = [frameKind.reply, Uint8Array.of(0, 0, 0, 1, 1, 0xf6)] as const
    peer.send(reply, reply)
    await town.env.settle()
    expect(await codeOf(waiting)).toBe('REQUEST_TIMEOUT')
    expect(node.isConnected(peer.peerId)).toBe(true)
  })

  test('whose messages make a handler reject hears nothing of it', async () => {
    const { town, peer } = await createScene(() => {
      throw new RequestRejection('no')
    })
    peer.send([
      frameKind.message,
      (writer) => {
        encodeMessageHead(writer, 0, 1)
        writer.bytes(encode(null))
      },
    ])
    await town.env.settle()
    expect(peer.heard.map((each) => each.ok && each.kind)).toEqual(['hello'])
  })
})

describe('requestMany', () => {
  test('gives one outcome a peer, in their order: fulfilled, timeout, rejected, disconnected', async () => {
    const town = new FakeTown()
    const node = await town.house()
    const serving = async (handle: Handle) => {
      const other = town.node()
      other.registerProtocol({
        protocolName: 'p',
        handleMessage: (message, _from, context) => handle(message, context),
      })
      await town.join(other, node)
      return other
    }
    const good = await serving(() => 42)
    const slow = await serving(never)
    const unwilling = await serving(() => {
      throw new RequestRejection('no')
    })
    const broken = await serving(() => {
      throw new Error('x')
    })
    const leaving = await serving(never)
    const stranger = town.node()
    await town.join(stranger, node)
    const absent = generateIdentity().peerId
    const peers = [good, slow, unwilling, broken, leaving, stranger].map(({ peerId }) => peerId)
    const asking = node.requestMany([...peers, absent], ask, { timeoutMs: 500 })
    await town.env.settle()
    await town.during(leaving.stop())
    await town.env.advance(500)
    const outcomes = await asking
    expect(outcomes.map(({ peerId }) => peerId)).toEqual([...peers, absent])
    expect(outcomes).toMatchObject([
      { status: 'fulfilled', value: 42 },
      { status: 'timeout', error: { code: 'REQUEST_TIMEOUT' } },
      { status: 'rejected', error: { reason: 'no' } },
      { status: 'rejected', error: { code: 'HANDLER_FAILED' } },
      { status: 'disconnected', error: { code: 'PEER_DISCONNECTED' } },
      { status: 'rejected', error: { code: 'PROTOCOL_UNKNOWN' } },
      { status: 'disconnected', error: { code: 'PEER_NOT_CONNECTED' } },
    ])
  })

  test('of nobody is nothing', async () => {
    expect(await new FakeTown().node().requestMany([], { type: 't' })).toEqual([])
  })

  test('ends with an abort, by its reason', async () => {
    const { town, from, to } = await createPair(never)
    const reason = new Error('enough')
    const controller = new AbortController()
    const asking = from.requestMany([to.peerId], ask, { signal: controller.signal })
    asking.catch(() => {})
    await town.env.settle()
    controller.abort(reason)
    expect(await rejectionOf(asking)).toBe(reason)
    expect(await rejectionOf(from.requestMany([to.peerId], ask, { signal: controller.signal }))).toBe(reason)
  })

  test('of a payload that cannot be sent fails for each peer alike', async () => {
    const { from, to } = await createPair(never)
    expect(await from.requestMany([to.peerId], { ...ask, payload: () => 1 })).toMatchObject([
      { status: 'rejected', error: { code: 'CODEC_VALUE_UNSUPPORTED' } },
    ])
  })
})
