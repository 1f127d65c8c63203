import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Scores } from '../../src/peers/scores.js'

const limits = { scoreDiscouraged: 1_000, scoreHalfLifeMs: 60_000, scoresMax: 8 }

/** The plain reference: every blame kept, and summed up anew each time; without the bound on how many are remembered. */
class Ledger {
  readonly #entries = new Map<string, { readonly points: number; readonly atMs: number }[]>()

  blame(key: string, points: number, atMs: number): void {
    this.#entries.set(key, [...(this.#entries.get(key) ?? []), { points, atMs }])
  }

  of(key: string, nowMs: number): number {
    let value = 0
    let lastMs = 0
    for (const { points, atMs } of this.#entries.get(key) ?? []) {
      value = Math.min(4_000, value * 0.5 ** ((atMs - lastMs) / limits.scoreHalfLifeMs) + points)
      lastMs = atMs
    }
    return value * 0.5 ** ((nowMs - lastMs) / limits.scoreHalfLifeMs)
  }
}

const keys = fc.constantFrom('a', 'b', 'c', 'd')
const points = fc.constantFrom(1, 10, 20, 500, 3_000)
const wait = fc.oneof(fc.constant(0), fc.nat(1_000), fc.nat(200_000))

describe('scores', () => {
  test('are the blame, halved as time goes by, as a ledger sums it up', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(wait, keys, points), { maxLength: 40 }), (steps) => {
        const scores = new Scores(limits)
        const ledger = new Ledger()
        let nowMs = 0
        for (const [waitMs, key, much] of steps) {
          nowMs += waitMs
          scores.blame(key, much, nowMs)
          ledger.blame(key, much, nowMs)
          for (const each of ['a', 'b', 'c', 'd', 'nobody']) {
            const expected = ledger.of(each, nowMs)
            expect(scores.of(each, nowMs)).toBeCloseTo(expected, 6)
            if (Math.abs(expected - 1_000) > 1e-6) expect(scores.isDiscouraged(each, nowMs)).toBe(expected > 1_000)
          }
        }
      }),
      { numRuns: 200 },
    )
  })

  test('halve with each half-life, and discourage nobody for longer than two of them', () => {
    const scores = new Scores(limits)
    for (let count = 0; count < 1_000; count += 1) scores.blame('a', 500, 0)
    expect([scores.of('a', 0), scores.of('a', 60_000)]).toEqual([4_000, 2_000])
    expect(scores.isDiscouraged('a', 119_999)).toBe(true)
    expect(scores.isDiscouraged('a', 120_001)).toBe(false)
    expect([scores.countDiscouraged(0), scores.countDiscouraged(120_001)]).toEqual([1, 0])
  })

  test('never forget the worst, however many newcomers there are', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 900 })), { maxLength: 200 }), (blames) => {
        const scores = new Scores(limits)
        scores.blame('worst', 4_000, 0)
        for (const [who, much] of blames) {
          scores.blame(`${who}`, much, 0)
          expect(scores.size).toBeLessThanOrEqual(limits.scoresMax)
          // Others may become as bad as the worst; nobody becomes worse.
          expect(scores.of('worst', 0)).toBe(4_000)
          expect(scores.of(`${who}`, 0)).toBeGreaterThanOrEqual(much)
        }
      }),
      { numRuns: 200, examples: [[Array.from({ length: 100 }, (_, who) => [who, 1] as [number, number])]] },
    )
  })

  test('of 100,000 keys stay within their bound, and decay to nothing', () => {
    const scores = new Scores({ ...limits, scoresMax: 256 })
    for (let count = 0; count < 100_000; count += 1) {
      scores.blame(`key ${count}`, 1 + (count % 700), count)
      if (scores.size > 256) throw new Error('too many')
    }
    expect(scores.size).toBeGreaterThan(100)
    scores.sweep(100_000 + 10 * 60_000)
    expect(scores.size).toBe(0)
  })
})
