import { encodePeerId, type Link, type TransportHost } from '@rondo/core'
import { createMemoryNetwork, createSeededRandom, type MemoryNetworkOptions } from '@rondo/testkit/memory'
import { describe, expect, test } from 'vitest'
import { createVirtualEnv, type VirtualEnv } from './virtual-env.js'

function createHost(env: VirtualEnv): TransportHost {
  return { env, peerId: encodePeerId(new Uint8Array(32).fill(1)), registerProtocol() {}, async sendTo() {} }
}

/** What a link told its receiver, and when. */
function record(link: Link, env: VirtualEnv) {
  const log: string[] = []
  const frames: Uint8Array[] = []
  const note = (what: string) => log.push(`${Math.round(env.monotonicMs() * 10) / 10} ${what}`)
  link.attach({
    frame(bytes) {
      frames.push(bytes)
      note(`frame ${bytes.join()}`)
    },
    drain: () => note('drain'),
    closed: ({ code }) => note(`closed ${code}`),
  })
  return { log, frames, link }
}

/** Two nodes, `alice` who dialled and `bob` who listens, on one virtual clock. */
async function connect(options: MemoryNetworkOptions = {}) {
  const env = createVirtualEnv()
  const network = createMemoryNetwork(options)
  const host = createHost(env)
  const accepted: Link[] = []
  await network
    .transport('bob')(host)
    .listen?.('memory:bob', { accept: (link) => accepted.push(link) })
  const dialling = network.transport('alice')(host).dial('memory:bob', {})
  await env.advance(1_000)
  const [far] = accepted
  if (far === undefined) throw new Error('nobody came')
  return { env, network, host, alice: record(await dialling, env), bob: record(far, env) }
}

const bytes = (...values: number[]) => new Uint8Array(values)

describe('a memory network', () => {
  test('delivers what one turn sent in the next one, without a timer', async () => {
    const { env, alice, bob } = await connect()
    for (let number = 0; number < 5; number += 1) alice.link.send(bytes(number))
    expect(bob.log).toEqual([])
    expect(env.scheduled).toBe(0)
    await env.advance(0)
    expect(bob.log).toEqual(['1000 frame 0', '1000 frame 1', '1000 frame 2', '1000 frame 3', '1000 frame 4'])
  })

  test('copies frames, so that neither end sees what the other does to its own', async () => {
    const { env, alice, bob } = await connect()
    const mine = Buffer.from([1, 2, 3])
    alice.link.send(mine)
    mine.fill(9)
    await env.advance(0)
    expect(bob.frames.map((frame) => [...frame])).toEqual([[1, 2, 3]])
    expect(bob.frames[0]?.constructor).toBe(Uint8Array)
  })

  test('takes its latency both ways, for dialling too', async () => {
    const env = createVirtualEnv()
    const network = createMemoryNetwork({ latencyMs: 30 })
    const host = createHost(env)
    let acceptedAtMs = 0
    await network
      .transport('bob')(host)
      .listen?.('memory:bob', {
        accept: () => {
          acceptedAtMs = env.monotonicMs()
        },
      })
    let dialledAtMs = 0
    const dialling = network.transport('alice')(host).dial('memory:bob', {})
    void dialling.then(() => {
      dialledAtMs = env.monotonicMs()
    })
    await env.advance(100)
    expect([acceptedAtMs, dialledAtMs]).toEqual([30, 60])
    expect(env.scheduled).toBe(0)
  })

  test('spreads the bytes over time where bandwidth is bounded', async () => {
    const { env, alice, bob } = await connect({ latencyMs: 10, bandwidthBytesPerSecond: 1_000 })
    alice.link.send(new Uint8Array(84))
    alice.link.send(new Uint8Array(84))
    await env.advance(1_000)
    expect(bob.log.map((line) => Number.parseFloat(line))).toEqual([1_110, 1_210])
  })

  test('charges a stream with time for what is lost, and keeps the order', async () => {
    const rolls = [0.9, 0.9, 0.1, 0.1, 0.9, 0.9]
    const { env, alice, bob } = await connect({
      latencyMs: 10,
      loss: 0.5,
      retransmitMs: 200,
      random: () => rolls.shift() ?? 0.9,
    })
    for (let number = 0; number < 4; number += 1) alice.link.send(bytes(number))
    await env.advance(1_000)
    expect(bob.log).toEqual(['1010 frame 0', '1010 frame 1', '1410 frame 2', '1410 frame 3'])
    expect(alice.link.capabilities).toMatchObject({ ordered: true, reliable: true })
  })

  test('loses, doubles and reorders datagrams, and says so', async () => {
    const { env, alice, bob } = await connect({
      delivery: 'datagram',
      latencyMs: 5,
      loss: 0.2,
      duplication: 0.2,
      reorder: 0.3,
      random: createSeededRandom(7),
    })
    expect(alice.link.capabilities).toMatchObject({ ordered: false, reliable: false })
    for (let number = 0; number < 250; number += 1) alice.link.send(bytes(number))
    await env.advance(1_000)
    const seen = bob.frames.map(([number]) => number ?? -1)
    expect(new Set(seen).size).toBeLessThan(225)
    expect(seen.length).toBeGreaterThan(new Set(seen).size)
    expect(seen).not.toEqual([...seen].sort((a, b) => a - b))
  })

  test.each([
    [{}, true, true],
    [{ loss: 0.1 }, true, false],
    [{ duplication: 0.1 }, true, false],
    [{ reorder: true }, false, true],
    [{ latencyMs: [1, 50] as const }, true, true],
  ])('declares of datagrams with %j: ordered %j, reliable %j', async (options, ordered, reliable) => {
    const { alice } = await connect({ delivery: 'datagram', ...options })
    expect(alice.link.capabilities).toMatchObject({ ordered, reliable })
  })

  test('keeps datagrams in order where nothing may overtake', async () => {
    const { env, alice, bob } = await connect({ delivery: 'datagram', latencyMs: [1, 50] })
    for (let number = 0; number < 100; number += 1) alice.link.send(bytes(number))
    await env.advance(1_000)
    expect(bob.frames.map(([number]) => number)).toEqual(Array.from({ length: 100 }, (_, number) => number))
  })

  test('does the same again with the same seed, and something else with another', async () => {
    const run = async (seed: number) => {
      const conditions = { latencyMs: [1, 90], loss: 0.2, duplication: 0.1, reorder: 0.5 } as const
      const { env, alice, bob } = await connect({
        ...conditions,
        delivery: 'datagram',
        random: createSeededRandom(seed),
      })
      for (let number = 0; number < 100; number += 1) alice.link.send(bytes(number))
      await env.advance(5_000)
      return bob.log
    }
    expect(await run(42)).toEqual(await run(42))
    expect(await run(42)).not.toEqual(await run(43))
  })

  test('says to wait above the high-water mark, and drains once, at half of it', async () => {
    const { env, alice, bob } = await connect({ highWaterBytes: 1_000 })
    bob.link.pause()
    expect(alice.link.send(new Uint8Array(900))).toBe(true)
    expect(alice.link.send(new Uint8Array(900))).toBe(false)
    expect(alice.link.send(new Uint8Array(900))).toBe(false)
    await env.advance(100)
    expect(alice.log).toEqual([])
    bob.link.resume()
    await env.advance(100)
    expect(alice.log).toEqual(['1100 drain'])
    expect(bob.frames.length).toBe(3)
  })
})

