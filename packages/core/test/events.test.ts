import { describe, expect, test } from 'vitest'
import { createCoordinator } from '../src/coordinator/create-coordinator.js'
import { Events } from '../src/events.js'
import { generateIdentity } from '../src/identity/identity.js'
import type { Message } from '../src/protocol/message.js'
import type { RondoError } from '../src/rondo-error.js'
import { FakeTown } from './fake-town.js'

const errorOf = (code: string): RondoError => ({ code }) as RondoError

function createEvents() {
  const unheard: RondoError[] = []
  return { events: new Events((error) => unheard.push(error)), unheard }
}

describe('listeners', () => {
  test('are called in the order in which they came, as often as they came', () => {
    const { events } = createEvents()
    const calls: string[] = []
    const twice = (): void => void calls.push('twice')
    events.on('error', twice)
    events.on('error', () => calls.push('once'))
    events.on('error', twice)
    events.emit('error', errorOf('X'))
    expect(calls).toEqual(['twice', 'once', 'twice'])
  })

  test('go by what `on` returned or by `off`, and a second time is no harm', () => {
    const { events, unheard } = createEvents()
    let calls = 0
    const listener = (): void => {
      calls += 1
    }
    const off = events.on('error', listener)
    events.on('error', listener)
    off()
    events.emit('error', errorOf('X'))
    events.off('error', listener)
    events.off('error', listener)
    events.emit('error', errorOf('X'))
    expect([calls, unheard.length]).toEqual([1, 1])
  })

  test('of `once` hear one fact, even where that fact comes from within', () => {
    const { events } = createEvents()
    let calls = 0
    events.once('error', () => {
      calls += 1
      events.emit('error', errorOf('Y'))
    })
    events.emit('error', errorOf('X'))
    expect(calls).toBe(1)
  })

  test('of `once` hear no more than one, even where another of them tells the next', () => {
    const { events } = createEvents()
    const calls: string[] = []
    events.once('error', () => {
      calls.push('first')
      events.emit('error', errorOf('Y'))
    })
    events.once('error', ({ code }) => calls.push(code))
    events.emit('error', errorOf('X'))
    expect(calls).toEqual(['first', 'Y'])
  })

  test('of `once` can be taken off like any other', () => {
    const { events } = createEvents()
    let calls = 0
    const listener = (): void => {
      calls += 1
    }
    events.once('error', listener)
    events.off('error', listener)
    events.once('error', listener)()
    events.emit('error', errorOf('X'))
    expect(calls).toBe(0)
  })

  test('that come or go while a fact is told count from the next one on', () => {
    const { events } = createEvents()
    const calls: string[] = []
    const late = (): void => void calls.push('late')
    const gone = (): void => void calls.push('gone')
    events.once('error', () => {
      events.on('error', late)
      events.off('error', gone)
    })
    events.on('error', gone)
    events.emit('error', errorOf('X'))
    events.emit('error', errorOf('Y'))
    expect(calls).toEqual(['gone', 'late'])
  })

  test('that are no functions throw a TypeError when they come', () => {
    const { events } = createEvents()
    for (const listener of [undefined, null, 'f', {}] as unknown[]) {
      expect(() => events.on('error', listener as () => void)).toThrow(TypeError)
      expect(() => events.once('error', listener as () => void)).toThrow(TypeError)
    }
  })
})

