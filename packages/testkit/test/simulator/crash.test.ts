import type { HandlerContext } from '@rondo/core'
import { isAbsent, type Life, simulate, type Trace } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'

const network = { latencyMs: 10 } as const
const bytes = (...values: number[]) => new Uint8Array(values)

test('a crashed scenario is marked as crashed, and fails nobody', async () => {
  const world = simulate({ seed: 1, peers: 3, network })
  world.at(100).crash(2)
  const { outcomes, lives } = await world.run(async (_, index, life) => {
    await life.sleep(1_000)
    return index
  })
  expect(outcomes).toEqual([0, 1, { status: 'crashed' }])
  expect(outcomes.map(isAbsent)).toEqual([false, false, true])
  expect(lives[2]).toEqual([{ status: 'crashed', atMs: 100 }])
})

test('a peer that crashes after its scenario returned keeps its outcome', async () => {
  const world = simulate({ seed: 1, peers: 2, network })
  world.at(100).crash(1)
  const { outcomes } = await world.run((_, index, life) => (index === 1 ? 'done' : life.sleep(500).then(() => 'late')))
  expect(outcomes).toEqual(['late', 'done'])
})

test('nothing of a crashed peer runs any more: no timer, no handler, no sleep, no promise that waits for them', async () => {
  const world = simulate({ seed: 1, peers: 2, network })
  const ran: string[] = []
  const note = (what: string) => ran.push(`${what} at ${Math.round(world.nowMs)}`)
  const handleMessage = (_: unknown, __: unknown, { env }: HandlerContext): void => {
    note('handler')
    env.schedule(50, () => note('timer'))
  }
  world.at(200).crash(1)
  await world.run(async (peer, index, life) => {
    if (index === 1) {
      peer.registerProtocol({ protocolName: 'p', handleMessage })
      void life.sleep(150).then(() => note('own sleep'))
      void life.sleep(250).then(() => note('own sleep'))
      void world.sleep(151).then(() => note("the world's sleep"))
      void world.sleep(250).then(() => note("the world's sleep"))
      life.signal.addEventListener('abort', () => note('aborted'))
      return new Promise(() => {})
    }
    await life.sleep(10)
    for (const atMs of [50, 160, 195]) {
      await life.sleep(atMs - world.nowMs)
      await peer.broadcast({ protocol: 'p', type: 'x' })
    }
    return life.sleep(1_000)
  })
  expect(ran).toEqual([
    'handler at 60',
    'timer at 110',
    'own sleep at 150',
    "the world's sleep at 151",
    'handler at 170',
    'aborted at 200',
  ])
})

/** When and why the first link of a peer was closed. */
function firstClosing({ tail }: Trace, peer: number): readonly string[] {
  const closings = tail.filter(
    (event) => event.peer === peer && event.what === 'closed' && /^link 1,/.test(event.detail),
  )
  return closings.map(({ detail }) => detail.slice('link 1, '.length))
}

test('after a reset the others hear of it by the network; after a silent crash they do not', async () => {
  const seen = async (links: 'reset' | 'silent') => {
    const world = simulate({ seed: 1, peers: 2, network })
    world.at(100).crash(1, { links })
    const { outcomes, trace } = await world.run(async (_, __, life) => {
      await life.sleep(109)
      const before = firstClosing(world.trace, 0)
      await life.sleep(5_000)
      return [before, firstClosing(world.trace, 0)]
    })
    return [outcomes[0], firstClosing(trace, 0)]
  }
  expect(await seen('reset')).toEqual([[[], ['LINK_CLOSED']], ['LINK_CLOSED']])
  // Nobody told it: the end is its own stop.
  expect(await seen('silent')).toEqual([[[], []], ['COORDINATOR_STOPPED']])
})

test('what a crashed peer had sent before still arrives, and a partition keeps the news of its end, too', async () => {
  const world = simulate({ seed: 1, peers: 2, network })
  const got: string[] = []
  world.peers[0]?.on('message', ({ payload }) => got.push(`${payload} at ${Math.round(world.nowMs)}`))
  world.at(95).partition([0], [1]).at(100).crash(1).at(500).heal()
  const { outcomes } = await world.run(async (peer, index, life) => {
    if (index === 0) {
      await life.sleep(509)
      const before = firstClosing(world.trace, 0)
      await life.sleep(2)
      return [before, firstClosing(world.trace, 0)]
    }
    await life.sleep(94)
    await peer.broadcast({ type: 'last', payload: 'the last words' })
    return life.sleep(10_000)
  })
  expect(got).toEqual(['the last words at 104'])
  expect(outcomes[0]).toEqual([[], ['LINK_CLOSED']])
})

