import { expect, test } from 'vitest'
import { FamiliarGroups } from '../../src/peers/familiar-groups.js'

test('a group is known once a peer of it was connected for a minute, and stays known when it leaves', () => {
  const groups = new FamiliarGroups()
  groups.arrived('a', 0)
  expect([groups.has('a', 59_999), groups.has('a', 60_000)]).toEqual([false, true])
  groups.left('a', 60_000)
  expect(groups.has('a', 1e9)).toBe(true)
})

test('short visits do not add up, and visits that overlap do', () => {
  const groups = new FamiliarGroups()
  for (let nowMs = 0; nowMs < 1_000_000; nowMs += 50_000) {
    groups.arrived('brief', nowMs)
    groups.left('brief', nowMs + 49_000)
  }
  groups.arrived('relay', 0)
  groups.arrived('relay', 40_000)
  groups.left('relay', 50_000)
  expect([groups.has('brief', 1_000_000), groups.has('relay', 60_000)]).toEqual([false, true])
  groups.left('never came', 0)
})

test('100,000 groups that come and go, quickly or slowly, leave no more than it remembers', () => {
  for (const stayMs of [10, 60_000]) {
    const groups = new FamiliarGroups()
    for (let count = 0; count < 100_000; count += 1) {
      groups.arrived(`group ${count}`, count)
      groups.left(`group ${count}`, count + stayMs)
    }
    expect(groups.size).toBe(stayMs < 60_000 ? 0 : 1_024)
  }
})