describe('a listener that fails', () => {
  test('is reported as LISTENER_FAILED and stops nobody, whether it throws or rejects', async () => {
    const town = new FakeTown()
    const [from, to] = await town.pair()
    const heard: unknown[] = []
    to.on('message', () => {
      throw new Error('thrown')
    })
    to.on('message', async () => {
      throw new Error('rejected')
    })
    to.on('message', ({ payload }) => heard.push(payload))
    await town.during(from.sendTo(to.peerId, { type: 't', payload: 1 }))
    expect(heard).toEqual([1])
    expect(town.errors.get(to)).toMatchObject([
      { code: 'LISTENER_FAILED', cause: { message: 'thrown' } },
      { code: 'LISTENER_FAILED', cause: { message: 'rejected' } },
    ])
  })

  test('keeps neither the handler from its message nor the request from its answer', async () => {
    const town = new FakeTown()
    const [from, to] = await town.pair()
    to.on('message', () => {
      throw new Error('no')
    })
    to.registerProtocol({ protocolName: 'p', handleMessage: () => 'answer' })
    await town.env.settle()
    expect(await town.during(from.request(to.peerId, { protocol: 'p', type: 't' }))).toBe('answer')
  })

  test('of `error` goes to the log, and no round in circles', () => {
    const { events, unheard } = createEvents()
    let calls = 0
    events.on('error', () => {
      calls += 1
      throw new Error('again')
    })
    events.emit('error', errorOf('X'))
    expect([calls, unheard.map(({ code }) => code)]).toEqual([1, ['LISTENER_FAILED']])
  })
})

test('an error that nobody listens for goes to the log, with its code and its peer', async () => {
  const town = new FakeTown()
  const other = await town.house()
  const node = createCoordinator({
    identity: generateIdentity(),
    env: town.env,
    transports: [town.network.transport()],
  })
  node.registerProtocol({
    protocolName: 'p',
    handleMessage: () => {
      throw new Error('no')
    },
  })
  await town.join(node, other)
  await town.during(other.sendTo(node.peerId, { protocol: 'p', type: 't' }))
  expect(town.env.logged).toMatchObject([
    {
      level: 'warn',
      text: expect.stringContaining('a handler threw'),
      fields: { code: 'HANDLER_FAILED', peerId: other.peerId },
    },
  ])
})

describe('facts', () => {
  test('connected comes before the first message, and disconnected after the last', async () => {
    const town = new FakeTown()
    const [to, from] = [await town.house(), town.node()]
    const facts: string[] = []
    to.on('connected', ({ direction }) => facts.push(`connected ${direction}`))
    to.on('message', ({ type }) => facts.push(`message ${type}`))
    to.on('disconnected', (_peer, { code }) => facts.push(`disconnected ${code}`))
    from.on('connected', ({ peerId }) => from.sendTo(peerId, { type: 'first' }))
    await town.join(from, to)
    from.sendTo(to.peerId, { type: 'last' })
    await town.during(from.disconnectFromPeer(to.peerId))
    await town.env.settle()
    expect(facts).toEqual(['connected inbound', 'message first', 'message last', 'disconnected PEER_DISCONNECTED'])
  })

  test('message tells every admitted message of every protocol, and no refused one', async () => {
    const town = new FakeTown()
    const [from, to] = await town.pair({}, { limits: { messageBytesMax: 100 } })
    to.registerProtocol({ protocolName: 'p', handleMessage: () => 1 })
    await town.env.settle()
    const heard: Message[] = []
    to.on('message', (message) => heard.push(message))
    from.sendTo(to.peerId, { type: 'a' })
    from.sendTo(to.peerId, { type: 'b', payload: 'x'.repeat(200) })
    await town.during(from.request(to.peerId, { protocol: 'p', type: 'c' }))
    expect(heard.map(({ protocol, type }) => `${protocol} ${type}`)).toEqual(['app a', 'p c'])
    expect(to.getStats().refused).toEqual({ MESSAGE_OVERSIZED: 1 })
  })

  test('a listener that disconnects the peer it hears of leaves nobody connected', async () => {
    const town = new FakeTown()
    const [to, from] = [await town.house(), town.node()]
    to.on('connected', ({ peerId }) => to.disconnectFromPeer(peerId, 'not you'))
    await town.during(from.connectToPeer({ peerId: to.peerId, addresses: town.addressesOf(to) }).catch(() => {}))
    await town.env.settle()
    expect([to.getConnectedPeers(), from.getConnectedPeers(), to.getStats().connections]).toEqual([[], [], 0])
  })
})