test('what is sent to a machine that is silently gone backs up like before a slow reader, within bounds', async () => {
  const world = simulate({
    seed: 1,
    peers: 2,
    network: { ...network, highWaterBytes: 4_096 },
    limits: { sendQueueBytesMax: 16_384 },
  })
  world.at(10).crash(1, { links: 'silent' })
  const { outcomes } = await world.run(async (peer, index, life) => {
    if (index === 1) return life.sleep(10_000)
    await life.sleep(20)
    const sends = Array.from({ length: 100 }, () =>
      peer.sendTo(world.others(0)[0] ?? peer.peerId, { type: 'x', payload: new Uint8Array(1_000) }),
    )
    const settled = Promise.allSettled(sends)
    await life.sleep(100)
    await peer.stop()
    return (await settled).filter(({ status }) => status === 'fulfilled').length
  })
  expect(outcomes[0]).toBeGreaterThan(0)
  expect(outcomes[0]).toBeLessThan(60)
})

test('dials to a dead process are refused at once, and those to a dead machine wait for it', async () => {
  const dialled = async (links: 'reset' | 'silent') => {
    const world = simulate({ seed: 1, peers: 2, network, topology: 'none' })
    world.at(100).crash(1, { links }).restart(900)
    const { outcomes } = await world.run(async (peer, index, life) => {
      if (index === 1) return life.sleep(3_000)
      await life.sleep(200)
      const how = await peer.connectToPeer(world.targetOf(1)).then(
        () => 'connected',
        ({ code }) => code,
      )
      return [how, world.nowMs < 1_000]
    })
    return outcomes[0]
  }
  expect(await dialled('reset')).toEqual(['DIAL_FAILED', true])
  expect(await dialled('silent')).toEqual(['connected', false])
})

test('a restarted peer is the same one, counts and rolls its dice anew, and plays its scenario again, connected', async () => {
  const world = simulate({ seed: 1, peers: 3, network })
  const ids: unknown[] = []
  world.at(400).crash(1).restart(300)
  const { outcomes, lives, trace } = await world.run(async (peer, index, life) => {
    if (index === 1) ids.push(peer.peerId)
    const beganAtMs = world.nowMs
    if (life.incarnation === 0 && index === 1) return life.sleep(10_000)
    await life.sleep(5_000)
    return [life.incarnation, Math.floor(beganAtMs), peer.getConnectedPeers().length]
  })
  expect(outcomes).toEqual([
    [0, 0, 2],
    [1, 700, 2],
    [0, 0, 2],
  ])
  expect(lives[1]?.map(({ status }) => status)).toEqual(['crashed', 'returned'])
  expect(new Set(ids).size).toBe(1)
  expect(ids.length).toBe(2)
  const turns = trace.tail.filter(({ peer, what }) => peer === 1 && /^(crashed|restarted)$/.test(what))
  expect(turns.map(({ what, detail }) => `${what} ${detail}`)).toEqual(['crashed in life 0', 'restarted in life 1'])
})

test('each life has a monotonic clock and randomness of its own, both settled by the seed', async () => {
  const drawn = async (seed: number) => {
    const world = simulate({ seed, peers: 2, network })
    const draws: string[] = []
    world.at(100).crash(1).restart(100).at(3_000).crash(1).restart(100)
    const handleMessage = (_: unknown, __: unknown, { env }: HandlerContext): void => {
      draws.push(`${env.random(8).join(' ')}, ${env.jitter()}, ${env.monotonicMs() - world.nowMs}`)
    }
    await world.run(async (peer, index, life) => {
      if (index === 1) peer.registerProtocol({ protocolName: 'draw', handleMessage })
      await life.sleep(50)
      const draw = { protocol: 'draw', type: 'x' }
      if (index === 0) peer.on('connected', ({ peerId }) => void peer.sendTo(peerId, draw))
      if (index === 0) await peer.broadcast(draw)
      return life.sleep(10_000)
    })
    return draws
  }
  const draws = await drawn(5)
  expect(draws.length).toBe(3)
  for (const part of [0, 1, 2]) expect(new Set(draws.map((draw) => draw.split(', ')[part])).size).toBe(3)
  expect(await drawn(5)).toEqual(draws)
})

