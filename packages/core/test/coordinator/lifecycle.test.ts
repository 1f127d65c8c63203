import { describe, expect, test } from 'vitest'
import { createCoordinator } from '../../src/coordinator/create-coordinator.js'
import { generateIdentity } from '../../src/identity/identity.js'
import type { Link, Transport, TransportFactory } from '../../src/transport/transport.js'
import { codeOf } from '../expect-failure.js'
import { FakeEnv } from '../fake-env.js'
import { FakeLink } from '../fake-link.js'
import { FakeTown } from '../fake-town.js'

/** A transport made of the given parts. */
const transportOf =
  (parts: Partial<Transport>): TransportFactory =>
  () => ({ name: 'made-up', schemes: ['made-up:'], dial: () => Promise.reject(new Error('no dial')), ...parts })

function nodeWith(parts: Partial<Transport>, env = new FakeEnv()) {
  return createCoordinator({ identity: generateIdentity(), env, transports: [transportOf(parts)] })
}

describe('start and stop', () => {
  test('a new node is idle and has opened nothing', () => {
    let opened = 0
    const env = new FakeEnv()
    const listen = async () => {
      opened += 1
      return { addresses: [], close: async () => {} }
    }
    expect([nodeWith({ listen }, env).state, opened, env.timers]).toEqual(['idle', 0, 0])
  })

  test('both are idempotent, also while the first call is at work', async () => {
    const node = new FakeTown().node()
    const starting = node.start()
    expect(node.start()).toBe(starting)
    expect(node.state).toBe('starting')
    await starting
    await node.start()
    expect(node.state).toBe('running')
    const stopping = node.stop()
    expect(node.stop()).toBe(stopping)
    expect(node.state).toBe('stopping')
    await stopping
    await node.stop()
    expect(node.state).toBe('stopped')
  })

  test('stopping during the start ends stopped, and both calls resolve', async () => {
    const { env, node } = ((town) => ({ env: town.env, node: town.node() }))(new FakeTown())
    await Promise.all([node.start(), node.stop()])
    expect([node.state, env.timers]).toEqual(['stopped', 0])
  })

  test('a node that never started can be stopped', async () => {
    const node = new FakeTown().node()
    await node.stop()
    expect(node.state).toBe('stopped')
  })

  test('a stopped node can be started again, even before it has stopped', async () => {
    const town = new FakeTown()
    const node = town.node()
    await node.start()
    await node.stop()
    await node.start()
    expect(node.state).toBe('running')
    await Promise.all([node.stop(), node.start()])
    expect([node.state, town.env.timers]).toEqual(['running', 1])
    const other = await town.house()
    await town.join(node, other)
    expect(node.isConnected(other.peerId)).toBe(true)
  })

  test('shutdown and asyncDispose are stop', async () => {
    const [first, second] = [new FakeTown().node(), new FakeTown().node()]
    await first.shutdown()
    await second[Symbol.asyncDispose]()
    expect([first.state, second.state]).toEqual(['stopped', 'stopped'])
  })

  test('listening and connecting start a node', async () => {
    const town = new FakeTown()
    const [from, to] = await town.pair()
    expect([from.state, to.state]).toEqual(['running', 'running'])
  })

  test('adopting a link starts a node', async () => {
    const node = new FakeTown().node()
    node.adoptLink(new FakeLink(), { role: 'dialler' }).catch(() => {})
    await node.start()
    expect(node.state).toBe('running')
  })
})

