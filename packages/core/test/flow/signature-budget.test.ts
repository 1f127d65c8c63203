import { expect, test } from 'vitest'
import { newKeyCost, SignatureBudget } from '../../src/flow/signature-budget.js'

const limits = { signaturesPerSecond: 10, signaturesBurst: 20 }

test('a burst of signatures by known keys is verified, then as many as the rate allows', () => {
  const budget = new SignatureBudget(limits)
  for (let count = 0; count < 20; count += 1) expect(budget.take(0, true)).toBe(0)
  expect(budget.take(0, true)).toBeCloseTo(100)
  expect([budget.take(100, true), budget.take(100, true) > 0]).toEqual([0, true])
})

test('one by a new key costs as much as ten', () => {
  const budget = new SignatureBudget(limits)
  expect(newKeyCost).toBe(10)
  expect([budget.take(0, false), budget.take(0, false)]).toEqual([0, 0])
  expect(budget.take(0, false)).toBeCloseTo(1_000)
  expect(budget.take(999, false)).toBeGreaterThan(0)
  expect(budget.take(1_000, false)).toBe(0)
})

test('the smallest budget still verifies one by a new key', () => {
  const budget = new SignatureBudget({ signaturesPerSecond: 1, signaturesBurst: 1 })
  expect([budget.take(0, false), budget.take(0, true) > 0, budget.take(1_000, false)]).toEqual([0, true, 0])
})
