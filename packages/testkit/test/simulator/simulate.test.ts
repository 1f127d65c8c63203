import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { HandlerContext } from '@rondo/core'
import { type SimulateOptions, SimulationError, simulate, type World } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'

const network = { latencyMs: [5, 80], loss: 0.1 } as const

/** Everybody greets everybody, for a while. */
async function runGreetings(options: Partial<SimulateOptions> = {}) {
  const world = simulate({ seed: 1, peers: 3, network, ...options })
  return world.run(async (peer, index) => {
    for (let greeting = 0; greeting < 5; greeting += 1) {
      await peer.broadcast({ type: 'greeting', payload: { from: index, greeting } })
      await world.sleep(20)
    }
    await world.sleep(1_000)
    return `peer ${index}`
  })
}

/** The error that a run ends with. */
async function failureOf(run: Promise<unknown>): Promise<SimulationError> {
  const failure = await run.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!(failure instanceof SimulationError)) throw new Error('the run did not fail as it should', { cause: failure })
  return failure
}

/** Notes every message with who got it and when. */
function noteMessages(world: World): string[] {
  const notes: string[] = []
  world.peers.forEach((peer, index) => {
    peer.on('message', ({ payload }) => notes.push(`${index} got ${payload} at ${Math.round(world.nowMs)}`))
  })
  return notes
}

test('outcomes come in the order of the peers, whenever their scenarios settle', async () => {
  const world = simulate({ seed: 1, peers: 3 })
  const { outcomes } = await world.run(async (_, index) => {
    await world.sleep(100 - 10 * index)
    return index
  })
  expect(outcomes).toEqual([0, 1, 2])
})

test('the same seed gives the same trace, and another seed another', async () => {
  const [first, again, other] = [await runGreetings(), await runGreetings(), await runGreetings({ seed: 2 })]
  expect(again.trace.hash).toBe(first.trace.hash)
  expect(again.trace.tail).toEqual(first.trace.tail)
  expect(other.trace.hash).not.toBe(first.trace.hash)
})

const built = fileURLToPath(new URL('../../dist/simulator/index.js', import.meta.url))

