import type { Link, Message } from '@rondo/core'
import {
  bitFlips,
  droppedFrames,
  flood,
  garbageFrames,
  halfOpenFlood,
  lateFrames,
  lies,
  type Malice,
  replays,
  silence,
  simulate,
  slowReader,
  type World,
  wrapCoordinator,
  wrapLink,
} from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'

const network = { latencyMs: 10 } as const

/** What each peer got, in order. */
function collectMessages(world: World): unknown[][] {
  return world.peers.map((peer) => {
    const got: unknown[] = []
    peer.on('message', ({ payload }) => got.push(payload))
    return got
  })
}

/** Everybody counts aloud, connects again where a link ended, and says at the end what it heard. */
async function count(malice: readonly Malice[], seed = 1, peers = 3, limits = {}) {
  const world = simulate({ seed, peers, network, limits })
  world.malicious(peers - 1, ...malice)
  const heard = collectMessages(world)
  const { trace, errors, outcomes } = await world.run(async (peer, index, life) => {
    for (let number = 0; number < 40; number += 1) {
      await peer.broadcast({ type: 'count', payload: `${index} counts ${number}` })
      await life.sleep(50)
      const lost = world.peers.map((_, other) => other).filter((other) => other < index)
      for (const other of lost) {
        if (!peer.isConnected(world.targetOf(other).peerId)) peer.connectToPeer(world.targetOf(other)).catch(() => {})
      }
    }
    await life.sleep(3_000)
  })
  return { heard, trace, errors, outcomes, notes: trace.tail.map(({ what }) => what) }
}

const numbersOf = (heard: readonly unknown[] | undefined, from: number): readonly number[] =>
  (heard ?? []).map(String).flatMap((line) => (line.startsWith(`${from} counts `) ? [Number(line.split(' ')[2])] : []))

const rising = (numbers: readonly number[]): boolean =>
  numbers.every((number, at) => at === 0 || number > (numbers[at - 1] ?? 0))

test.each<[string, Malice, string]>([
  ['garbage frames', garbageFrames(), 'garbage'],
  ['bit flips', bitFlips(), 'flipped'],
  ['dropped frames', droppedFrames(), 'dropped'],
  ['late frames', lateFrames(), 'held back'],
  ['replays', replays({ share: 0.3 }), 'replayed'],
])('%s break links, and never a message, nor the conversation of the honest', async (_, malice, trick) => {
  const { heard, outcomes, notes, trace } = await count([malice])
  const all = Array.from({ length: 40 }, (_, number) => number)
  expect(numbersOf(heard[0], 1)).toEqual(all)
  expect(numbersOf(heard[1], 0)).toEqual(all)
  for (const honest of [0, 1]) {
    const numbers = numbersOf(heard[honest], 2)
    // What came of it came once and in order.
    expect(rising(numbers)).toBe(true)
    expect(numbers.length).toBeGreaterThan(0)
  }
  expect(outcomes[2]).toEqual({ status: 'malicious' })
  expect(notes).toContain(trick)
  expect(notes).toContain('closed')
  expect((await count([malice])).trace.hash).toBe(trace.hash)
  expect((await count([malice], 2)).trace.hash).not.toBe(trace.hash)
})

test('malice sleeps until the scenarios begin, and then takes the links that stand', async () => {
  const world = simulate({ seed: 1, peers: 2, network })
  world.malicious(1, silence())
  const heard = collectMessages(world)
  await world.run(async (peer, index, life) => {
    expect(peer.getConnectedPeers().length).toBe(1)
    await peer.broadcast({ type: 'hello', payload: index })
    await life.sleep(100)
  })
  expect(heard).toEqual([[], [0]])
})

test('to whoever dials it a silent peer is a handshake that takes too long', async () => {
  const world = simulate({ seed: 1, peers: 2, network, topology: 'none', limits: { handshakeTimeoutMs: 2_000 } })
  world.malicious(1, silence())
  const { outcomes } = await world.run(async (peer, index) => {
    if (index === 1) return undefined
    const failure = await peer.connectToPeer(world.targetOf(1)).then(
      () => 'connected',
      ({ message }) => message,
    )
    return [failure !== 'connected', world.nowMs >= 2_000, world.nowMs < 2_500]
  })
  expect(outcomes[0]).toEqual([true, true, true])
})

