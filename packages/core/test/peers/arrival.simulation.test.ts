import { createMemoryNetwork, type MemoryNetwork } from '@rondo/testkit/memory'
import { simulate } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'
import {
  createCoordinator,
  createSystemEnv,
  generateIdentity,
  type Link,
  type ProtocolHandler,
  RondoError,
  type TransportHost,
} from '../../src/index.js'

// What a node tells in the moment in which a peer arrives, and in the moment in which it goes.

const latency = { latencyMs: 20 }

/** A link that no coordinator has made. */
function dialBare(network: MemoryNetwork, address: string): Promise<Link> {
  const host: TransportHost = {
    env: createSystemEnv(),
    peerId: generateIdentity().peerId,
    registerProtocol: () => {},
    sendTo: async () => {},
  }
  return network.transport()(host).dial(address, {})
}

/** Lets that many turns of the event loop pass. */
async function turns(count: number): Promise<void> {
  const { defer } = createSystemEnv()
  for (let turn = 0; turn < count; turn += 1) await new Promise<void>((resolve) => defer(resolve))
}

/** A protocol that notes when it is told of peers. */
function noting(protocolName: string, told: string[]): ProtocolHandler {
  return {
    protocolName,
    handleMessage: () => undefined,
    onPeerConnected: () => void told.push(`${protocolName} connected`),
    onPeerDisconnected: () => void told.push(`${protocolName} disconnected`),
  }
}

test('a message sent by a listener of `connected` comes after the other end is connected, and can be answered', async () => {
  const world = simulate({ seed: 1, peers: 2, topology: 'none', network: latency })
  const [dialler, listener] = world.peers
  const told: string[] = []
  listener?.on('connected', ({ peerId }) => listener.sendTo(peerId, { type: 'welcome' }))
  dialler?.on('connected', () => told.push('connected'))
  dialler?.on('message', ({ from }) => told.push(`message, connected: ${dialler.isConnected(from)}`))
  await world.run(async (peer, index) => {
    if (index === 0) await peer.connectToPeer(world.targetOf(1))
    await world.sleep(1_000)
  })
  expect(told).toEqual(['connected', 'message, connected: true'])
})

test('a handler that is told of a peer is told of its end, even where a listener of `connected` turns the peer out', async () => {
  const world = simulate({ seed: 1, peers: 2, topology: 'none', network: latency })
  const told: string[] = []
  const [dialler, listener] = world.peers
  for (const peer of world.peers) peer.registerProtocol(noting('chat', peer === listener ? told : []))
  listener?.on('connected', ({ peerId }) => listener.disconnectFromPeer(peerId))
  await world.run(async (peer) => {
    if (peer === dialler) await peer.connectToPeer(world.targetOf(1)).catch(() => {})
    await world.sleep(1_000)
  })
  expect(told.filter((what) => what === 'chat connected').length).toBe(
    told.filter((what) => what === 'chat disconnected').length,
  )
})

test('a handler that turns the peer out leaves no other handler waiting for its end', async () => {
  const world = simulate({ seed: 1, peers: 2, topology: 'none', network: latency })
  const told: string[] = []
  const [dialler, listener] = world.peers
  const turnOut = () => listener?.disconnectFromPeer(world.targetOf(0).peerId)
  for (const peer of world.peers) {
    const bouncer = noting('bouncer', [])
    peer.registerProtocol(peer === listener ? { ...bouncer, onPeerConnected: turnOut } : bouncer)
    peer.registerProtocol(noting('chat', peer === listener ? told : []))
  }
  await world.run(async (peer) => {
    if (peer === dialler) await peer.connectToPeer(world.targetOf(1)).catch(() => {})
    await world.sleep(1_000)
  })
  expect(told.length % 2).toBe(0)
})

for (const [who, index] of [
  ['dialler', 0],
  ['listener', 1],
] as const) {
  test(`a protocol that the ${who} registers at any time during the handshake is known to the other end after it`, async () => {
    for (let atMs = 0; atMs <= 200; atMs += 5) {
      const world = simulate({ seed: 1, peers: 2, topology: 'none', network: latency })
      await world.run(async (peer, own) => {
        if (own === 0) void peer.connectToPeer(world.targetOf(1))
        await world.sleep(atMs)
        if (own === index) peer.registerProtocol(noting('late', []))
        await world.sleep(1_000)
        const [theirs] = world.others(own)
        if (own !== index && theirs !== undefined) {
          expect([atMs, peer.getPeer(theirs)?.protocols.has('late')]).toEqual([atMs, true])
        }
      })
    }
  })
}