test('a listener lets newcomers in on its own clock: one that stands still lets nobody in', async () => {
  const env = createVirtualEnv()
  const network = createMemoryNetwork()
  const held: (() => void)[] = []
  let accepted = 0
  await network
    .transport('bob')(createHost({ ...env, defer: (run) => void held.push(run) }))
    .listen?.('memory:bob', {
      accept: () => {
        accepted += 1
      },
    })
  const dialling = network.transport('alice')(createHost(env)).dial('memory:bob', {})
  await env.advance(5_000)
  expect(accepted).toBe(0)
  for (const run of held.splice(0)) run()
  expect(accepted).toBe(1)
  await env.advance(0)
  await dialling
})

describe('a partition', () => {
  const nobody = () => false

  test('holds a stream up and lets it go on when it heals, without a timer meanwhile', async () => {
    const { env, network, alice, bob } = await connect({ latencyMs: 10 })
    alice.link.send(bytes(1))
    network.partition(nobody)
    alice.link.send(bytes(2))
    alice.link.send(bytes(3))
    await env.advance(5_000)
    expect(bob.log).toEqual(['1010 frame 1'])
    expect(env.scheduled).toBe(0)
    network.heal()
    alice.link.send(bytes(4))
    await env.advance(100)
    expect(bob.log.slice(1)).toEqual(['6010 frame 2', '6010 frame 3', '6010 frame 4'])
  })

  test('loses datagrams', async () => {
    const { env, network, alice, bob } = await connect({ delivery: 'datagram' })
    network.partition(nobody)
    alice.link.send(bytes(1))
    network.heal()
    alice.link.send(bytes(2))
    await env.advance(100)
    expect(bob.frames.map(([number]) => number)).toEqual([2])
  })

  test('may have one direction only', async () => {
    const { env, network, alice, bob } = await connect()
    network.partition((from) => from === 'alice')
    alice.link.send(bytes(1))
    bob.link.send(bytes(2))
    await env.advance(100)
    expect([bob.frames.length, alice.frames.length]).toEqual([1, 0])
  })

  test('keeps a close from the other side until it heals', async () => {
    const { env, network, alice, bob } = await connect()
    network.partition(nobody)
    alice.link.send(bytes(1))
    void alice.link.close({ code: 'PEER_SLOW' })
    await env.advance(1_000)
    expect(alice.log).toEqual(['1000 closed PEER_SLOW'])
    expect(bob.log).toEqual([])
    network.heal()
    await env.advance(1_000)
    expect(bob.log).toEqual(['2000 frame 1', '2000 closed PEER_SLOW'])
  })

  test('keeps a dial waiting until it heals, or until the dial gives up', async () => {
    const { env, network, host } = await connect({ latencyMs: 10, dialTimeoutMs: 3_000 })
    network.partition((from, to) => from !== 'carol' && to !== 'carol')
    const outcomes: string[] = []
    const dialBob = () =>
      network
        .transport('carol')(host)
        .dial('memory:bob', {})
        .then(
          () => outcomes.push(`${env.monotonicMs()} up`),
          (error) => outcomes.push(`${env.monotonicMs()} ${error.code}`),
        )
    void dialBob()
    await env.advance(4_000)
    void dialBob()
    await env.advance(1_000)
    network.heal()
    await env.advance(1_000)
    expect(outcomes).toEqual(['4000 DIAL_FAILED', '6020 up'])
    expect(env.scheduled).toBe(0)
  })
})

