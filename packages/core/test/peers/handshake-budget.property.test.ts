import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type GroupRank, HandshakeBudget } from '../../src/peers/handshake-budget.js'

// The budget against token buckets counted in whole thousandths.

const limits = {
  handshakesPerSecond: 100,
  handshakesBurst: 80,
  handshakesPerGroupPerSecond: 10,
  handshakesPerGroupBurst: 20,
}

class Bucket {
  readonly #perSecond: number
  readonly #fullMilli: number
  #milli: number
  #atMs = 0

  constructor(perSecond: number, burst: number) {
    this.#perSecond = perSecond
    this.#fullMilli = burst * 1_000
    this.#milli = this.#fullMilli
  }

  holds(nowMs: number, cost: number, reserve = 0): boolean {
    this.#milli = Math.min(this.#fullMilli, this.#milli + (nowMs - this.#atMs) * this.#perSecond)
    this.#atMs = nowMs
    return this.#milli >= (cost + reserve) * 1_000
  }

  take(cost: number): void {
    this.#milli -= cost * 1_000
  }
}

const reserves: Readonly<Record<GroupRank, number>> = { familiar: 0, unknown: 20, discouraged: 60 }

class Model {
  readonly common = new Bucket(limits.handshakesPerSecond, limits.handshakesBurst)
  readonly groups = new Map<string | undefined, Bucket>()
  nowMs = 0

  take(group: string | undefined, rank: GroupRank, cost: number): boolean {
    const own = this.groups.get(group) ?? new Bucket(limits.handshakesPerGroupPerSecond, limits.handshakesPerGroupBurst)
    if (group !== undefined) this.groups.set(group, own)
    const holds = own.holds(this.nowMs, cost) || group === undefined
    if (!this.common.holds(this.nowMs, cost, reserves[rank]) || !holds) return false
    this.common.take(cost)
    own.take(cost)
    return true
  }
}

class Take implements fc.Command<Model, HandshakeBudget> {
  readonly waitMs: number
  readonly group: string | undefined
  readonly rank: GroupRank
  readonly cost: number

  constructor(waitMs: number, group: string | undefined, rank: GroupRank, cost: number) {
    this.waitMs = waitMs
    this.group = group
    this.rank = rank
    this.cost = cost
  }

  check = (): boolean => true

  run(model: Model, budget: HandshakeBudget): void {
    model.nowMs += this.waitMs
    const waitMs = budget.take(model.nowMs, this.group, this.rank, this.cost)
    expect(waitMs === 0).toBe(model.take(this.group, this.rank, this.cost))
  }

  toString = (): string => `take(+${this.waitMs} ms, ${this.group}, ${this.rank}, ${this.cost})`
}

test('it admits exactly what token buckets with a reserve admit', () => {
  const take = fc
    .tuple(
      fc.oneof({ weight: 4, arbitrary: fc.nat(20) }, fc.nat(2_000)),
      fc.constantFrom('a', 'b', 'c', 'd', 'e', undefined),
      fc.constantFrom<GroupRank>('familiar', 'unknown', 'discouraged'),
      fc.constantFrom(1, 3, 10),
    )
    .map((parts) => new Take(...parts))
  fc.assert(
    fc.property(fc.commands([take], { maxCommands: 120, size: 'max' }), (steps) => {
      fc.modelRun(() => ({ model: new Model(), real: new HandshakeBudget(limits) }), steps)
    }),
    { numRuns: 200 },
  )
})

test('a group that this node knows is served while any number of others press as hard as they can', () => {
  const budget = new HandshakeBudget(limits)
  let served = 0
  let pressed = 0
  for (let nowMs = 0; nowMs < 10_000; nowMs += 1) {
    for (let count = 0; count < 5; count += 1) {
      pressed += Number(budget.take(nowMs, `stranger ${nowMs} ${count}`, 'unknown', 4) === 0)
      pressed += Number(budget.take(nowMs, `bad ${count}`, 'discouraged', 1) === 0)
    }
    if (nowMs % 100 === 0) served += Number(budget.take(nowMs, 'known', 'familiar', 1) === 0)
  }
  expect(served).toBe(100)
  // In all the burst and what the rate adds, and not a unit more.
  expect(pressed * 4 + served).toBeGreaterThan(900)
  expect(pressed + served).toBeLessThanOrEqual(80 + 1_000)
})

test('a million requests from 100,000 groups leave it with those that have not rested, and soon with none', () => {
  const budget = new HandshakeBudget(limits)
  // A group is rested two seconds after it last took.
  const most = limits.handshakesBurst + limits.handshakesPerSecond * 2 + 1
  for (let count = 0; count < 1_000_000; count += 1) {
    budget.take(Math.floor(count / 100), `group ${count % 100_000}`, 'familiar', 1)
    if (budget.groups > most) throw new Error(`${budget.groups} groups after ${count}`)
  }
  expect(budget.groups).toBeGreaterThan(0)
  budget.take(60_000, undefined, 'familiar', 1)
  expect(budget.groups).toBe(0)
})

test('what a group has used cannot be washed away by others', () => {
  const budget = new HandshakeBudget({ ...limits, handshakesPerSecond: 100_000, handshakesBurst: 100_000 })
  for (let count = 0; count < 20; count += 1) expect(budget.take(0, 'greedy', 'familiar', 1)).toBe(0)
  for (let count = 0; count < 70_000; count += 1) budget.take(0, `other ${count}`, 'familiar', 1)
  expect(budget.take(0, 'greedy', 'familiar', 1)).toBeGreaterThan(0)
})

test('the smallest limits still let one handshake through at a time', () => {
  const ones = {
    handshakesPerSecond: 1,
    handshakesBurst: 1,
    handshakesPerGroupPerSecond: 1,
    handshakesPerGroupBurst: 1,
  }
  for (const rank of ['familiar', 'unknown', 'discouraged'] as const) {
    const budget = new HandshakeBudget(ones)
    expect(budget.take(0, 'a', rank, 1), rank).toBe(0)
    expect(budget.take(5_000, 'a', rank, 3), rank).toBe(0)
    expect(budget.take(5_000, 'a', rank, 3), rank).toBeGreaterThan(0)
  }
})