test('a node that is stopped while it dials gives up, and tries no further address', async () => {
  const world = simulate({ seed: 1, peers: 2, topology: 'none', network: latency })
  const told: string[] = []
  await world.run(async (peer, index) => {
    if (index === 1) return world.sleep(1_000)
    peer.on('connected', () => told.push('connected'))
    const dial = peer.connectToPeer({
      peerId: world.targetOf(1).peerId,
      addresses: ['memory:nobody', world.addressOf(1)],
    })
    const outcome = dial.then(
      () => told.push('resolved'),
      (error) => told.push(error.code),
    )
    await peer.stop()
    await outcome
    await world.sleep(500)
  })
  expect(told).toEqual(['COORDINATOR_STOPPED'])
})

test('a node that is stopped while a peer is held to its rate leaves no timer behind', async () => {
  const limits = { messagesPerSecond: 1, messagesBurst: 1 }
  const world = simulate({ seed: 1, peers: 2, limits })
  await world.run(async (peer, index) => {
    for (let count = 0; count < 10; count += 1) await peer.broadcast({ type: 'many', payload: index })
    await world.sleep(100)
  })
})

test('a check that throws refuses the message, and neither the peer nor the process comes to harm', async () => {
  const world = simulate({ seed: 1, peers: 2 })
  const { errors } = await world.run(async (peer, index) => {
    const check = () => {
      throw new TypeError('no such field')
    }
    peer.registerProtocol({ ...noting('picky', []), messages: new Map([['picked', { kind: 'message', check }]]) })
    await world.sleep(100)
    if (index === 0) await peer.broadcast({ protocol: 'picky', type: 'picked' })
    await world.sleep(100)
    expect(peer.getConnectedPeers().length).toBe(1)
  })
  expect(errors.every(({ error }) => error.code === 'HANDLER_FAILED')).toBe(true)
})

test('a link that the other end gives up while it greets is refused with a RondoError', async () => {
  const network = createMemoryNetwork()
  const identity = generateIdentity()
  const node = (whose = generateIdentity()) => createCoordinator({ identity: whose, transports: [network.transport()] })
  // The twin is the same peer, and knows nothing of the session that the other one has.
  const [alice, bob, twin] = [node(), node(identity), node(identity)]
  const { addresses } = await alice.listen('memory:alice')
  await bob.connectToPeer({ peerId: alice.peerId, addresses })
  const link = await dialBare(network, 'memory:alice')
  const refusal = await twin.adoptLink(link, { role: 'dialler' }).then(
    () => undefined,
    (error: unknown) => error,
  )
  await Promise.all([alice, bob, twin].map((each) => each.stop()))
  expect(refusal).toBeInstanceOf(RondoError)
  expect(refusal).toMatchObject({ code: 'HANDSHAKE_DUPLICATE' })
})

test('two links of one peer that get through at the same moment make one session at a time', async () => {
  const network = createMemoryNetwork()
  const [lower, higher] = [generateIdentity(), generateIdentity()].sort((a, b) => (a.peerId < b.peerId ? -1 : 1))
  if (lower === undefined || higher === undefined) return
  const alice = createCoordinator({ identity: lower, transports: [network.transport('alice')] })
  const nowhere = createCoordinator({ identity: generateIdentity(), transports: [network.transport('nowhere')] })
  const twins = ['bob', 'twin'].map((node) =>
    createCoordinator({ identity: higher, transports: [network.transport(node)] }),
  )
  const told: string[] = []
  alice.on('connected', () => told.push('connected'))
  alice.on('disconnected', () => told.push('disconnected'))
  const { addresses } = await alice.listen('memory:alice')
  await nowhere.listen('memory:nowhere')
  network.partition((_, to) => to !== 'nowhere')

  // Alice dials, too, and gets nowhere; the twin that comes second waits in vain for the link that the first one has.
  const ownDial = new AbortController()
  const { signal } = ownDial
  const peerId = higher.peerId
  const dial = alice.connectToPeer({ peerId, addresses: ['memory:nowhere'] }, { signal })
  const dials = [dial, ...twins.map((twin) => twin.connectToPeer({ peerId: lower.peerId, addresses }, { signal }))]
  const settled = Promise.allSettled(dials)
  await turns(100)
  ownDial.abort()
  await settled
  await Promise.all([alice, nowhere, ...twins].map((node) => node.stop()))
  expect(told.filter((what, at) => what !== (at % 2 === 0 ? 'connected' : 'disconnected'))).toEqual([])
})