describe('a cut', () => {
  test('ends both sides at once, drops what is under way, and takes only whom it is meant for', async () => {
    const { env, network, alice, bob, host } = await connect({ latencyMs: 10 })
    await network
      .transport('carol')(host)
      .listen?.('memory:carol', { accept: (link) => record(link, env) })
    const dialling = network.transport('alice')(host).dial('memory:carol', {})
    await env.advance(1_000)
    const other = record(await dialling, env)
    alice.link.send(bytes(1))
    expect(network.sever((_, listener) => listener === 'bob')).toBe(1)
    await env.advance(1_000)
    expect([alice.log, bob.log, other.log]).toEqual([['2000 closed LINK_CLOSED'], ['2000 closed LINK_CLOSED'], []])
    expect(network.sever()).toBe(1)
    expect(network.sever()).toBe(0)
  })
})

describe('a node that vanishes', () => {
  test('by a reset sends what it had sent, then the news of its end, and hears nothing more itself', async () => {
    const { env, network, alice, bob } = await connect({ latencyMs: 10 })
    alice.link.send(bytes(1))
    bob.link.send(bytes(2))
    network.vanish('alice', 'reset')
    await env.advance(1_000)
    expect(bob.log).toEqual(['1010 frame 1', '1010 closed LINK_CLOSED'])
    expect(alice.log).toEqual([])
    expect(network.sever()).toBe(0)
  })

  test('in silence tells nobody, and what is sent to it piles up until the other end closes', async () => {
    const { env, network, alice, bob } = await connect({ latencyMs: 10, highWaterBytes: 1_000 })
    expect(alice.link.send(new Uint8Array(900))).toBe(true)
    network.vanish('bob', 'silent')
    expect(alice.link.send(new Uint8Array(900))).toBe(false)
    bob.link.resume()
    await env.advance(600_000)
    expect([alice.log, bob.log]).toEqual([[], []])
    expect(alice.link.queuedBytes).toBeGreaterThan(1_800)
    expect(network.sever()).toBe(1)
    await env.advance(100)
    expect(alice.log).toEqual(['601000 closed LINK_CLOSED'])
    expect(bob.log).toEqual([])
  })

  test('takes what waited for a route with it, and comes back without it', async () => {
    const { env, network, alice, bob } = await connect({ latencyMs: 10 })
    network.partition(() => false)
    alice.link.send(bytes(1))
    network.vanish('alice', 'silent')
    network.heal()
    network.reappear('alice')
    await env.advance(1_000)
    expect(bob.log).toEqual([])
  })

  test('turns dials away by a reset, keeps them waiting in silence, and listens again when it is back', async () => {
    const { env, network, host } = await connect({ latencyMs: 10, dialTimeoutMs: 3_000 })
    const outcomes: string[] = []
    const dialBob = (): void => {
      network
        .transport('carol')(host)
        .dial('memory:bob', {})
        .then(
          () => outcomes.push(`${env.monotonicMs()} up`),
          (error) => outcomes.push(`${env.monotonicMs()} ${error.code}`),
        )
    }
    network.vanish('bob', 'reset')
    dialBob()
    await env.advance(1_000)
    await network
      .transport('bob')(host)
      .listen?.('memory:bob', { accept: () => {} })
    network.vanish('bob', 'silent')
    dialBob()
    await env.advance(1_000)
    network.reappear('bob')
    await network
      .transport('bob')(host)
      .listen?.('memory:bob', { accept: () => {} })
    await env.advance(1_000)
    expect(outcomes).toEqual(['1010 DIAL_FAILED', '3020 up'])
  })
})

describe('its options', () => {
  test.each<MemoryNetworkOptions>([
    { loss: 1 },
    { loss: -0.1 },
    { duplication: 2 },
    { reorder: Number.NaN },
    { latencyMs: -1 },
    { latencyMs: [5, 1] },
    { latencyMs: Number.POSITIVE_INFINITY },
    { bandwidthBytesPerSecond: 0 },
    { frameBytesMax: 0 },
    { highWaterBytes: 0 },
    { retransmitMs: 0 },
    { dialTimeoutMs: 0 },
  ])('refuse %j', (options) => {
    expect(() => createMemoryNetwork(options)).toThrow(TypeError)
  })
})