test.each([
  [true, ['durable']],
  [false, []],
])('with keepStore %j a restarted peer finds %j', async (keepStore, wanted) => {
  const world = simulate({ seed: 1, peers: 2, network })
  world.at(100).crash(1, { keepStore }).restart(50)
  const { outcomes } = await world.run(async (_, index, { incarnation, store }) => {
    if (index === 0) return []
    if (incarnation > 0) {
      const keys: string[] = []
      for await (const { key } of store.range('')) keys.push(key)
      return keys
    }
    await store.put('durable', bytes(1), { durable: true })
    await store.put('volatile', bytes(2))
    expect(await store.get('volatile')).toEqual(bytes(2))
    return new Promise<readonly string[]>(() => {})
  })
  expect(outcomes[1]).toEqual(wanted)
})

test('a peer that crashes before its restart is over crashes again, and every life is told', async () => {
  const world = simulate({ seed: 1, peers: 2, network })
  world.at(100).crash(1).restart(100).at(250).crash([0, 1]).restart(100).at(300).crash(1)
  const { lives, outcomes } = await world.run(async (_, __, life: Life) => {
    await life.sleep(200)
    return life.incarnation
  })
  expect(lives).toEqual([
    [
      { status: 'returned', value: 0 },
      { status: 'returned', value: 1 },
    ],
    [
      { status: 'crashed', atMs: 100 },
      { status: 'crashed', atMs: 250 },
      { status: 'returned', value: 2 },
    ],
  ])
  expect(outcomes).toEqual([1, 2])
})

test('a world waits for a life that is still to come, and not for a peer that stays dead', async () => {
  const world = simulate({ seed: 1, peers: 2, network })
  world.at(10).crash(0).at(10).crash(1).restart(5_000)
  const { outcomes } = await world.run(async (_, __, { incarnation }) => {
    if (incarnation === 0) await new Promise(() => {})
    await world.sleep(7)
    return Math.round(world.nowMs)
  })
  expect(outcomes).toEqual([{ status: 'crashed' }, 5_017])
})

test('what a scenario comes to after its crash came too late, whatever it throws or returns', async () => {
  const world = simulate({ seed: 1, peers: 2, network })
  world.at(100).crash([0, 1]).restart(400)
  const { lives, outcomes } = await world.run(async (_, index, { incarnation, signal }) => {
    if (incarnation > 0) return incarnation
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    if (index === 0) throw new Error('too late')
    return 'too late'
  })
  expect(outcomes).toEqual([1, 1])
  for (const life of lives) {
    expect(life).toEqual([
      { status: 'crashed', atMs: 100 },
      { status: 'returned', value: 1 },
    ])
  }
})

test('crashes and restarts are in the trace, and the same seed gives the same one', async () => {
  const run = async (seed: number) => {
    const world = simulate({ seed, peers: 4, network: { latencyMs: [5, 80], loss: 0.1 } })
    world.at(150).crash(3).restart(200).at(200).crash(1, { keepStore: false, links: 'silent' }).restart(1_000)
    const { trace } = await world.run(async (peer, index, life) => {
      for (let count = 0; count < 20; count += 1) {
        await peer.broadcast({ type: 'count', payload: [index, life.incarnation, count] })
        await life.sleep(100)
      }
    })
    return trace
  }
  const trace = await run(3)
  expect((await run(3)).hash).toBe(trace.hash)
  expect((await run(4)).hash).not.toBe(trace.hash)
})

test('what cannot crash is a TypeError', () => {
  const world = simulate({ seed: 1, peers: 2 })
  expect(() => world.at(1).crash(2)).toThrow(TypeError)
  expect(() => world.at(1).crash(1).restart(-1)).toThrow(TypeError)
  // @ts-expect-error: neither of the two.
  expect(() => world.at(1).crash(1, { links: 'loud' })).toThrow(TypeError)
})
