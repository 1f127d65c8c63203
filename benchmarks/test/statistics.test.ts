import { describe, expect, test } from 'vitest'
import { quantile, summarise } from '../src/statistics.ts'

describe('quantile', () => {
  test('is a number of the list where one lies there, and between two where none does', () => {
    expect(quantile([3, 1, 2], 0.5)).toBe(2)
    expect(quantile([4, 1, 2, 3], 0.5)).toBe(2.5)
    expect(quantile([10, 20], 0.99)).toBeCloseTo(19.9)
    expect(quantile([7], 0.99)).toBe(7)
  })

  test('sorts by size, not by text, and leaves the list as it was', () => {
    const numbers = [100, 9, 20]
    expect(quantile(numbers, 1)).toBe(100)
    expect(numbers).toEqual([100, 9, 20])
  })

  test('of nothing is not a number', () => {
    expect(quantile([], 0.5)).toBeNaN()
  })
})

test('a summary has the median and the range', () => {
  expect(summarise([5, 1, 9])).toEqual({ median: 5, min: 1, max: 9 })
})