test('replays carry what was said on one link over to another, where nobody takes it', async () => {
  const world = simulate({ seed: 1, peers: 3, network, topology: 'none' })
  world.malicious(2, replays({ share: 1 }))
  const heard = collectMessages(world)
  const { trace } = await world.run(async (peer, index, life) => {
    if (index < 2) return life.sleep(3_000)
    await peer.connectToPeer(world.targetOf(0)).catch(() => {})
    await peer.broadcast({ type: 'x', payload: 'for 0' })
    await life.sleep(100)
    await peer.connectToPeer(world.targetOf(1)).catch(() => {})
    return undefined
  })
  const replayed = trace.tail.filter(({ peer, what }) => peer === 2 && what === 'replayed')
  expect(replayed.length).toBeGreaterThan(1)
  expect(heard[1]).toEqual([])
  expect(heard[0]?.length).toBeLessThanOrEqual(1)
})

test('a flood of half-open links takes slots for as long as handshakes may last, and no longer', async () => {
  const limits = { handshakeTimeoutMs: 1_000, connectionsMax: 64 }
  const world = simulate({ seed: 1, peers: 3, network, limits })
  world.malicious(2, halfOpenFlood({ linksPerSecond: 100, linksMax: 200 }))
  const { outcomes } = await world.run(async (peer, index, life) => {
    if (index === 2) return []
    await life.sleep(900)
    const during = peer.getStats().connections
    await life.sleep(4_000)
    return [during > 20, during <= 64, peer.getStats().connections, peer.isConnected(world.targetOf(1 - index).peerId)]
  })
  expect(outcomes.slice(0, 2)).toEqual([
    [true, true, 2, true],
    [true, true, 2, true],
  ])
})

test('a slow reader gets frames one by one, and holds up whoever waits for it', async () => {
  const world = simulate({
    seed: 1,
    peers: 2,
    limits: { sendQueueBytesMax: 8_192 },
    network: { ...network, highWaterBytes: 2_048 },
  })
  world.malicious(1, slowReader({ framesPerSecond: 2 }))
  const { trace } = await world.run(async (peer, index, life) => {
    if (index === 1) return
    for (let number = 0; number < 20; number += 1) {
      await peer.sendTo(world.others(0)[0] ?? peer.peerId, { type: 'x', payload: new Uint8Array(1_500) })
      await life.sleep(10)
    }
    expect(world.nowMs).toBeGreaterThan(5_000)
  })
  const read = trace.tail.filter(
    ({ peer, what, detail }) => peer === 1 && what === 'received' && / \d{4} bytes/.test(detail),
  )
  expect(read.length).toBeGreaterThan(8)
  const gapsMs = read.slice(1).map(({ atMs }, at) => Math.round(atMs - (read[at]?.atMs ?? 0)))
  expect(Math.min(...gapsMs)).toBe(500)
})

test('a flood sends so many messages a second', async () => {
  const world = simulate({ seed: 1, peers: 2, network })
  world.malicious(1, flood({ messagesPerSecond: 1_000 }))
  const [heard] = collectMessages(world)
  await world.run((_, __, life) => life.sleep(2_000))
  expect(heard?.length).toBeGreaterThan(1_900)
  expect(heard?.length).toBeLessThanOrEqual(2_000)
})

const twoFaced = lies('two-faced', {
  say: (message, to, { others }) => (others.length === 2 ? { ...message, payload: `only for ${to}` } : undefined),
  answer: (value, { from }) => `${String(value)}, ${from}`,
})

test('a liar tells everybody something else, in messages, broadcasts, requests and answers', async () => {
  const world = simulate({ seed: 1, peers: 3, network })
  world.malicious(2, twoFaced)
  const heard = collectMessages(world)
  const [first, second, liar] = [0, 1, 2].map((index) => world.targetOf(index).peerId)
  if (first === undefined || second === undefined || liar === undefined) throw new Error('there are three')
  const { outcomes } = await world.run(async (peer, index, life) => {
    const handleMessage = ({ payload }: Message): string => `heard ${String(payload)}`
    peer.registerProtocol(Object.freeze({ protocolName: 'ask', handleMessage }))
    await life.sleep(100)
    if (index === 2) {
      expect(await peer.broadcast({ type: 'x', payload: 'to all' })).toMatchObject({
        sent: [first, second],
        failed: [],
      })
      await peer.sendTo(first, { type: 'x', payload: 'to one' })
      const question = { protocol: 'ask', type: 'q', payload: 'asked' }
      const answers = await peer.requestMany([first, second], question)
      const answer = await peer.request(second, question)
      return [answer, ...answers.map((each) => each.status === 'fulfilled' && each.value)]
    }
    const answer = await peer.request(liar, { protocol: 'ask', type: 'q', payload: 'asked' })
    await life.sleep(1_000)
    return answer
  })
  for (const [index, peerId] of [first, second].entries())
    expect(heard[index]).toEqual(Array(3).fill(`only for ${peerId}`))
  expect(outcomes.slice(0, 2)).toEqual([`heard asked, ${first}`, `heard asked, ${second}`])
})

