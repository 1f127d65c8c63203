import { expect, test } from 'vitest'
import { newKeyCost, SignatureBudget } from '../../src/flow/signature-budget.js'

const limits = { signaturesPerSecond: 10, signaturesBurst: 20 }

test('a burst of signatures by known keys holds nobody back, and each one more holds back for as long as the rate says', () => {
  const budget = new SignatureBudget(limits)
  for (let count = 0; count < 20; count += 1) expect(budget.charge(0, true)).toBe(0)
  expect(budget.charge(0, true)).toBeCloseTo(100)
  expect(budget.charge(100, true)).toBeCloseTo(100)
  expect(budget.charge(2_300, true)).toBe(0)
})

test('one by a new key costs as much as ten', () => {
  const budget = new SignatureBudget(limits)
  expect(newKeyCost).toBe(10)
  expect([budget.charge(0, false), budget.charge(0, false)]).toEqual([0, 0])
  expect(budget.charge(0, false)).toBeCloseTo(1_000)
})

test('the smallest budget is used up by one signature, whatever its key, and rested a second later', () => {
  for (const isKeyChecked of [true, false]) {
    const budget = new SignatureBudget({ signaturesPerSecond: 1, signaturesBurst: 1 })
    expect([budget.charge(0, isKeyChecked), budget.charge(1_000, isKeyChecked)]).toEqual([0, 0])
    expect(budget.charge(1_000, isKeyChecked)).toBeCloseTo(1_000)
  }
})
