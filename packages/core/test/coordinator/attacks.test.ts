import { describe, expect, test } from 'vitest'
import type { ByteWriter } from '../../src/bytes/byte-writer.js'
import { encodeGoodbye, encodeMessageHead } from '../../src/flow/envelope.js'
import { frameKind } from '../../src/flow/frames.js'
import { generateIdentity } from '../../src/identity/identity.js'
import { defaultLimits } from '../../src/options.js'
import type { ProtocolHandler } from '../../src/protocol/handler.js'
import type { CloseReason } from '../../src/transport/transport.js'
import { codeOf } from '../expect-failure.js'
import { FakeLink } from '../fake-link.js'
import { FakePeer, nameFrame } from '../fake-peer.js'
import { FakeTown } from '../fake-town.js'

// What an attacker tried and got somewhere with, once each.

const ask = { protocol: 'p', type: 't' }

describe('requests', () => {
  test('whose handlers ask back never hold up the answers that they wait for', async () => {
    const town = new FakeTown()
    const [from, to] = await town.pair({ limits: { handlersPerPeerMax: 4 } })
    from.registerProtocol({ protocolName: 'p', handleMessage: () => 'here' })
    to.registerProtocol({ protocolName: 'p', handleMessage: (_message, peer) => to.request(peer.peerId, ask) })
    await town.env.settle()
    const answers = Promise.all(Array.from({ length: 50 }, () => from.request(to.peerId, ask)))
    expect(new Set(await town.during(answers))).toEqual(new Set(['here']))
  })

  test('that are given up still count for as long as their handlers run', async () => {
    const town = new FakeTown()
    const [from, to] = await town.pair({ limits: { requestsPerPeerMax: 5 } })
    let running = 0
    const handleMessage = (): Promise<void> => {
      running += 1
      return new Promise(() => {})
    }
    to.registerProtocol({ protocolName: 'p', handleMessage })
    await town.env.settle()
    for (let round = 0; round < 20; round += 1) {
      const giveUp = new AbortController()
      from.request(to.peerId, ask, { signal: giveUp.signal }).catch(() => {})
      await town.env.settle()
      giveUp.abort()
      await town.env.settle()
    }
    expect(running).toBe(5)
  })

  test('that a check says nothing about, or a schema complains of in no words, are refused and no more', async () => {
    const silent = { kind: 'request', check: () => undefined } as const
    const wordless = {
      kind: 'request',
      check: () => ({ ok: false, code: 'SCHEMA_REFUSED', issues: [{ path: 1, message: { toString: null } }] }),
    } as const
    for (const rules of [silent, wordless]) {
      const town = new FakeTown()
      const [from, to] = await town.pair()
      const messages = new Map([['t', rules]]) as unknown as NonNullable<ProtocolHandler['messages']>
      to.registerProtocol({ protocolName: 'p', messages, handleMessage: () => 'never' })
      await town.env.settle()
      expect(await codeOf(town.during(from.request(to.peerId, ask)))).toBe('SCHEMA_REFUSED')
      expect(from.isConnected(to.peerId)).toBe(true)
    }
  })
})