describe('a stopped node', () => {
  test('does not start by itself: COORDINATOR_STOPPED', async () => {
    const town = new FakeTown()
    const node = town.node()
    await node.stop()
    const { peerId } = generateIdentity()
    const link = new FakeLink()
    expect(await codeOf(node.listen('memory:x'))).toBe('COORDINATOR_STOPPED')
    expect(await codeOf(node.connectToPeer({ peerId, addresses: ['memory:x'] }))).toBe('COORDINATOR_STOPPED')
    expect(await codeOf(node.adoptLink(link, { role: 'dialler' }))).toBe('COORDINATOR_STOPPED')
    expect(await codeOf(node.sendTo(peerId, { type: 't' }))).toBe('COORDINATOR_STOPPED')
    expect(await codeOf(node.request(peerId, { type: 't' }))).toBe('COORDINATOR_STOPPED')
    expect(await node.broadcast({ type: 't' })).toEqual({ sent: [], failed: [] })
    expect(node.state).toBe('stopped')
  })

  test('has said goodbye to everybody, closed every listener, and holds no timer', async () => {
    const town = new FakeTown()
    const [from, to] = await town.pair()
    const reasons: string[] = []
    from.on('disconnected', (_peer, { code }) => reasons.push(code))
    await town.during(to.stop())
    await town.env.settle()
    expect(reasons).toEqual(['COORDINATOR_STOPPED'])
    expect([to.getStats().connections, from.getStats().connections]).toEqual([0, 0])
    const again = from.connectToPeer({ peerId: to.peerId, addresses: town.addressesOf(to) })
    expect(await codeOf(town.during(again))).toBe('DIAL_FAILED')
    await town.during(from.stop())
    expect(town.env.timers).toBe(0)
  })

  test('rejects requests that were waiting, and aborts handlers at work', async () => {
    const town = new FakeTown()
    const [from, to] = await town.pair()
    let aborted: unknown
    to.registerProtocol({
      protocolName: 'slow',
      handleMessage: (_message, _from, { signal }) =>
        new Promise(() => {
          signal.addEventListener('abort', () => {
            aborted = signal.reason
          })
        }),
    })
    await town.env.settle()
    const waiting = from.request(to.peerId, { protocol: 'slow', type: 't' })
    waiting.catch(() => {})
    await town.env.settle()
    await town.during(to.stop())
    await town.env.settle()
    expect(await codeOf(waiting)).toBe('PEER_DISCONNECTED')
    expect(aborted).toMatchObject({ code: 'PEER_DISCONNECTED' })
  })

  test('ends handshakes under way', async () => {
    const town = new FakeTown()
    const node = town.node()
    const link = new FakeLink()
    const adopting = node.adoptLink(link, { role: 'dialler' })
    adopting.catch(() => {})
    await town.env.settle()
    await town.during(node.stop())
    expect(await codeOf(adopting)).toBe('COORDINATOR_STOPPED')
    expect(link.closedWith).toEqual({ code: 'COORDINATOR_STOPPED' })
  })

  test('dials none of the addresses that are left', async () => {
    const town = new FakeTown()
    const dialled: string[] = []
    const dial: Transport['dial'] = (address, { signal }) => {
      dialled.push(address)
      return new Promise((_, reject) => {
        if (signal?.aborted) reject(signal.reason)
        signal?.addEventListener('abort', () => reject(signal.reason))
      })
    }
    const node = nodeWith({ dial }, town.env)
    const { peerId } = generateIdentity()
    const connecting = node.connectToPeer({ peerId, addresses: ['made-up:1', 'made-up:2', 'made-up:3'] })
    connecting.catch(() => {})
    await town.env.settle()
    await town.during(node.stop())
    expect(await codeOf(connecting)).toBe('COORDINATOR_STOPPED')
    expect(dialled).toEqual(['made-up:1'])
  })

  test('dials nobody for whoever waited for another’s dial', async () => {
    const town = new FakeTown()
    let dials = 0
    const dial: Transport['dial'] = (_address, { signal }) => {
      dials += 1
      return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
    }
    const node = nodeWith({ dial }, town.env)
    const target = { peerId: generateIdentity().peerId, addresses: ['made-up:1'] }
    const both = [node.connectToPeer(target), node.connectToPeer(target)].map(codeOf)
    await town.env.settle()
    await town.during(node.stop())
    expect(await Promise.all(both)).toEqual(['COORDINATOR_STOPPED', 'COORDINATOR_STOPPED'])
    expect(dials).toBe(1)
  })

  test('takes no link that a transport still brings', async () => {
    const town = new FakeTown()
    let accept = (_link: Link): void => {}
    const listen: NonNullable<Transport['listen']> = async (_address, options) => {
      accept = options.accept
      return { addresses: ['made-up:1'], close: async () => {} }
    }
    const node = nodeWith({ listen }, town.env)
    await node.listen('made-up:1')
    await town.during(node.stop())
    const link = new FakeLink()
    accept(link)
    await town.env.settle()
    expect(link.closedWith).toBeDefined()
    expect(node.getStats().connections).toBe(0)
  })

  test('closes its peers even where a listener cannot be closed', async () => {
    const town = new FakeTown()
    const listen: NonNullable<Transport['listen']> = async () => ({
      addresses: ['made-up:1'],
      close: () => Promise.reject(new Error('stuck')),
    })
    const node = createCoordinator({
      identity: generateIdentity(),
      env: town.env,
      transports: [transportOf({ listen }), town.network.transport()],
    })
    const other = await town.house()
    await node.listen('made-up:1')
    await town.join(node, other)
    await expect(town.during(node.stop())).rejects.toThrow('stuck')
    expect([node.getConnectedPeers(), node.state]).toEqual([[], 'stopped'])
  })

  test('a listener that comes up while the node stops is closed again', async () => {
    const town = new FakeTown()
    let isOpen = false
    let comeUp = (): void => {}
    const listen: NonNullable<Transport['listen']> = async () => {
      await new Promise<void>((resolve) => {
        comeUp = resolve
      })
      isOpen = true
      return {
        addresses: [],
        close: async () => {
          isOpen = false
        },
      }
    }
    const node = nodeWith({ listen }, town.env)
    const listening = node.listen('made-up:1')
    listening.catch(() => {})
    await town.env.settle()
    await town.during(node.stop())
    comeUp()
    expect(await codeOf(listening)).toBe('COORDINATOR_STOPPED')
    expect(isOpen).toBe(false)
  })
})
