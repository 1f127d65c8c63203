import { describe, expect, test } from 'vitest'
import type { Coordinator } from '../../src/coordinator/coordinator.js'
import { createCoordinator } from '../../src/coordinator/create-coordinator.js'
import { generateIdentity, type Identity } from '../../src/identity/identity.js'
import type { CoordinatorOptions } from '../../src/options.js'
import type { CloseReason, Link } from '../../src/transport/transport.js'
import { codeOf } from '../expect-failure.js'
import { FakePeer } from '../fake-peer.js'
import { FakeTown } from '../fake-town.js'

// What strangers and misbehaving peers get from a node, on a clock of the test's own. In the memory network every node is an
// address group, so whoever shares a node's name there shares its group.

const strangersPerGroupMax = 128

class Crowd {
  readonly #town: FakeTown
  readonly closed: CloseReason[] = []
  readonly links: Link[] = []

  constructor(town: FakeTown) {
    this.#town = town
  }

  /** So many links from this group that never say a word. */
  dial(address: string, group: (index: number) => string, count: number): void {
    const { env, network } = this.#town
    const host = { env, peerId: generateIdentity().peerId, registerProtocol: () => {}, sendTo: async () => {} }
    for (let index = 0; index < count; index += 1) {
      const dialling = network.transport(group(index))(host).dial(address, {})
      dialling.then((link) => this.#take(link)).catch(() => {})
    }
  }

  #take(link: Link): void {
    this.links.push(link)
    link.attach({ frame() {}, drain() {}, closed: (reason) => this.closed.push(reason) })
  }
}

/** An honest node whose links come from the group. */
function nodeIn(town: FakeTown, group: string, identity: Identity = generateIdentity()): Coordinator {
  return createCoordinator({ identity, env: town.env, transports: [town.network.transport(group)] })
}

function dial(town: FakeTown, from: Coordinator, to: Coordinator) {
  const connecting = from.connectToPeer({ peerId: to.peerId, addresses: town.addressesOf(to) })
  connecting.catch(() => {})
  return connecting
}

describe('2,000 half-open links', () => {
  test('of one group keep nobody out, of that group or of another, and each is reaped by its deadline', async () => {
    const town = new FakeTown()
    const node = await town.house()
    const [address = ''] = town.addressesOf(node)
    const crowd = new Crowd(town)
    crowd.dial(address, () => 'campus', 2_000)
    await town.env.settle()
    expect(node.getStats()).toMatchObject({ strangers: strangersPerGroupMax, connections: strangersPerGroupMax })

    // More of them come behind the honest ones, who are still at their handshake.
    const honest = [dial(town, nodeIn(town, 'campus'), node), dial(town, nodeIn(town, 'elsewhere'), node)]
    crowd.dial(address, () => 'campus', strangersPerGroupMax - 1)
    const beganMs = town.env.nowMs
    expect(await town.during(Promise.all(honest))).toHaveLength(2)
    expect([town.env.nowMs, node.getStats().peers]).toEqual([beganMs, 2])

    await town.env.advance(10_000)
    expect(crowd.links).toHaveLength(2_000 + strangersPerGroupMax - 1)
    expect(crowd.closed).toHaveLength(crowd.links.length)
    expect(node.getStats()).toMatchObject({ strangers: 0, connections: 2, peers: 2 })
    const { LINK_SLOTS_FULL = 0, HANDSHAKE_TIMEOUT = 0 } = node.getStats().failedHandshakes
    expect(LINK_SLOTS_FULL + HANDSHAKE_TIMEOUT).toBe(crowd.links.length)
  })

  test('of 2,000 groups fill the pool and keep nobody out', async () => {
    const town = new FakeTown()
    const node = await town.house()
    const [address = ''] = town.addressesOf(node)
    const crowd = new Crowd(town)
    crowd.dial(address, (index) => `campus-${index}`, 2_000)
    await town.env.settle()
    expect(node.getStats().strangers).toBe(1_024)
    await town.during(dial(town, nodeIn(town, 'campus-1'), node))
    expect(node.getStats().peers).toBe(1)
    await town.env.advance(10_000)
    expect(node.getStats()).toMatchObject({ strangers: 0, connections: 1 })
  })

  test('of one group that come all the time push nobody out whose handshake is shorter than theirs', async () => {
    const town = new FakeTown({ latencyMs: 20 })
    const node = await town.house()
    const [address = ''] = town.addressesOf(node)
    const crowd = new Crowd(town)
    const visitors: Promise<unknown>[] = []
    for (let ms = 0; ms < 600; ms += 1) {
      crowd.dial(address, () => 'campus', 1)
      if (ms % 100 === 0) visitors.push(dial(town, nodeIn(town, 'campus'), node))
      await town.env.advance(1)
    }
    await town.env.advance(200)
    expect(await Promise.all(visitors)).toHaveLength(6)
    expect(node.getStats()).toMatchObject({ peers: 6, strangers: strangersPerGroupMax })
  })
})

const smallBudget: CoordinatorOptions['limits'] = {
  handshakesPerSecond: 10,
  handshakesBurst: 40,
  handshakesPerGroupPerSecond: 5,
  handshakesPerGroupBurst: 20,
}

