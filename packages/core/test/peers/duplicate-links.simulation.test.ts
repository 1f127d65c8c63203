import { createSeededRandom } from '@rondo/testkit/memory'
import { everySeed, simulate, simulationSeeds, type World } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'
import type { Coordinator } from '../../src/index.js'

// Two peers that dial, redial and lose one another, under every timing that a seed can think of.

const pair = [0, 1] as const
const other = (index: number): number => 1 - index

/** What one peer was told of the other, in order. */
interface Log {
  readonly events: string[]
  readonly sessions: string[]
}

/** Notes where `connected` and `disconnected` do not alternate, or a message comes outside of them. */
function listen(peer: Coordinator): Log {
  const log: Log = { events: [], sessions: [] }
  let isConnected = false
  const note = (event: string, isInOrder: boolean): void => {
    log.events.push(isInOrder ? event : `${event} out of order`)
  }
  peer.on('connected', () => {
    note('connected', !isConnected)
    isConnected = true
  })
  peer.on('disconnected', ({ peerId }, { code }) => {
    note(`disconnected ${code}`, isConnected && !peer.isConnected(peerId))
    isConnected = false
  })
  peer.on('message', ({ messageId, payload }) => {
    note(`message ${payload}`, isConnected)
    log.sessions.push(messageId.split('-')[0] ?? '')
  })
  return log
}

const outOfOrder = (logs: readonly Log[]): readonly (readonly string[])[] =>
  logs.map(({ events }) => events).filter((events) => events.some((event) => event.endsWith('out of order')))

/** Each sends the other one message, and both came over one and the same session. */
async function expectOneSession(world: World, logs: readonly Log[]): Promise<void> {
  for (const { sessions } of logs) sessions.length = 0
  for (const [index, peer] of world.peers.entries()) {
    await peer.sendTo(world.targetOf(other(index)).peerId, { type: 'after', payload: index })
  }
  await world.sleep(5_000)
  expect(world.peers.map((peer) => peer.getConnectedPeers().length)).toEqual([1, 1])
  expect(world.peers.map((peer) => peer.getStats().connections)).toEqual([1, 1])
  expect(world.peers.map((peer) => peer.getConnectedPeers()[0]?.direction).sort()).toEqual(['inbound', 'outbound'])
  expect(logs.map(({ sessions }) => sessions.length)).toEqual([1, 1])
  expect(logs[0]?.sessions).toEqual(logs[1]?.sessions)
}

/** Latencies from none at all to an ocean, even or wild. */
function drawNetwork(random: () => number) {
  const minMs = random() < 0.2 ? 0 : random() * 100
  const maxMs = random() < 0.3 ? minMs : minMs + random() * 150
  return { latencyMs: [minMs, maxMs] as const, loss: random() < 0.5 ? 0 : random() * 0.2 }
}

test('two peers that dial each other at about the same time end with one session, the same on both', async () => {
  await everySeed(simulationSeeds({ quick: 300, full: 10_000 }), async (seed) => {
    const random = createSeededRandom(seed)
    const network = drawNetwork(random)
    const spreadMs = random() < 0.3 ? 0 : random() * 4 * network.latencyMs[1]
    const delaysMs = pair.map(() => random() * spreadMs)
    const world = simulate({ seed, peers: 2, topology: 'none', network })
    const logs = world.peers.map(listen)
    const { errors } = await world.run(async (peer, index) => {
      await world.sleep(delaysMs[index] ?? 0)
      const info = await peer.connectToPeer(world.targetOf(other(index)))
      expect(info.peerId).toBe(world.targetOf(other(index)).peerId)
      await world.sleep(5_000)
      if (index === 0) await expectOneSession(world, logs)
    })
    expect(errors).toEqual([])
    expect(outOfOrder(logs)).toEqual([])
  })
})

test('two peers that keep losing their links and dial anew end with one session, the same on both', async () => {
  await everySeed(simulationSeeds({ quick: 100, full: 5_000 }), async (seed) => {
    const random = createSeededRandom(seed)
    const world = simulate({ seed, peers: 2, topology: 'none', network: drawNetwork(random) })
    const logs = world.peers.map(listen)
    for (let cut = 0; cut < 5; cut += 1) world.at(random() * 3_000).sever()
    const { errors } = await world.run(async (peer, index) => {
      while (world.nowMs < 4_000) {
        await world.sleep(random() * 300)
        await peer.connectToPeer(world.targetOf(other(index))).catch(() => {})
        await peer.sendTo(world.targetOf(other(index)).peerId, { type: 'during', payload: index }).catch(() => {})
      }
      await world.sleep(20_000)
      await peer.connectToPeer(world.targetOf(other(index)))
      await world.sleep(5_000)
      if (index === 0) await expectOneSession(world, logs)
    })
    expect(errors).toEqual([])
    expect(outOfOrder(logs)).toEqual([])
  })
})

test('two peers that suffer partitions, cuts, suspensions and goodbyes are connected again once it is over', async () => {
  await everySeed(simulationSeeds({ quick: 100, full: 10_000 }), async (seed) => {
    const random = createSeededRandom(seed)
    const limits = { heartbeatIntervalMs: 1_500, heartbeatTimeoutMs: 4_500, handshakeTimeoutMs: 2_000 }
    const world = simulate({ seed, peers: 2, topology: 'none', network: drawNetwork(random), limits })
    const logs = world.peers.map(listen)
    for (let trouble = 0; trouble < 4; trouble += 1) {
      const now = world.at(random() * 20_000)
      const kind = random()
      if (kind < 0.3) now.sever()
      else if (kind < 0.7)
        now
          .partition([0], [1])
          .at(random() * 20_000)
          .heal()
      else now.suspend(random() < 0.5 ? 0 : 1, random() * 8_000)
    }
    world.at(20_000).heal()
    const { errors } = await world.run(async (peer, index) => {
      const target = world.targetOf(other(index))
      while (world.nowMs < 20_000) {
        await world.sleep(random() * 1_000)
        await peer.connectToPeer(target).catch(() => {})
        await peer.sendTo(target.peerId, { type: 'during', payload: index }).catch(() => {})
        if (random() < 0.05) await peer.disconnectFromPeer(target.peerId)
      }
      await world.sleep(60_000)
      await peer.connectToPeer(target)
      await world.sleep(5_000)
      if (index === 0) await expectOneSession(world, logs)
    })
    expect(errors).toEqual([])
    expect(outOfOrder(logs)).toEqual([])
  })
})