test('what a malicious scenario throws or waits for ends nothing, and its errors are nobody else’s', async () => {
  const world = simulate({ seed: 1, peers: 4, network })
  world.malicious(2, droppedFrames({ share: 0 }))
  world.malicious(3, droppedFrames({ share: 0 }))
  const { outcomes, lives } = await world.run((_, index, life) => {
    if (index === 2) throw new Error('so there')
    if (index === 3) return new Promise<number>(() => {})
    return life.sleep(100).then(() => index)
  })
  expect(outcomes).toEqual([0, 1, { status: 'malicious' }, { status: 'malicious' }])
  expect(lives[2]).toEqual([{ status: 'failed', reason: new Error('so there') }])
  expect(lives[3]).toEqual([{ status: 'unfinished' }])
})

test('behaviours combine, the first nearest to the coordinator, and last over crashes', async () => {
  const order: string[] = []
  const noting = (name: string): Malice => ({
    name,
    begin: ({ note }) => ({
      link: (link: Link) =>
        wrapLink(link, {
          send(frame) {
            order.push(name)
            return link.send(frame)
          },
        }),
      coordinator: (peer) =>
        wrapCoordinator(peer, {
          sendTo: (to, message) => peer.sendTo(to, { ...message, payload: `${String(message.payload)} ${name}` }),
        }),
      start: () => note('started'),
    }),
  })
  const world = simulate({ seed: 1, peers: 2, network })
  world.malicious(1, noting('near'), noting('far'))
  world.at(300).crash(1).restart(100)
  const [heard] = collectMessages(world)
  const { trace } = await world.run(async (peer, index, life) => {
    if (index === 0) return life.sleep(2_000)
    const { peerId } = world.targetOf(0)
    await life.sleep(200)
    if (!peer.isConnected(peerId)) await peer.connectToPeer(world.targetOf(0))
    order.length = 0
    return peer.sendTo(peerId, { type: 'x', payload: `life ${life.incarnation}` })
  })
  // What the scenario says goes through the farthest first, and what the coordinator sends through the nearest.
  expect(heard).toEqual(['life 0 far near', 'life 1 far near'])
  expect(order.slice(0, 2)).toEqual(['near', 'far'])
  const starts = trace.tail.filter(({ what }) => what === 'started')
  expect(starts.map(({ detail }) => detail)).toEqual(['near', 'far', 'near', 'far'])
})

test('malice has dice of its own: those of the honest fall as they would without it', async () => {
  const drawn = async (malice: readonly Malice[]) => {
    const world = simulate({ seed: 9, peers: 2, topology: 'none' })
    if (malice.length > 0) world.malicious(1, ...malice)
    const bytes: string[] = []
    world.peers[0]?.on('message', ({ messageId }) => bytes.push(messageId))
    await world.run(async (peer, index, life) => {
      if (index === 1) await peer.connectToPeer(world.targetOf(0))
      if (index === 1) await peer.broadcast({ type: 'x' })
      await life.sleep(100)
    })
    return bytes
  }
  const plain = await drawn([])
  expect(plain.length).toBe(1)
  expect(await drawn([lateFrames({ share: 0 }), garbageFrames({ share: 0 })])).toEqual(plain)
})

test('what no malice can be is a TypeError', async () => {
  const world = simulate({ seed: 1, peers: 2 })
  expect(() => world.malicious(2, silence())).toThrow(TypeError)
  expect(() => garbageFrames({ share: 2 })).toThrow(TypeError)
  expect(() => bitFlips({ share: -1 })).toThrow(TypeError)
  expect(() => flood({ messagesPerSecond: 0 })).toThrow(TypeError)
  expect(() => slowReader({ framesPerSecond: Number.NaN })).toThrow(TypeError)
  await world.run(() => {})
  expect(() => world.malicious(1, silence())).toThrow(TypeError)
})
