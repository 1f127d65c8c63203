import { everySeed, simulate, simulationSeeds, type World } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'
import { defaultLimits } from '../../src/index.js'

// Silence on the virtual clock: who is given up, when, and by whom not.

const { heartbeatIntervalMs, heartbeatTimeoutMs } = defaultLimits
const tenMinutesMs = 600_000
const network = { latencyMs: [5, 80], loss: 0.1 } as const
const seeds = simulationSeeds({ quick: 20, full: 1_000 })

/** Whose link was given up, or whose session, by whom, why and when. */
function collectEndings(world: World, name: 'interrupted' | 'disconnected' = 'disconnected') {
  const endings: { readonly peer: number; readonly code: string; readonly atMs: number }[] = []
  for (const [index, peer] of world.peers.entries()) {
    peer.on(name, (_, { code }) => {
      if (code !== 'COORDINATOR_STOPPED') endings.push({ peer: index, code, atMs: world.nowMs })
    })
  }
  return endings
}

test('peers that say nothing stay connected for an hour', async () => {
  await everySeed(seeds, async (seed) => {
    const world = simulate({ seed, peers: 2, network })
    const endings = collectEndings(world)
    await world.run(() => world.sleep(3_590_000))
    expect(endings).toEqual([])
  })
})

test('a silently partitioned peer is given up after the timeout, by both, and not before', async () => {
  await everySeed(seeds, async (seed) => {
    const world = simulate({ seed, peers: 2, network })
    const endings = collectEndings(world, 'interrupted')
    world.at(0).partition([0], [1])
    await world.run(() => world.sleep(2 * heartbeatTimeoutMs))
    expect(endings.map(({ peer, code }) => [peer, code]).sort()).toEqual([
      [0, 'PEER_SILENT'],
      [1, 'PEER_SILENT'],
    ])
    for (const { atMs } of endings) {
      // What was on its way still came; a beat comes three times in an interval.
      expect(atMs).toBeGreaterThan(heartbeatTimeoutMs - heartbeatIntervalMs)
      expect(atMs).toBeLessThan(heartbeatTimeoutMs + heartbeatIntervalMs)
    }
  })
})

test('a partition that heals in time costs nobody the connection', async () => {
  await everySeed(seeds, async (seed) => {
    const world = simulate({ seed, peers: 2, network })
    const endings = collectEndings(world, 'interrupted')
    world
      .at(10_000)
      .partition([0], [1])
      .at(10_000 + heartbeatTimeoutMs - heartbeatIntervalMs - 1_000)
      .heal()
    await world.run(() => world.sleep(3 * heartbeatTimeoutMs))
    expect(endings).toEqual([])
  })
})

test('a machine that sleeps for ten minutes, with all its peers on it, expels nobody', async () => {
  await everySeed(seeds, async (seed) => {
    const world = simulate({ seed, peers: 3, network })
    const endings = [collectEndings(world, 'interrupted'), collectEndings(world)]
    world.at(1_000 + seed * 777).suspend([0, 1, 2], tenMinutesMs)
    await world.run(() => world.sleep(tenMinutesMs + 120_000))
    expect(endings).toEqual([[], []])
  })
})

test('a process that is stopped for ten minutes finds when it wakes that it was given up, and comes back', async () => {
  await everySeed(seeds, async (seed) => {
    const world = simulate({ seed, peers: 3, network })
    const endings = collectEndings(world)
    world.at(1_000 + seed * 777).suspend(0, tenMinutesMs)
    await world.run(async (peer, index) => {
      await world.sleep(tenMinutesMs + 120_000)
      if (index === 0) await Promise.all([1, 2].map((at) => peer.connectToPeer(world.targetOf(at))))
      await world.sleep(60_000)
      expect(peer.getConnectedPeers().length).toBe(2)
    })
    const during = endings.filter(({ atMs }) => atMs < tenMinutesMs).map(({ peer, code }) => `${peer} ${code}`)
    expect(during.sort()).toEqual(['1 SESSION_LOST', '2 SESSION_LOST'])
    const after = endings.filter(({ atMs }) => atMs >= tenMinutesMs).map(({ peer, code }) => `${peer} ${code}`)
    expect(after).toEqual(['0 SESSION_LOST', '0 SESSION_LOST'])
  })
})
