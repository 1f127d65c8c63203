import { completedOrNames, equivocate, malformed } from '@rondo/rounds/testing'
import { everySeed, simulationSeeds } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'
import { endingsOf, judgeWorld, type Played, playWorld } from './play.js'
import { describeRecipe, everyTrouble, type Recipe, recipeOf, type Trouble } from './recipe.js'

const isFull = process.env['RONDO_TIER'] === 'full'
/** In the quick tier no world is so large that it takes the time of a hundred small ones. */
const peersMax = isFull ? 20 : 8
const timeout = isFull ? 3_600_000 : 300_000

interface Seen {
  completed: number
  aborted: number
  recovered: number
  upgraded: number
}

/** Nothing of this may stop to happen without being noticed; one seed alone need not have it. */
function expectAll(seen: Seen, ...kinds: readonly (keyof Seen)[]): void {
  if ((process.env['RONDO_SEED'] ?? '') !== '') return
  for (const kind of kinds) expect(seen[kind], kind).toBeGreaterThan(0)
}

type Check = (recipe: Recipe, played: Played) => void

async function playAll(seeds: readonly number[], trouble: Trouble, check?: Check): Promise<Seen> {
  const seen: Seen = { completed: 0, aborted: 0, recovered: 0, upgraded: 0 }
  await everySeed(seeds, async (seed) => {
    const recipe = recipeOf(seed, trouble)
    const played = await playWorld(recipe)
    await judgeWorld(recipe, played)
    check?.(recipe, played)
    for (const { endings, isRecovered } of endingsOf(played).flat()) {
      const last = endings.at(-1)
      if (last !== undefined) seen[last.status] += 1
      if (isRecovered) seen.recovered += 1
      if (endings.length > 1) seen.upgraded += 1
    }
  })
  return seen
}

/** Where nothing else can be the reason, a liar is among those who are named. */
function liarsAreNamed(recipe: Recipe, played: Played): void {
  const liars = [...recipe.malice.keys()].map((peer) => played.peerIds[peer] ?? '')
  if (liars.length === 0) return
  for (const [peer, watched] of endingsOf(played).entries()) {
    for (const last of watched.flatMap(({ endings }) => endings.at(-1) ?? [])) {
      // Who was not taken along has seen no more than that.
      if (last.status === 'aborted' && ['LEFT_OUT', 'CANCELLED'].includes(last.reason)) continue
      const verdict = completedOrNames(...liars)(last)
      if (verdict !== true) throw new Error(`peer ${peer} ${verdict}\n${describeRecipe(recipe)}`)
    }
  }
}

test('where nothing goes wrong, everybody completes', async () => {
  const seen = await playAll(simulationSeeds({ quick: 20, full: 500 }), { peersMax: isFull ? 20 : 12 })
  expect(seen).toEqual({ completed: seen.completed, aborted: 0, recovered: 0, upgraded: 0 })
  expect(seen.completed).toBeGreaterThan(1)
})

test('whatever a network does', { timeout }, async () => {
  const seen = await playAll(simulationSeeds({ quick: 45, full: 2_000 }), {
    ...{ network: true, partitions: true, sparse: true },
    peersMax,
  })
  expectAll(seen, 'completed', 'aborted')
})

test('whoever crashes', { timeout }, async () => {
  const seen = await playAll(simulationSeeds({ quick: 55, full: 2_000 }), {
    ...{ crashes: true, clocks: true, network: true },
    peersMax,
  })
  expectAll(seen, 'completed', 'aborted', 'recovered')
})

test('whoever lies', { timeout }, async () => {
  const seen = await playAll(simulationSeeds({ quick: 70, full: 4_000 }), { malice: true, peersMax }, liarsAreNamed)
  expectAll(seen, 'completed', 'aborted')
})

test('whatever happens', { timeout }, async () => {
  const seen = await playAll(simulationSeeds({ quick: 110, full: 10_000 }), { ...everyTrouble, peersMax })
  expectAll(seen, 'completed', 'aborted', 'recovered')
})

test('of two culprits each is convicted by evidence of its own', { timeout }, async () => {
  await everySeed(simulationSeeds({ quick: 12, full: 500 }), async (seed) => {
    const malice = new Map([
      [0, [equivocate('join')]],
      [2, [malformed('show')]],
    ])
    const recipe: Recipe = { ...recipeOf(seed, {}), peers: 4, protocol: 'spending', hosts: [0], minimum: 2, malice }
    await judgeWorld(recipe, await playWorld(recipe))
  })
})
