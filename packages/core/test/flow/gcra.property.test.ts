import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Gcra } from '../../src/flow/gcra.js'

/** Rates whose interval is a whole number of milliseconds, so that the model counts without rounding. */
const perSecond = fc.constantFrom(1, 2, 4, 5, 8, 10, 20, 25, 50, 100, 200, 500, 1_000)
const burst = fc.integer({ min: 1, max: 40 })
/** Milliseconds between one event and the next; often none. */
const gaps = fc.array(fc.oneof(fc.constant(0), fc.nat(3), fc.nat(400)), { maxLength: 150 })

/** The plain reference: a bucket of `burst` tokens that fills by `perSecond`, in whole thousandths of a token. */
function createBucket(perSecond: number, burst: number) {
  const fullMilli = burst * 1_000
  let milli = fullMilli
  let atMs = 0
  return (nowMs: number): boolean => {
    milli = Math.min(fullMilli, milli + (nowMs - atMs) * perSecond)
    atMs = nowMs
    if (milli < 1_000) return false
    milli -= 1_000
    return true
  }
}

test('it admits exactly what a token bucket admits', () => {
  fc.assert(
    fc.property(perSecond, burst, gaps, (rate, most, waits) => {
      const gcra = new Gcra(rate, most)
      const bucket = createBucket(rate, most)
      let nowMs = 0
      for (const wait of waits) {
        nowMs += wait
        expect(gcra.take(nowMs) === 0).toBe(bucket(nowMs))
      }
    }),
    { numRuns: 400 },
  )
})

test('no window of time ever holds more than the burst and what the rate adds', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.1, max: 5_000, noNaN: true }), burst, gaps, (rate, most, waits) => {
      const gcra = new Gcra(rate, most)
      const admittedAt: number[] = []
      let nowMs = 0
      for (const wait of waits) {
        nowMs += wait
        if (gcra.take(nowMs) === 0) admittedAt.push(nowMs)
      }
      for (const [first, from] of admittedAt.entries()) {
        for (let last = first; last < admittedAt.length; last += 1) {
          const within = ((admittedAt[last] ?? from) - from) / 1_000
          expect(last - first + 1).toBeLessThanOrEqual(most + rate * within + 0.01)
        }
      }
    }),
    { numRuns: 100 },
  )
})

test('a source that keeps to its rate is never refused', () => {
  const start = fc.double({ min: 0, max: 1e10, noNaN: true })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000 }), burst, start, fc.array(fc.nat(50)), (rate, most, startMs, idle) => {
      const gcra = new Gcra(rate, most)
      let nowMs = startMs
      for (let event = 0; event < most; event += 1) expect(gcra.take(nowMs)).toBe(0)
      for (const pauseMs of idle) {
        nowMs += 1_000 / rate + pauseMs
        expect(gcra.take(nowMs)).toBe(0)
      }
    }),
    { numRuns: 300 },
  )
})

test('waiting for as long as it says is always enough', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 997 }), burst, gaps, (rate, most, waits) => {
      const gcra = new Gcra(rate, most)
      let nowMs = 0
      for (const wait of waits) {
        nowMs += wait
        const waitMs = gcra.take(nowMs)
        if (waitMs === 0) continue
        nowMs += Math.ceil(waitMs)
        expect(gcra.take(nowMs)).toBe(0)
      }
    }),
    { numRuns: 200 },
  )
})

test('asking for the wait counts nothing, a reserve is left untouched, and a rested source is as good as new', () => {
  const reserve = fc.integer({ min: 0, max: 20 })
  fc.assert(
    fc.property(perSecond, fc.integer({ min: 21, max: 60 }), reserve, gaps, (rate, most, kept, waits) => {
      const gcra = new Gcra(rate, most)
      const bucket = createBucket(rate, most - kept)
      let nowMs = 0
      let restedFromMs = 0
      for (const wait of waits) {
        nowMs += wait
        expect(gcra.isRested(nowMs)).toBe(nowMs >= restedFromMs)
        const holds = gcra.waitMs(nowMs, 1, kept) === 0
        expect(gcra.waitMs(nowMs, 1, kept) === 0).toBe(holds)
        // Above the reserve, it is a bucket that is smaller by just that.
        expect(holds).toBe(bucket(nowMs))
        if (!holds) continue
        gcra.charge(nowMs)
        restedFromMs = Math.max(restedFromMs, nowMs) + 1_000 / rate
      }
    }),
    { numRuns: 200 },
  )
})
