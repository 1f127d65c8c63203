import { everySeed, simulationSeeds } from '@rondo/testkit/simulator'
import { afterEach, expect, test, vi } from 'vitest'

const counts = { quick: 3, full: 5 }

afterEach(() => {
  vi.unstubAllEnvs()
})

test('the tier decides how many seeds there are', () => {
  vi.stubEnv('RONDO_SEED', undefined)
  vi.stubEnv('RONDO_TIER', 'quick')
  expect(simulationSeeds(counts)).toEqual([1, 2, 3])
  vi.stubEnv('RONDO_TIER', 'full')
  expect(simulationSeeds(counts)).toEqual([1, 2, 3, 4, 5])
})

test('RONDO_SEED runs one seed alone, whatever the tier', () => {
  vi.stubEnv('RONDO_SEED', '4711')
  expect(simulationSeeds(counts)).toEqual([4711])
  vi.stubEnv('RONDO_SEED', 'seven')
  expect(() => simulationSeeds(counts)).toThrow(TypeError)
})

test('the first seed that fails ends it, and says how to replay it alone', async () => {
  const ran: number[] = []
  const failing = everySeed([1, 2, 3], (seed) => {
    ran.push(seed)
    if (seed === 2) throw new Error('two is too many')
  })
  await expect(failing).rejects.toThrow(
    'seed 2: two is too many\nreplay it alone: RONDO_SEED=2 npm test -- seeds.test.ts',
  )
  expect(ran).toEqual([1, 2])
})
