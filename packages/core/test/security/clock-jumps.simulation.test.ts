import { createSeededRandom } from '@rondo/testkit/memory'
import { everySeed, simulate, simulationSeeds } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'

// Point 10 of docs/security.md: wall clocks jump by ten minutes, either way and while everything is under way. Nobody is expelled for
// it, no timeout moves, and no clock follows another. What replay protection makes of wrong clocks is in
// ../replay/replay.simulation.test.ts.

const jumpMs = 600_000
const seeds = simulationSeeds({ quick: 10, full: 1_000 })
const network = { latencyMs: [5, 60], loss: 0.05 } as const
const untilMs = 180_000

test('clocks that jump ten minutes either way expel nobody, lose nothing, and move no other clock', async () => {
  await everySeed(seeds, async (seed) => {
    const random = createSeededRandom(seed)
    const world = simulate({ seed, peers: 4, network })
    const offsets = [0, 0, 0, 0]
    for (let jump = 0; jump < 12; jump += 1) {
      // Peer 0 keeps its time, and hears from all those who do not.
      const peer = 1 + Math.floor(random() * 3)
      const ms = random() < 0.5 ? jumpMs : -jumpMs
      offsets[peer]! += ms
      world.at(1_000 + random() * (untilMs - 40_000)).jumpClock(peer, ms)
    }
    const endings: string[] = []
    const heard = new Map<string, number>()
    /** By how much the clock of each was off the world's time, as its messages tell: when it was first heard, and last. */
    const firstMs = new Map<number, number>()
    const lastMs = new Map<number, number>()
    const indexOf = new Map(world.peers.map(({ peerId }, index) => [peerId, index]))
    for (const [index, peer] of world.peers.entries()) {
      for (const name of ['interrupted', 'disconnected'] as const) {
        peer.on(name, (_, { code }) => code !== 'COORDINATOR_STOPPED' && endings.push(`${index} ${name} ${code}`))
      }
      peer.on('message', ({ timestamp }, from) => {
        const sender = indexOf.get(from.peerId) ?? -1
        const way = `${sender}>${index}`
        heard.set(way, (heard.get(way) ?? 0) + 1)
        const offMs = timestamp - world.nowMs
        if (!firstMs.has(sender)) firstMs.set(sender, offMs)
        lastMs.set(sender, offMs)
      })
    }
    const { outcomes, errors } = await world.run(async (peer, index, life) => {
      let asked = 0
      while (world.nowMs < untilMs) {
        const [next] = world.others(index)
        await peer.broadcast({ type: 'tick', payload: null })
        // Nobody serves it, and whoever is asked says so at once: a timeout that followed the wall clock would show.
        const told = await peer.request(next!, { type: 'tock' }, { timeoutMs: 20_000 }).catch((error) => error.code)
        if (told === 'PROTOCOL_TYPE_UNKNOWN') asked += 1
        await life.sleep(2_000)
      }
      await life.sleep(5_000)
      return { asked, peers: peer.getConnectedPeers().length }
    })
    expect({ endings, errors }).toEqual({ endings: [], errors: [] })
    for (const [index, outcome] of outcomes.entries()) {
      expect(outcome).toEqual({ asked: expect.any(Number), peers: 3 })
      expect(Object(outcome).asked).toBeGreaterThan(50)
      // Each clock has gone where it was put, and by nothing else: within what a message takes to arrive.
      const movedMs = (lastMs.get(index) ?? Number.NaN) - (firstMs.get(index) ?? Number.NaN)
      expect(Math.abs(movedMs - offsets[index]!)).toBeLessThan(2_000)
    }
    expect(heard.size).toBe(12)
    expect(Math.min(...heard.values())).toBeGreaterThan(50)
  })
})
