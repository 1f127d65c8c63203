import { expect, test } from 'vitest'
import { Gcra } from '../../src/flow/gcra.js'

test('a burst passes at once, and one more waits for an interval', () => {
  const rate = new Gcra(10, 3)
  expect([rate.take(0), rate.take(0), rate.take(0)]).toEqual([0, 0, 0])
  expect(rate.take(0)).toBe(100)
})

test('what was refused is not counted', () => {
  const rate = new Gcra(10, 1)
  rate.take(0)
  for (let attempt = 0; attempt < 50; attempt += 1) expect(rate.take(50)).toBe(50)
  expect(rate.take(100)).toBe(0)
})

test('the wait is exactly what it takes', () => {
  const rate = new Gcra(4, 2)
  rate.take(0)
  rate.take(0)
  const waitMs = rate.take(60)
  expect(waitMs).toBe(190)
  expect(rate.take(60 + waitMs)).toBe(0)
})

test('a long silence gives back one burst and no more', () => {
  const rate = new Gcra(1, 2)
  rate.take(0)
  expect([rate.take(1e9), rate.take(1e9)]).toEqual([0, 0])
  expect(rate.take(1e9)).toBeGreaterThan(0)
})

test('a cost above one takes as many events', () => {
  const rate = new Gcra(1_000, 100)
  expect(rate.take(0, 60)).toBe(0)
  expect(rate.take(0, 60)).toBe(20)
  expect(rate.take(0, 40)).toBe(0)
})

test('a charge is always counted, and says how long to hold back', () => {
  const rate = new Gcra(1_000, 10)
  expect(rate.charge(0, 10)).toBe(0)
  expect(rate.charge(0, 5)).toBe(5)
  expect(rate.charge(0, 5)).toBe(10)
  expect(rate.charge(10, 0)).toBe(0)
})

test('a burst passes whole where the interval is no round number', () => {
  for (const perSecond of [3, 7, 13, 29, 60]) {
    for (const nowMs of [0, 0.1, 123_456.789, 1e7 + 1 / 3, 9_876_543_210.123]) {
      const rate = new Gcra(perSecond, perSecond)
      const waits = Array.from({ length: perSecond }, () => rate.take(nowMs))
      expect(waits, `${perSecond} a second at ${nowMs}`).toEqual(waits.map(() => 0))
      expect(rate.take(nowMs)).toBeGreaterThan(0)
    }
  }
})
