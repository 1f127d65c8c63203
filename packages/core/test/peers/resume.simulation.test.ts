import { createSeededRandom } from '@rondo/testkit/memory'
import { everySeed, simulate, simulationSeeds, type World } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'
import type { Coordinator, PeerId } from '../../src/index.js'

// Links that are cut, that fall silent and that move at any moment: what was sent arrives once, in order, whatever the network does.

/** What one peer heard of another, and what became of its questions. */
interface Story {
  readonly heard: Map<PeerId, unknown[]>
  readonly answers: unknown[]
  readonly events: string[]
}

interface Plan {
  readonly sent: number
  readonly pauseMs: number
  /** Every so many messages one is large. */
  readonly largeEvery: number
  readonly movers: readonly number[]
}

const largeBytes = 20_000
const payloadOf = (count: number, { largeEvery }: Plan): unknown =>
  count % largeEvery === largeEvery - 1 ? new Uint8Array(largeBytes).fill(count) : count
const plain = (payload: unknown): unknown => (payload instanceof Uint8Array ? [payload[0], payload.length] : payload)

function listen(peer: Coordinator): Story {
  const story: Story = { heard: new Map(), answers: [], events: [] }
  peer.registerProtocol({
    protocolName: 'talk',
    handleMessage: ({ type, payload, from }) => {
      if (type === 'ask') return payload
      const heard = story.heard.get(from) ?? []
      story.heard.set(from, heard)
      heard.push(plain(payload))
      return undefined
    },
    onPeerConnected: () => void story.events.push('met'),
    onPeerDisconnected: () => void story.events.push('left'),
  })
  for (const name of ['interrupted', 'resumed', 'disconnected'] as const) peer.on(name, () => story.events.push(name))
  return story
}

/** Sends and asks everybody, all the while. */
async function talk(world: World, peer: Coordinator, index: number, story: Story, plan: Plan): Promise<void> {
  const others = world.others(index)
  const asked: Promise<unknown>[] = []
  for (let count = 0; count < plan.sent; count += 1) {
    const talked = { protocol: 'talk', version: 1 }
    const payload = payloadOf(count, plan)
    await Promise.all(others.map((to) => peer.sendTo(to, { ...talked, type: 'count', payload })))
    if (count % 10 === 0) {
      for (const to of others) {
        asked.push(peer.request(to, { ...talked, type: 'ask', payload: count }, { timeoutMs: 600_000 }))
      }
    }
    await world.sleep(plan.pauseMs)
  }
  story.answers.push(...(await Promise.all(asked)))
}

async function move(
  world: World,
  peer: Coordinator,
  index: number,
  untilMs: number,
  random: () => number,
): Promise<void> {
  while (world.nowMs < untilMs) {
    await world.sleep(100 + random() * 600)
    const others = [...world.peers.keys()].filter((each) => each !== index)
    for (const each of others) await peer.movePeer(world.targetOf(each)).catch(() => {})
  }
}

function expectWhole(world: World, stories: readonly Story[], plan: Plan): void {
  const counts = Array.from({ length: plan.sent }, (_, count) => count)
  const all = counts.map((count) => plain(payloadOf(count, plan)))
  const asked = counts.filter((count) => count % 10 === 0)
  for (const [index, { heard, answers, events }] of stories.entries()) {
    for (const from of world.others(index)) expect(heard.get(from)).toEqual(all)
    expect(answers).toEqual(asked.flatMap((count) => world.others(index).map(() => count)))
    expect(events).not.toContain('disconnected')
    expect(events.filter((event) => event === 'met' || event === 'left')).toEqual(world.others(index).map(() => 'met'))
  }
}

test('whatever is cut, everything arrives once and in order, and every question is answered once', async () => {
  let interruptions = 0
  await everySeed(simulationSeeds({ quick: 120, full: 10_000 }), async (seed) => {
    const random = createSeededRandom(seed)
    const peers = random() < 0.7 ? 2 : 3 + Math.floor(random() * 2)
    const minMs = random() * 20
    const network = { latencyMs: [minMs, minMs + random() * 80] as const, loss: random() < 0.7 ? 0 : random() * 0.1 }
    const world = simulate({ seed, peers, network })
    const sent = peers === 2 ? 100 : 40
    const movers = random() < 0.4 ? [0] : random() < 0.3 ? [0, 1] : []
    const plan: Plan = { sent, pauseMs: 5 + random() * 15, largeEvery: 7 + Math.floor(random() * 30), movers }
    for (let cut = 0; cut < 1 + random() * 6; cut += 1) {
      const now = world.at(random() * sent * plan.pauseMs)
      if (random() < 0.6) now.sever(Math.floor(random() * peers))
      else now.sever()
    }
    const stories = world.peers.map(listen)
    const { errors } = await world.run(async (peer, index) => {
      const story = stories[index]
      if (story === undefined) return
      const moving = plan.movers.includes(index) ? move(world, peer, index, sent * plan.pauseMs, random) : undefined
      await Promise.all([talk(world, peer, index, story, plan), moving])
      await world.sleep(60_000)
      if (index === 0) expectWhole(world, stories, plan)
    })
    expect(errors).toEqual([])
    interruptions += stories.flatMap(({ events }) => events).filter((event) => event === 'interrupted').length
  })
  expect(interruptions).toBeGreaterThan(0)
})

test('a partition that lasts less than sessions do loses nothing, and one that lasts longer loses the session on both ends', async () => {
  await everySeed(simulationSeeds({ quick: 20, full: 1_000 }), async (seed) => {
    const random = createSeededRandom(seed)
    const isLong = random() < 0.5
    const world = simulate({ seed, peers: 2, network: { latencyMs: [1, 50] } })
    const untilMs = isLong ? 400_000 : 60_000 + random() * 60_000
    world.at(500).partition([0], [1]).at(untilMs).heal()
    const stories = world.peers.map(listen)
    const plan: Plan = { sent: 50, pauseMs: 20, largeEvery: 10, movers: [] }
    await world.run(async (peer, index) => {
      const story = stories[index]
      if (story === undefined) return
      const talked = talk(world, peer, index, story, plan).catch(() => {})
      await world.sleep(untilMs + 60_000)
      if (!isLong) await talked
      await world.sleep(1_000)
      if (index === 0 && !isLong) expectWhole(world, stories, plan)
      if (isLong) expect(story.events.filter((event) => event === 'disconnected')).toEqual(['disconnected'])
    })
  })
})