/** A node that dials from this group: 'connected', or the code that it is refused with. */
function visit(town: FakeTown, node: Coordinator, group: string, identity = generateIdentity()): Promise<string> {
  return town.during(dial(town, nodeIn(town, group, identity), node)).then(
    () => 'connected',
    (error: unknown) => codeOf(Promise.reject(error)),
  )
}

describe('a flood of handshakes by fresh identities', () => {
  test('keeps within the budget, while an honest peer that this node knows connects', async () => {
    const town = new FakeTown()
    const node = await town.house({ limits: smallBudget })
    const known = generateIdentity()
    expect(await visit(town, node, 'home', known)).toBe('connected')
    await town.env.advance(61_000)
    await town.during(node.disconnectFromPeer(known.peerId))

    const outcomes: string[] = []
    for (let count = 0; count < 60; count += 1) outcomes.push(await visit(town, node, `flood-${count % 30}`))
    // A quarter of the burst is kept for groups that are known; each fresh key costs four.
    const connected = outcomes.filter((outcome) => outcome === 'connected').length
    expect(connected).toBeGreaterThanOrEqual(6)
    expect(connected).toBeLessThanOrEqual(7)
    expect(new Set(outcomes)).toEqual(new Set(['connected', 'HANDSHAKE_RATE']))
    expect(await visit(town, node, 'home', known)).toBe('connected')
    expect(node.getStats().failedHandshakes).toEqual({ HANDSHAKE_RATE: 60 - connected })
  })

  test('of one group costs that group alone, and a while later it may come again', async () => {
    const town = new FakeTown()
    const node = await town.house({ limits: smallBudget })
    const outcomes: string[] = []
    for (let count = 0; count < 10; count += 1) outcomes.push(await visit(town, node, 'flood'))
    expect(outcomes.filter((outcome) => outcome === 'connected')).toHaveLength(5)
    expect(await visit(town, node, 'elsewhere')).toBe('connected')
    await town.env.advance(1_000)
    expect(await visit(town, node, 'flood')).toBe('connected')
  })
})

/** Connects, sends something broken, and is cut; twice, which is enough. */
async function misbehave(town: FakeTown, node: Coordinator, identity: Identity): Promise<void> {
  for (let count = 0; count < 2; count += 1) {
    const peer = await FakePeer.join(node, town.env, { identity })
    peer.send([250, new Uint8Array(3)])
    await town.env.settle()
  }
}

describe('a peer that misbehaves', () => {
  test('is discouraged: it gives its slot up to others, takes nobody’s, and is in good standing again after a while', async () => {
    const town = new FakeTown()
    const node = await town.house({ limits: { connectionsMax: 3, connectionsReservedOutbound: 1 } })
    const bad = generateIdentity()
    await misbehave(town, node, bad)
    expect(node.getStats()).toMatchObject({ peers: 0, discouraged: 1 })

    // There is room, so it may come.
    const reasons: string[] = []
    node.on('disconnected', ({ peerId }, { code }) => reasons.push(`${peerId === bad.peerId ? 'bad' : 'good'} ${code}`))
    expect(await visit(town, node, 'a', bad)).toBe('connected')
    const good = [generateIdentity(), generateIdentity()]
    for (const [index, identity] of good.entries())
      expect(await visit(town, node, `b${index}`, identity)).toBe('connected')
    expect(reasons).toEqual(['bad PEER_DISCOURAGED'])
    expect(await visit(town, node, 'c')).toBe('DIAL_FAILED')
    expect(await visit(town, node, 'a', bad)).toBe('DIAL_FAILED')
    expect(node.getConnectedPeers().map(({ peerId }) => peerId)).toEqual(good.map(({ peerId }) => peerId))

    await town.env.advance(600_000)
    node.cleanup()
    expect(node.getStats().discouraged).toBe(0)
  })

  test('shares few slots with others like it, and is dialled all the same', async () => {
    const town = new FakeTown()
    const node = await town.house({ limits: { connectionsDiscouragedMax: 1 } })
    const [bad, worse] = [generateIdentity(), generateIdentity()]
    await misbehave(town, node, bad)
    await misbehave(town, node, worse)
    expect(await visit(town, node, 'a', bad)).toBe('connected')
    expect(await visit(town, node, 'a', worse)).toBe('PEER_DISCOURAGED')
    const listening = createCoordinator({
      identity: worse,
      env: town.env,
      transports: [town.network.transport('worse')],
    })
    await town.during(listening.listen('memory:worse'))
    await town.during(node.connectToPeer({ peerId: worse.peerId, addresses: ['memory:worse'] }))
    expect(node.getStats().peers).toBe(2)
  })

  test('is not one whose records somebody on the line has spoiled', async () => {
    const town = new FakeTown()
    const node = town.node()
    const honest = generateIdentity()
    for (let count = 0; count < 20; count += 1) {
      const peer = await FakePeer.join(node, town.env, { identity: honest })
      peer.wire.dialler.send(new Uint8Array(100))
      await town.env.settle()
      expect(node.isConnected(honest.peerId)).toBe(false)
    }
    expect(node.getStats().discouraged).toBe(0)
  })

  test('is not one that says of itself what it likes in its goodbye', async () => {
    const town = new FakeTown()
    const [from, to] = await town.pair()
    expect(to.getStats().discouraged).toBe(0)
    await town.during(from.disconnectFromPeer(to.peerId, 'FRAME_MALFORMED'))
    expect(to.getStats().discouraged).toBe(0)
  })
})