describe('a link', () => {
  test('keeps its slot until it is closed, however long that takes', async () => {
    const town = new FakeTown()
    const node = town.node()
    const link = new FakeLink()
    let hangUp = (): void => {}
    link.close = (reason: CloseReason = { code: 'LINK_CLOSED' }) =>
      new Promise((resolve) => {
        hangUp = () => {
          link.end(reason)
          resolve()
        }
      })
    const adopted = node.adoptLink(link, { role: 'listener' })
    adopted.catch(() => {})
    await town.env.settle()
    link.deliver(new Uint8Array(20))
    await town.env.settle()
    expect(node.getStats().connections).toBe(1)
    hangUp()
    expect(await codeOf(adopted)).toBe('HANDSHAKE_MALFORMED')
    expect(node.getStats().connections).toBe(0)
  })

  test('that is adopted in vain is closed', async () => {
    const stopped = new FakeTown().node()
    await stopped.stop()
    const late = new FakeLink()
    expect(await codeOf(stopped.adoptLink(late, { role: 'dialler' }))).toBe('COORDINATOR_STOPPED')
    const given = new FakeLink()
    const signal = AbortSignal.abort(new Error('no'))
    await expect(new FakeTown().node().adoptLink(given, { role: 'dialler', signal })).rejects.toThrow('no')
    for (const link of [late, given]) expect(link.closedWith).toBeDefined()
  })

  test('is adopted in one of two roles', async () => {
    const role = 'observer' as 'dialler'
    await expect(new FakeTown().node().adoptLink(new FakeLink(), { role })).rejects.toThrow(TypeError)
  })

  test('that is dead is given up even while handlers hold it and wait for its end', async () => {
    const town = new FakeTown()
    const limits = {
      handlersPerPeerMax: 1,
      inboxMessagesMax: 1,
      heartbeatIntervalMs: 1_000,
      heartbeatTimeoutMs: 2_000,
      requestTimeoutMs: 5_000,
    }
    const node = town.node({ limits: { ...limits, requestTimeoutMsMax: 10_000 } })
    const endings: string[] = []
    for (const name of ['interrupted', 'disconnected'] as const) {
      node.on(name, (_peer, { code }) => endings.push(`${name} ${code}`))
    }
    const ended = (signal: AbortSignal) =>
      new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    node.registerProtocol({ protocolName: 'app', handleMessage: (_message, _from, { signal }) => ended(signal) })
    const peer = await FakePeer.join(node, town.env)
    const message = [frameKind.message, (writer: ByteWriter) => encodeMessageHead(writer, 0, 0)] as const
    // One is being handled, one waits, and so the link is not read.
    peer.send(nameFrame(0, 'app', 1, 't'), message, message)
    await town.env.advance(5_000)
    expect([peer.wire.listener.isPaused, endings]).toEqual([true, []])
    await town.env.advance(30_000)
    expect(endings).toEqual(['interrupted PEER_SILENT'])
    await town.env.advance(defaultLimits.sessionRecoverableMs)
    expect(endings).toEqual(['interrupted PEER_SILENT', 'disconnected SESSION_LOST'])
  })
})

test('what a peer says for people to read cannot steer their terminal', async () => {
  const town = new FakeTown()
  const node = town.node()
  const reasons: CloseReason[] = []
  node.on('disconnected', (_peer, reason) => reasons.push(reason))
  const peer = await FakePeer.join(node, town.env)
  peer.send([frameKind.goodbye, (writer) => encodeGoodbye(writer, { code: 'BYE', detail: 'a\u001b[2J\nb' })])
  await town.env.settle()
  expect(reasons).toEqual([{ code: 'BYE', detail: 'a [2J b' }])
})

test('a payload that sends while it is encoded is a TypeError, and the next message of that name arrives', async () => {
  const town = new FakeTown()
  const [from, to] = await town.pair()
  const heard: unknown[] = []
  to.on('message', ({ type, payload }) => heard.push([type, payload]))
  const inner: Promise<unknown>[] = []
  const payload = {
    get now() {
      const sending = from.sendTo(to.peerId, { type: 'inner' })
      sending.catch(() => {})
      inner.push(sending)
      return 1
    },
  }
  await town.during(from.sendTo(to.peerId, { type: 'outer', payload }))
  await expect(inner[0]).rejects.toThrow(TypeError)
  await town.during(from.sendTo(to.peerId, { type: 'inner', payload: 2 }))
  await town.env.settle()
  expect(heard).toEqual([
    ['outer', { now: 1 }],
    ['inner', 2],
  ])
})

test('a stranger that never finishes its handshake is no error that anybody hears of', async () => {
  const town = new FakeTown()
  const node = town.node()
  const link = new FakeLink()
  const adopted = node.adoptLink(link, { role: 'dialler', expect: generateIdentity().peerId })
  adopted.catch(() => {})
  await town.env.advance(20_000)
  expect(await codeOf(adopted)).toBe('HANDSHAKE_TIMEOUT')
  expect(town.errors.get(node) ?? []).toEqual([])
})
