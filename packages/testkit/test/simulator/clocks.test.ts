import type { HandlerContext } from '@rondo/core'
import { type SleepingClock, simulate, type World } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'

const network = { latencyMs: 10 } as const

/** Peer 0 asks peer 1 what its clocks show at these times; the answers count from the first. */
async function readClocks(world: World, atMs: readonly number[]): Promise<readonly (readonly [number, number])[]> {
  const read: [wallMs: number, monotonicMs: number][] = []
  const handleMessage = (_: unknown, __: unknown, { env }: HandlerContext): void => {
    read.push([env.wallMs(), env.monotonicMs()])
  }
  await world.run(async (peer, index, life) => {
    if (index === 1) peer.registerProtocol({ protocolName: 'clock', handleMessage })
    await life.sleep(20)
    if (index !== 0) return life.sleep(20_000)
    for (const ms of atMs) {
      await life.sleep(ms - world.nowMs)
      await peer.broadcast({ protocol: 'clock', type: 'x' })
    }
    return life.sleep(20_000)
  })
  const [[wall, monotonic] = [0, 0]] = read
  return read.map((each) => [Math.round(each[0] - wall), Math.round(each[1] - monotonic)])
}

test('a clock that jumps moves the wall of that peer only, both ways, and time goes on', async () => {
  const world = simulate({ seed: 1, peers: 2, network })
  world.at(150).jumpClock(1, 3_600_000).at(250).jumpClock([1], -7_200_000).at(250).jumpClock(0, 5)
  expect(await readClocks(world, [100, 200, 300])).toEqual([
    [0, 0],
    [3_600_100, 100],
    [-3_599_800, 200],
  ])
})

test('a jump stays over a restart: it is the machine that has the wrong time', async () => {
  const world = simulate({ seed: 1, peers: 2, network })
  world.at(150).jumpClock(1, 1_000_000).at(160).crash(1).restart(10)
  const clocks = await readClocks(world, [100, 4_000])
  expect(clocks[1]?.[0]).toBe(1_003_900)
})

test.each<[SleepingClock, number]>([
  ['runs', 1_000],
  ['stands', 400],
])('over a sleep of 600 ms the wall goes on, and a monotonic clock that %s shows %j', async (monotonic, shown) => {
  const world = simulate({ seed: 1, peers: 2, network })
  world.at(200).suspend(1, 600, { monotonic })
  expect(await readClocks(world, [100, 1_100])).toEqual([
    [0, 0],
    [1_000, shown],
  ])
})

test('behind a closed lid nothing runs, neither timers nor scenarios, and then all that was due, in order', async () => {
  const world = simulate({ seed: 1, peers: 2, network })
  const ran: string[] = []
  const note = (what: string) => ran.push(`${what} at ${Math.round(world.nowMs)}`)
  world.at(100).suspend(1, 500)
  await world.run(async (peer, index, life) => {
    if (index === 1) {
      peer.on('message', () => note('message'))
      void life.sleep(300).then(() => note('second sleep'))
      void world.sleep(200).then(() => note('first sleep'))
      return life.sleep(1_000)
    }
    await life.sleep(240)
    await peer.broadcast({ type: 'x' })
    return life.sleep(1_000)
  })
  expect(ran).toEqual(['first sleep at 600', 'message at 600', 'second sleep at 600'])
})

test('where the clock stands still, a sleeper that wakes waits as long as it still had to', async () => {
  const world = simulate({ seed: 1, peers: 2, network })
  world.at(100).suspend(1, 500, { monotonic: 'stands' })
  const { outcomes } = await world.run(async (_, __, life) => {
    await life.sleep(300)
    return Math.round(world.nowMs)
  })
  expect(outcomes).toEqual([300, 800])
})

test('nobody gets a link from a machine that sleeps until it wakes', async () => {
  const world = simulate({ seed: 1, peers: 2, network, topology: 'none' })
  world.at(0).suspend(1, 2_000)
  const { outcomes } = await world.run(async (peer, index) => {
    if (index === 1) return 0
    await world.sleep(10)
    await peer.connectToPeer(world.targetOf(1))
    return world.nowMs
  })
  expect(outcomes[0]).toBeGreaterThan(2_000)
})

test('what is sent to a sleeper waits in a bounded network, and holds the sender up', async () => {
  const limits = { sendQueueBytesMax: 16_384 }
  const world = simulate({ seed: 1, peers: 2, limits, network: { ...network, highWaterBytes: 4_096 } })
  let arrived = 0
  world.peers[1]?.on('message', () => {
    arrived += 1
  })
  world.at(10).suspend(1, 5_000)
  const { outcomes } = await world.run(async (peer, index, life) => {
    if (index === 1) return life.sleep(10_000)
    await life.sleep(20)
    const to = world.others(0)
    const { sent, failed } = await peer.broadcast({ type: 'x', payload: new Uint8Array(3_000) }, { to })
    expect([sent.length, failed.length]).toEqual([1, 0])
    const all = Array.from({ length: 50 }, () =>
      peer
        .broadcast({ type: 'x', payload: new Uint8Array(3_000) }, { to })
        .then(({ failed: [first] }) => first?.error.code),
    )
    await life.sleep(100)
    expect(arrived).toBe(0)
    return (await Promise.all(all)).filter((code) => code === 'PEER_SLOW').length
  })
  expect(outcomes[0]).toBeGreaterThan(30)
  expect(arrived).toBe(51 - Number(outcomes[0]))
})

test('what no clock can do is a TypeError', () => {
  const world = simulate({ seed: 1, peers: 2 })
  expect(() => world.at(1).jumpClock(1, Number.NaN)).toThrow(TypeError)
  expect(() => world.at(1).suspend(1, -1)).toThrow(TypeError)
  // @ts-expect-error: neither of the two.
  expect(() => world.at(1).suspend(1, 10, { monotonic: 'backwards' })).toThrow(TypeError)
})