test.runIf(existsSync(built))(
  'the same seed gives the same trace in another process, whatever befalls the peers',
  () => {
    const program = `
    const { bitFlips, flood, replays, simulate } = await import(${JSON.stringify(new URL(`file://${built}`))})
    const world = simulate({ seed: 7, peers: 4, network: { latencyMs: [5, 80], loss: 0.1 } })
    world.at(100).partition([0, 1], [2, 3]).at(400).heal().at(300).crash(1).restart(500).at(450).jumpClock(2, 5_000)
    world.at(900).crash(2, { keepStore: false, links: 'silent' }).restart(100).at(1_500).suspend(0, 900, { monotonic: 'stands' })
    world.malicious(3, bitFlips(), replays(), flood({ messagesPerSecond: 20 }))
    const { trace } = await world.run(async (peer, index, life) => {
      await peer.broadcast({ type: 'greeting' })
      await life.store.put('met', new Uint8Array([index]), { durable: true })
      await life.sleep(60_000)
    })
    process.stdout.write(trace.hash)`
    const hashes = [1, 2].map(() =>
      execFileSync(process.execPath, ['--input-type=module', '--eval', program]).toString(),
    )
    expect(hashes[0]).toMatch(/^[0-9a-f]{64}$/)
    expect(hashes[1]).toBe(hashes[0])
  },
)

test('one peer more leaves the identities of the others as they are', () => {
  const [three, four] = [simulate({ seed: 5, peers: 3 }), simulate({ seed: 5, peers: 4 })]
  expect(four.peers.slice(0, 3).map(({ peerId }) => peerId)).toEqual(three.peers.map(({ peerId }) => peerId))
  expect(new Set(four.peers.map(({ peerId }) => peerId)).size).toBe(4)
})

test('a mesh is connected when the scenarios begin, and without one nobody is', async () => {
  const connected = (topology: 'mesh' | 'none') =>
    simulate({ seed: 1, peers: 4, network, topology }).run((peer) => peer.getConnectedPeers().length)
  expect((await connected('mesh')).outcomes).toEqual([3, 3, 3, 3])
  expect((await connected('none')).outcomes).toEqual([0, 0, 0, 0])
})

test('an hour of virtual time passes in no time', async () => {
  const world = simulate({ seed: 1, peers: 2 })
  const { outcomes } = await world.run(async () => {
    await world.sleep(3_500_000)
    return world.nowMs
  })
  expect(outcomes).toEqual([3_500_000, 3_500_000])
})

test('a scenario that never settles is given up at the deadline, with who, when and the seed', async () => {
  const world = simulate({ seed: 42, peers: 2, deadlineMs: 5_000 })
  const failure = await failureOf(world.run((_, index) => (index === 1 ? new Promise(() => {}) : index)))
  expect(failure.message).toContain('the scenario of peer 1 has not settled within 5000 ms (seed 42, at 5000.000 ms)')
  expect(failure.message).toContain('RONDO_SEED=42 npm test -- simulate.test.ts')
  expect(failure.trace.tail.length).toBeGreaterThan(0)
  expect(failure.seed).toBe(42)
})

test('a scenario that waits for what cannot happen any more is given up at once', async () => {
  const world = simulate({ seed: 1, peers: 2 })
  const failure = await failureOf(
    world.run(async (peer) => {
      await peer.stop()
      await new Promise(() => {})
    }),
  )
  expect(failure.message).toContain('of peer 0, peer 1 has not settled and nothing is left to happen')
})

test('a scenario that rejects ends the run, with its reason as the cause', async () => {
  const reason = new Error('the dice are loaded')
  const world = simulate({ seed: 3, peers: 2 })
  const failure = await failureOf(world.run((_, index) => (index === 1 ? Promise.reject(reason) : world.sleep(10))))
  expect(failure.message).toContain('the scenario of peer 1 failed: the dice are loaded (seed 3')
  expect(failure.cause).toBe(reason)
})

test('a run that takes too many events is given up', async () => {
  const world = simulate({ seed: 1, peers: 2, eventsMax: 500 })
  const failure = await failureOf(
    world.run(async () => {
      for (;;) await world.sleep(0)
    }),
  )
  expect(failure.message).toContain('more than 500 events')
})

test('an exception that nobody catches ends the run, and says whose process it would have ended', async () => {
  const world = simulate({ seed: 1, peers: 2 })
  const handleMessage = (_: unknown, __: unknown, { env }: HandlerContext): void => {
    env.schedule(10, () => {
      throw new Error('boom')
    })
  }
  const failure = await failureOf(
    world.run(async (peer, index) => {
      if (index === 1) peer.registerProtocol({ protocolName: 'bomb', handleMessage })
      await world.sleep(10)
      if (index === 0) await peer.broadcast({ protocol: 'bomb', type: 'tick' })
      await world.sleep(100)
    }),
  )
  expect(failure.message).toContain('would have ended the process of peer 1: boom')
})

test('a timer that outlives its coordinator is found', async () => {
  const world = simulate({ seed: 1, peers: 2 })
  const handleMessage = (_: unknown, __: unknown, { env }: HandlerContext): void => void env.schedule(60_000, () => {})
  const failure = await failureOf(
    world.run(async (peer, index) => {
      if (index === 1) peer.registerProtocol({ protocolName: 'leak', handleMessage })
      await world.sleep(10)
      if (index === 0) await peer.broadcast({ protocol: 'leak', type: 'drip' })
      await world.sleep(10)
    }),
  )
  expect(failure.message).toContain('left 1 timers behind: peer 1, 60000.000 ms from 10.')
})

test('a partition holds messages back until it heals, and lets those within a group through', async () => {
  const world = simulate({ seed: 1, peers: 3, network: { latencyMs: 10 } })
  const notes = noteMessages(world)
  world.at(100).partition([0, 1], [2]).at(900).heal()
  await world.run(async (peer, index) => {
    await world.sleep(200)
    if (index === 0) await peer.broadcast({ type: 'greeting', payload: 'it' })
    await world.sleep(2_000)
    expect(peer.getConnectedPeers().length).toBe(2)
  })
  expect(notes).toEqual(['1 got it at 210', '2 got it at 910'])
})

test('cut links are noticed by both ends, and only those that were meant are cut', async () => {
  const world = simulate({ seed: 1, peers: 4, network: { latencyMs: 10 } })
  world.at(100).sever(0, 1).at(200).sever(2)
  const { outcomes } = await world.run(async (peer) => {
    await world.sleep(150)
    const atFirst = peer.getConnectedPeers().length
    await world.sleep(150)
    return [atFirst, peer.getConnectedPeers().length]
  })
  expect(outcomes).toEqual([
    [2, 1],
    [2, 1],
    [3, 0],
    [3, 2],
  ])
})

test('a suspended peer hears nothing until it wakes, and then everything', async () => {
  const world = simulate({ seed: 1, peers: 2, network: { latencyMs: 10 } })
  const notes = noteMessages(world)
  world.at(100).suspend(1, 500)
  await world.run(async (peer, index) => {
    await world.sleep(200)
    if (index === 0) for (const payload of ['first', 'second']) await peer.broadcast({ type: 'greeting', payload })
    await world.sleep(1_000)
  })
  expect(notes).toEqual(['1 got first at 600', '1 got second at 600'])
})

test('what a coordinator had nobody to throw at is among the errors', async () => {
  const world = simulate({ seed: 1, peers: 2 })
  const handleMessage = () => {
    throw new Error('not today')
  }
  const { errors } = await world.run(async (peer, index) => {
    if (index === 1) peer.registerProtocol({ protocolName: 'moody', handleMessage })
    await world.sleep(10)
    if (index === 0) await peer.broadcast({ protocol: 'moody', type: 'ask' })
    await world.sleep(10)
  })
  expect(errors.map(({ peer, error }) => [peer, error.code])).toEqual([[1, 'HANDLER_FAILED']])
})

test('what cannot be simulated is a TypeError', async () => {
  expect(() => simulate({ seed: 0.5, peers: 2 })).toThrow(TypeError)
  expect(() => simulate({ seed: 1, peers: 0 })).toThrow(TypeError)
  const world = simulate({ seed: 1, peers: 2 })
  expect(() => world.at(-1)).toThrow(TypeError)
  expect(() => world.at(1).partition([0], [2])).toThrow(TypeError)
  expect(() => world.addressOf(2)).toThrow(TypeError)
  await world.run(() => {})
  await expect(world.run(() => {})).rejects.toThrow(TypeError)
})
