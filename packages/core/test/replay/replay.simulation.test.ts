import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { PeerId } from '../../src/identity/peer-id.js'
import { openAuthorClock } from '../../src/replay/author-clock.js'
import { createReplayGuard, type ReplayGuard, type ReplayMessage } from '../../src/replay/replay-guard.js'
import { defaultReplayLimits } from '../../src/replay/replay-limits.js'
import { FakeReplayStore } from './fake-replay-store.js'
import { codeOf, dayMs, hourMs, messageAt, peerOf, SkewedEnv, yearMs } from './replay-setting.js'

const full = process.env['RONDO_TIER'] === 'full'
const minutesMs = 600_000
/** Small enough that authors are dropped all the time. */
const limits = { cacheBytesMax: 3_072, reservedBytes: 1_024, forwarderBytesMax: 1_024, windowSequences: 64 }
const contact = peerOf(1)
const forwarders = [peerOf(901), peerOf(902), peerOf(903)]

type Memory = 'kept' | 'none'

/** A receiver that is crashed and started again, and everything that was ever signed. */
class Town {
  readonly memory: Memory
  env = new SkewedEnv()
  store = new FakeReplayStore()
  guard: ReplayGuard
  readonly signed: ReplayMessage[] = []
  readonly handedOn = new Set<string>()
  readonly #epochs = new Map<PeerId, { epoch: number; sequence: number }>()

  constructor(memory: Memory) {
    this.memory = memory
    this.guard = this.#start(true)
  }

  #start(isFirstStart: boolean): ReplayGuard {
    const store = this.memory === 'kept' ? this.store : undefined
    return createReplayGuard({ env: this.env, store, limits, isFirstStart, isReserved: (author) => author === contact })
  }

  restart(): void {
    this.env = this.env.restarted()
    this.store = this.store.crash()
    this.guard = this.#start(false)
  }

  /** Starts again on a disk that is empty. */
  lose(): void {
    this.store = new FakeReplayStore()
    this.restart()
  }

  /** Signs by the clock of an author that goes wrong by `wrongMs`. */
  sign(author: PeerId, lifeMs: number, wrongMs = 0, restarts = false): ReplayMessage {
    const createdMs = this.env.trueMs + wrongMs
    const last = this.#epochs.get(author) ?? { epoch: this.env.trueMs, sequence: -1 }
    const position = restarts ? { epoch: last.epoch + 1, sequence: 0 } : { ...last, sequence: last.sequence + 1 }
    this.#epochs.set(author, position)
    const message = { author, ...position, createdMs, expiresMs: createdMs + lifeMs }
    this.signed.push(message)
    return message
  }

  async offer(message: ReplayMessage, forwarder: PeerId): Promise<string> {
    const code = codeOf(await this.guard.admit(message, forwarder))
    if (code !== 'ok') return code
    const name = `${message.author} ${message.epoch} ${message.sequence}`
    expect(this.handedOn.has(name), `${name} was handed on twice`).toBe(false)
    this.handedOn.add(name)
    expect(this.guard.getStats().bytes).toBeLessThanOrEqual(limits.cacheBytesMax)
    return code
  }
}

type Step = (town: Town) => Promise<unknown> | unknown

const author = fc.integer({ min: 1, max: 12 }).map(peerOf)
const lifeMs = fc.constantFrom(1_000, minutesMs, minutesMs, hourMs, hourMs, 7 * dayMs)
const forwarder = fc.constantFrom(...forwarders)

const fresh: fc.Arbitrary<Step> = fc
  .tuple(author, lifeMs, forwarder, fc.integer({ min: -60_000, max: 60_000 }), fc.integer({ min: 0, max: 5 }))
  .map(
    ([who, life, by, wrongMs, dice]) =>
      (town) =>
        town.offer(town.sign(who, life, wrongMs, dice === 0), by),
  )

/** Signed by somebody whose clock is wrong just as ours is. */
const tuned: fc.Arbitrary<Step> = fc.tuple(author, lifeMs, forwarder).map(
  ([who, life, by]) =>
    (town) =>
      town.offer(town.sign(who, life, town.env.wallMs() - town.env.trueMs), by),
)

const replayed: fc.Arbitrary<Step> = fc.tuple(fc.nat(), forwarder).map(([pick, by]) => (town) => {
  const message = town.signed[pick % Math.max(1, town.signed.length)]
  return message && town.offer(message, by)
})

/** Everything again; the process may die some turns later, with a write on the way. */
const storm: fc.Arbitrary<Step> = fc
  .tuple(forwarder, fc.constantFrom(undefined, 0, 1, 2, 3))
  .map(([by, turns]) => async (town) => {
    const offers = Promise.all(town.signed.map((message) => town.offer(message, by)))
    if (turns === undefined) return offers
    for (let turn = 0; turn < turns; turn += 1) await setImmediate()
    return town.restart()
  })

