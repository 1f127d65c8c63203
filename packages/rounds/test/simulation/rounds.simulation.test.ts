import { everySeed, simulationSeeds } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'
import { endingsOf, judgeWorld, playWorld } from './play.js'
import { everyTrouble, recipeOf, type Trouble } from './recipe.js'

const isFull = process.env['RONDO_TIER'] === 'full'
/** In the quick tier no world is so large that it takes the time of a hundred small ones. */
const peersMax = isFull ? 20 : 8
const timeout = isFull ? 3_600_000 : 30_000

interface Seen {
  completed: number
  aborted: number
  recovered: number
  upgraded: number
}

async function playAll(seeds: readonly number[], trouble: Trouble): Promise<Seen> {
  const seen: Seen = { completed: 0, aborted: 0, recovered: 0, upgraded: 0 }
  await everySeed(seeds, async (seed) => {
    const recipe = recipeOf(seed, trouble)
    const played = await playWorld(recipe)
    await judgeWorld(recipe, played)
    for (const { endings, isRecovered } of endingsOf(played).flat()) {
      const last = endings.at(-1)
      if (last !== undefined) seen[last.status] += 1
      if (isRecovered) seen.recovered += 1
      if (endings.length > 1) seen.upgraded += 1
    }
  })
  return seen
}

test('where nothing goes wrong, everybody completes', async () => {
  const seen = await playAll(simulationSeeds({ quick: 20, full: 500 }), { peersMax: 20 })
  expect(seen).toEqual({ completed: seen.completed, aborted: 0, recovered: 0, upgraded: 0 })
  expect(seen.completed).toBeGreaterThan(1)
})

test('whatever a network does', { timeout }, async () => {
  const seen = await playAll(simulationSeeds({ quick: 30, full: 2_000 }), {
    ...{ network: true, partitions: true, sparse: true },
    peersMax,
  })
  expect(Math.min(seen.completed, seen.aborted)).toBeGreaterThan(0)
})

test('whoever crashes', { timeout }, async () => {
  const seen = await playAll(simulationSeeds({ quick: 40, full: 2_000 }), {
    ...{ crashes: true, clocks: true, network: true },
    peersMax,
  })
  expect(Math.min(seen.completed, seen.aborted, seen.recovered)).toBeGreaterThan(0)
})

test('whoever lies', { timeout }, async () => {
  const seen = await playAll(simulationSeeds({ quick: 50, full: 4_000 }), { malice: true, peersMax })
  expect(Math.min(seen.completed, seen.aborted)).toBeGreaterThan(0)
})

test('whatever happens', { timeout }, async () => {
  const seen = await playAll(simulationSeeds({ quick: 60, full: 10_000 }), { ...everyTrouble, peersMax })
  expect(Math.min(seen.completed, seen.aborted, seen.recovered)).toBeGreaterThan(0)
})
