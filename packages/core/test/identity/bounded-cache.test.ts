import { expect, test } from 'vitest'
import { BoundedCache } from '../../src/identity/bounded-cache.js'

test('what was not used for longest is forgotten first', () => {
  const cache = new BoundedCache<string, number>(2)
  cache.set('a', 1)
  cache.set('b', 2)
  expect(cache.get('a')).toBe(1)
  cache.set('c', 3)
  expect(['a', 'b', 'c'].map((key) => cache.has(key))).toEqual([true, false, true])
})

test('to be asked after is no use', () => {
  const cache = new BoundedCache<string, number>(2)
  cache.set('a', 1)
  cache.set('b', 2)
  cache.has('a')
  cache.set('c', 3)
  expect(cache.get('a')).toBeUndefined()
})

test('it never holds more than its bound, whatever comes', () => {
  const cache = new BoundedCache<number, number>(100)
  for (let key = 0; key < 100_000; key += 1) cache.set(key, key)
  for (let key = 0; key < 100_000; key += 1) cache.set(1, key)
  expect(cache.size).toBeLessThanOrEqual(100)
})