/** A few new ones at once, whose marks one write carries, or dies with. */
const burst: fc.Arbitrary<Step> = fc
  .tuple(author, lifeMs, forwarder, fc.constantFrom(undefined, 0, 1, 2, 3))
  .map(([who, life, by, turns]) => async (town) => {
    const offers = Promise.all([1, 2, 3].map(() => town.offer(town.sign(who, life), by)))
    if (turns === undefined) return offers
    for (let turn = 0; turn < turns; turn += 1) await setImmediate()
    return town.restart()
  })

const wait: fc.Arbitrary<Step> = fc
  .constantFrom(10, 1_000, 60_000, minutesMs, hourMs, dayMs, 8 * dayMs)
  .map((ms) => (town) => town.env.pass(ms))
const restart: fc.Arbitrary<Step> = fc.constant((town) => town.restart())
const setClock = (...wrong: number[]): fc.Arbitrary<Step> =>
  fc.constantFrom(...wrong).map((wrongMs) => (town) => town.env.setWrong(wrongMs))

async function play(memory: Memory, steps: readonly Step[]): Promise<Town> {
  const town = new Town(memory)
  for (const step of steps) await step(town)
  return town
}

test('with a store, nothing is handed on twice, whatever clocks and crashes do, and nobody is locked out', async () => {
  const clocks = setClock(0, minutesMs, -minutesMs, yearMs, -yearMs)
  const steps = fc.array(fc.oneof(fresh, fresh, fresh, tuned, replayed, burst, storm, wait, wait, restart, clocks), {
    minLength: 20,
    maxLength: 200,
    size: 'max',
  })
  await fc.assert(
    fc.asyncProperty(steps, async (given) => {
      const town = await play('kept', given)
      for (const message of town.signed) await town.offer(message, forwarders[0] ?? contact)
      town.env.setWrong(0)
      town.env.pass(9 * dayMs)
      expect(await town.offer(town.sign(peerOf(77), hourMs), peerOf(950))).toBe('ok')
    }),
    { numRuns: full ? 5_000 : 300 },
  )
})

test('without a store, or with one that is lost, nothing is handed on twice while no clock is behind', async () => {
  const clocks = setClock(0, minutesMs, yearMs)
  const loss: fc.Arbitrary<Step> = fc.constant((town) => town.lose())
  const steps = fc.array(fc.oneof(fresh, fresh, fresh, replayed, burst, storm, wait, wait, restart, loss, clocks), {
    minLength: 20,
    maxLength: 120,
  })
  await fc.assert(
    fc.asyncProperty(fc.constantFrom<Memory>('none', 'kept'), steps, async (memory, given) => {
      const town = await play(memory, given)
      for (const message of town.signed) await town.offer(message, forwarders[0] ?? contact)
    }),
    { numRuns: full ? 5_000 : 300 },
  )
})

test('a clock that is behind when a node without memory starts, and is then put right, revives nothing', async () => {
  for (const wrongMs of [-minutesMs, -yearMs]) {
    const town = new Town('none')
    const message = town.sign(contact, dayMs)
    expect(await town.offer(message, contact)).toBe('ok')
    town.env.setWrong(wrongMs)
    town.restart()
    expect(['REPLAY_FORGOTTEN', 'REPLAY_CREATED_FUTURE']).toContain(await town.offer(message, contact))
    town.env.setWrong(0)
    for (const waitMs of [0, minutesMs, hourMs]) {
      town.env.pass(waitMs)
      expect(await town.offer(message, contact)).toBe('REPLAY_FORGOTTEN')
    }
    expect(await town.offer(town.sign(contact, hourMs), contact)).toBe('ok')
  }
})

test('a clock that ran a year ahead, with marks dropped meanwhile, leaves nobody out once it is right', async () => {
  const town = new Town('kept')
  for (let number = 1; number < 6; number += 1) await town.offer(town.sign(peerOf(number), minutesMs), contact)
  town.env.setWrong(yearMs)
  for (let number = 10; number < 200; number += 1) {
    await town.offer(town.sign(peerOf(number), 1_000, yearMs), forwarders[number % 3] ?? contact)
    town.env.pass(5_000)
  }
  expect(town.handedOn.size).toBeGreaterThan(20)
  town.env.setWrong(0)
  town.restart()
  town.env.pass(minutesMs)
  for (const message of town.signed) expect(await town.offer(message, contact)).not.toBe('ok')
  expect(await town.offer(town.sign(peerOf(500), minutesMs), peerOf(950))).toBe('ok')
  town.env.pass(yearMs - hourMs)
  for (let at = 0; at < 100; at += 1) {
    for (const message of town.signed) await town.offer(message, contact)
    town.env.pass(60_000)
  }
})

