import { createSeededRandom } from '@rondo/testkit/memory'
import {
  bitFlips,
  droppedFrames,
  everySeed,
  flood,
  garbageFrames,
  halfOpenFlood,
  isAbsent,
  lateFrames,
  lies,
  type Malice,
  replays,
  silence,
  simulate,
  simulationSeeds,
  slowReader,
  type World,
} from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'

// Whatever is arranged, in whatever order: the world comes to its end by itself, and the same way every time.

const peers = 4
const endMs = 2_500
const isFull = process.env['RONDO_TIER'] === 'full'
/** Seeds that are played twice: in all of them the same may go wrong. */
const twiceMax = 500

const kinds: readonly Malice[] = [
  bitFlips(),
  droppedFrames(),
  garbageFrames(),
  halfOpenFlood({ linksPerSecond: 20, linksMax: 50 }),
  lateFrames(),
  replays(),
  silence(),
  slowReader({ framesPerSecond: 5 }),
  flood({ messagesPerSecond: 50 }),
  lies('mute', { say: () => undefined }),
]

type Random = () => number

function arrange(world: World, random: Random): void {
  const whole = (below: number): number => Math.floor(random() * below)
  for (let count = whole(8); count > 0; count -= 1) {
    const now = world.at(random() * endMs)
    const peer = whole(peers)
    const ms = random() * 1_500
    const crash = (): unknown => {
      const crashed = now.crash(peer, { keepStore: random() < 0.5, links: random() < 0.5 ? 'reset' : 'silent' })
      return random() < 0.8 && crashed.restart(ms)
    }
    const verbs: readonly (() => unknown)[] = [
      () =>
        now
          .partition([0, 1], [2, 3])
          .at(random() * endMs)
          .heal(),
      () => now.partition([peer]),
      () => now.heal(),
      () => now.sever(),
      () => now.sever(peer),
      () => now.suspend(peer, ms, { monotonic: random() < 0.5 ? 'runs' : 'stands' }),
      () => now.jumpClock(peer, (random() - 0.5) * 1e7),
      crash,
      crash,
      crash,
    ]
    verbs[whole(verbs.length)]?.()
  }
  if (random() < 0.5) world.malicious(whole(peers), ...kinds.filter(() => random() < 0.2))
}

async function play(seed: number) {
  const random = createSeededRandom(seed)
  const network = { latencyMs: [0, random() * 100] as const, loss: random() * 0.2, reorder: random() * 0.2 }
  const world = simulate({ seed, peers, network, topology: random() < 0.5 ? 'mesh' : 'ring', eventsMax: 200_000 })
  arrange(world, random)
  const { outcomes, lives, trace } = await world.run(async (peer, index, life) => {
    await life.store.put(`life ${life.incarnation}`, new Uint8Array([index]), { durable: true })
    peer.registerProtocol({ protocolName: 'echo', handleMessage: ({ payload }) => payload })
    while (world.nowMs < endMs) {
      await peer.broadcast({ type: 'x', payload: index })
      const [someone] = peer.getConnectedPeers()
      const question = { protocol: 'echo', type: 'q', payload: index }
      if (someone !== undefined) await peer.request(someone.peerId, question, { timeoutMs: 500 }).catch(() => {})
      await life.sleep(100)
    }
    return life.incarnation
  })
  return { outcomes, lives, hash: trace.hash }
}

test('any timetable comes to its end, and the same seed to the same one', {
  timeout: isFull ? 3_600_000 : 20_000,
}, async () => {
  let crashes = 0
  const seeds = simulationSeeds({ quick: 25, full: 10_000 })
  await everySeed(seeds, async (seed) => {
    const first = await play(seed)
    if (seed <= twiceMax || seeds.length === 1) expect(await play(seed)).toEqual(first)
    for (const [index, outcome] of first.outcomes.entries()) {
      const life = first.lives[index] ?? []
      // Who lived through it says how often it came back.
      if (!isAbsent(outcome)) expect(outcome).toBe(life.length - 1)
      crashes += life.filter(({ status }) => status === 'crashed').length
    }
  })
  if (seeds.length > 1) expect(crashes).toBeGreaterThan(0)
})
