import { createSeededRandom } from '@rondo/testkit/memory'
import { everySeed, simulate, simulationSeeds, type World } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'
import { RondoError } from '../../src/index.js'

// Numbered messages among several peers: what one sends another comes once and in order, whatever the network does to it.

const messagesEach = 30

interface Numbered {
  readonly number: number
  readonly filling: Uint8Array
}

/** What each peer got from each other, as `sender>receiver` to the numbers in their order. */
function collect(world: World): ReadonlyMap<string, number[]> {
  const received = new Map<string, number[]>()
  for (const [to, peer] of world.peers.entries()) {
    for (const [from, { peerId }] of world.peers.entries()) {
      if (from === to) continue
      const numbers: number[] = []
      received.set(`${from}>${to}`, numbers)
      peer.on('message', ({ payload }, { peerId: sender }) => {
        if (sender === peerId) numbers.push((payload as Numbered).number)
      })
    }
  }
  return received
}

/** A world with a bad network, in which everybody sends everybody else `messagesEach` messages of all sizes. */
async function runChatter(seed: number) {
  const random = createSeededRandom(seed)
  const network = {
    latencyMs: [random() * 20, 20 + random() * 200] as const,
    loss: random() * 0.3,
    reorder: random() * 0.5,
    duplication: random() * 0.2,
    bandwidthBytesPerSecond: 50_000 + random() * 1_000_000,
    highWaterBytes: 1_000 + Math.floor(random() * 100_000),
  }
  const world = simulate({ seed, peers: 3, network })
  const received = collect(world)
  const { trace, errors } = await world.run(async (peer, index) => {
    for (let number = 0; number < messagesEach; number += 1) {
      const filling = new Uint8Array(random() < 0.05 ? random() * 100_000 : random() * 500)
      for (const to of world.others(index)) await peer.sendTo(to, { type: 'numbered', payload: { number, filling } })
      if (random() < 0.3) await world.sleep(random() * 50)
    }
    const isComplete = () => [...received.values()].every((numbers) => numbers.length >= messagesEach)
    while (!isComplete()) await world.sleep(100)
  })
  return { received, trace, errors }
}

test('every message arrives once and in order, under latency, loss, reordering and little bandwidth', async () => {
  const numbers = Array.from({ length: messagesEach }, (_, number) => number)
  await everySeed(simulationSeeds({ quick: 25, full: 2_000 }), async (seed) => {
    const { received, errors } = await runChatter(seed)
    expect(errors).toEqual([])
    expect([...received.values()]).toEqual(Array.from(received, () => numbers))
  })
})

test('the same seed goes the same way, frame by frame, and another one does not', async () => {
  const hashes: string[] = []
  for (const seed of [1, 2, 1, 2]) hashes.push((await runChatter(seed)).trace.hash)
  expect(hashes.slice(2)).toEqual(hashes.slice(0, 2))
  expect(hashes[0]).not.toBe(hashes[1])
})

test('what arrives across cut links is in order, and nothing of it twice', async () => {
  await everySeed(simulationSeeds({ quick: 15, full: 2_000 }), async (seed) => {
    const random = createSeededRandom(seed)
    const world = simulate({ seed, peers: 3, network: { latencyMs: [5, 80], loss: 0.1 } })
    const received = collect(world)
    for (let cut = 0; cut < 6; cut += 1) world.at(random() * 2_000).sever(Math.floor(random() * 3))
    await world.run(async (peer, index) => {
      for (let number = 0; world.nowMs < 3_000; number += 1) {
        for (const [at, { peerId }] of world.peers.entries()) {
          if (at === index) continue
          if (!peer.isConnected(peerId)) void peer.connectToPeer(world.targetOf(at)).catch(() => {})
          await peer.sendTo(peerId, { type: 'numbered', payload: { number } }).catch(() => {})
        }
        await world.sleep(random() * 60)
      }
      await world.sleep(2_000)
    })
    for (const numbers of received.values()) {
      expect(numbers.length).toBeGreaterThan(0)
      expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b))
    }
  })
})

test('requests under way when a link is cut are rejected with PEER_DISCONNECTED, and none is left waiting', async () => {
  await everySeed(simulationSeeds({ quick: 60, full: 2_000 }), async (seed) => {
    const random = createSeededRandom(seed)
    const world = simulate({ seed, peers: 2, network: { latencyMs: [5, 80], loss: 0.1 } })
    const codes: string[] = []
    world.at(50 + random() * 600).sever(0, 1)
    const { errors } = await world.run(async (peer, index) => {
      peer.registerProtocol({
        protocolName: 'slow',
        async handleMessage() {
          await world.sleep(random() * 400)
          return 'done'
        },
      })
      if (index === 1) return world.sleep(2_000)
      const peerId = world.targetOf(1).peerId
      await world.sleep(300)
      const asked = Array.from({ length: 20 }, () =>
        peer.request(peerId, { protocol: 'slow', type: 'ask' }).then(
          () => 'answered',
          (error: unknown) => (error instanceof RondoError ? error.code : String(error)),
        ),
      )
      codes.push(...(await Promise.all(asked)))
      expect(world.nowMs).toBeLessThan(30_000)
    })
    expect(errors).toEqual([])
    expect(codes.length).toBe(20)
    expect(codes.filter((code) => !/^(answered|PEER_DISCONNECTED|PEER_NOT_CONNECTED)$/.test(code))).toEqual([])
  })
})