test('an author that was active while the clock ran ahead does not cost others the year between', async () => {
  const town = new Town('kept')
  expect(await town.offer(town.sign(peerOf(5), minutesMs), peerOf(901))).toBe('ok')
  town.env.setWrong(yearMs)
  expect(await town.offer(town.sign(peerOf(5), 1_000, yearMs), peerOf(901))).toBe('ok')
  town.env.pass(minutesMs)
  // Their forwarder has room for two, so the idle one is dropped.
  for (const number of [6, 7]) await town.offer(town.sign(peerOf(number), minutesMs, yearMs), peerOf(901))
  expect(town.guard.getStats().authors).toBe(2)
  town.env.setWrong(0)
  for (const message of town.signed) await town.offer(message, peerOf(902))
  expect(await town.offer(town.sign(peerOf(8), hourMs), peerOf(902))).toBe('ok')
})

test('a clock ten minutes off refuses what it cannot believe, and is itself not moved', async () => {
  const town = new Town('kept')
  town.env.setWrong(-minutesMs)
  const message = town.sign(contact, hourMs)
  expect(await town.offer(message, contact)).toBe('REPLAY_CREATED_FUTURE')
  town.env.setWrong(minutesMs)
  expect(await town.offer(message, contact)).toBe('ok')
  expect(town.env.wallMs() - town.env.trueMs).toBe(minutesMs)
})

test('stored messages, replayed over restarts: none is handed on twice, and memory stays within its bound', async () => {
  const replays = full ? 1_000_000 : 100_000
  const env = new SkewedEnv()
  const store = new FakeReplayStore()
  const handedOn = new Set<number>()
  const authors = full ? 3_000 : 300
  const each = full ? 20 : 10
  const kept = Array.from({ length: authors * each }, (_, index) =>
    messageAt(env.wallMs(), { author: peerOf(index % authors), sequence: index, expiresMs: env.wallMs() + dayMs }),
  )
  let disk = store
  let now = env
  let bytesMost = 0
  let asked = 0
  while (asked < replays) {
    const guard = createReplayGuard({ env: now, store: disk, isFirstStart: true })
    // Each run dies with its last batch on the way, and sees everything that there is before the next.
    for (let start = 0; start < kept.length && asked < replays; start += 500) {
      const batch = kept.slice(start, start + 500)
      asked += batch.length
      const codes = await Promise.all(batch.map((message, index) => guard.admit(message, peerOf(9_000 + (index % 40)))))
      for (const [index, verdict] of codes.entries()) {
        if (!verdict.ok) continue
        expect(handedOn.has(start + index)).toBe(false)
        handedOn.add(start + index)
      }
      bytesMost = Math.max(bytesMost, guard.getStats().bytes)
    }
    disk = disk.crash()
    now = now.restarted()
    now.pass(minutesMs)
  }
  expect(handedOn.size).toBe(kept.length)
  expect(bytesMost).toBeGreaterThan(0)
  expect(bytesMost).toBeLessThanOrEqual(defaultReplayLimits.cacheBytesMax)
})

test('a node that restarts is believed at once, and its own epochs never meet again', async () => {
  const town = new Town('kept')
  const mine = new FakeReplayStore()
  for (const wrongMs of [0, -minutesMs, -yearMs, minutesMs, 0]) {
    const authorEnv = new SkewedEnv()
    authorEnv.setWrong(wrongMs)
    const clock = await openAuthorClock({ env: authorEnv, store: mine.crash() })
    for (let count = 0; count < 3; count += 1) {
      const nowMs = town.env.wallMs()
      const message = { author: contact, ...clock.next(), createdMs: nowMs, expiresMs: nowMs + hourMs }
      expect(await town.offer(message, contact)).toBe('ok')
    }
  }
})

test.runIf(full)('what is charged is no less than what the engine takes', async () => {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  const env = new SkewedEnv()
  const fill = async (authors: number, step: number): Promise<ReplayGuard> => {
    const guard = createReplayGuard({ env, isFirstStart: true, isReserved: () => true })
    for (let index = 0; index < authors; index += 1) {
      for (const sequence of [0, step]) {
        await guard.admit(messageAt(env.wallMs(), { author: peerOf(index), sequence }), peerOf(900))
      }
    }
    return guard
  }
  const usedBytes = (): number => {
    collect()
    collect()
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return heapUsed + arrayBuffers
  }
  const shapes = [
    [30_000, 1],
    [20_000, 40],
    [8_000, 8_000],
  ] as const
  for (const [authors, step] of shapes) {
    await fill(200, step)
    const before = usedBytes()
    const guard = await fill(authors, step)
    const { bytes, authors: held } = guard.getStats()
    expect(usedBytes() - before).toBeLessThanOrEqual(bytes)
    expect(held).toBe(authors)
  }
})
