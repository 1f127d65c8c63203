import { completedOrNames } from '@rondo/rounds/testing'
import { everySeed, simulationSeeds } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'
import type { SigningOutcome } from '../../src/index.js'
import { judged, judgeWorld, type Known } from './invariants.js'
import { type Played, playWorld } from './play.js'
import { describeRecipe, everyTrouble, type Recipe, recipeOf, type Trouble } from './recipe.js'

// Signatures in worlds that were drawn from a seed. 300 seeds in every run of the tests, 10,000 where RONDO_TIER is full.

const timeout = process.env['RONDO_TIER'] === 'full' ? 7_200_000 : 240_000

interface Seen {
  signed: number
  aborted: number
  warned: number
  convicted: number
  recovered: number
  unconfirmed: number
  signedLate: number
}

type Check = (recipe: Recipe, played: Played, known: readonly Known[]) => void

async function playAll(seeds: readonly number[], trouble: Trouble, check?: Check): Promise<Seen> {
  const seen: Seen = { signed: 0, aborted: 0, warned: 0, convicted: 0, recovered: 0, unconfirmed: 0, signedLate: 0 }
  await everySeed(seeds, async (seed) => {
    const recipe = recipeOf(seed, trouble)
    const played = await playWorld(recipe)
    const known = await judgeWorld(recipe, played)
    check?.(recipe, played, known)
    for (const each of known) count(seen, each)
  })
  return seen
}

function count(seen: Seen, { endings, isRecovered }: Known): void {
  const last = endings.at(-1)
  if (last?.status === 'completed') seen.signed += 1
  if (last?.status === 'aborted') {
    seen.aborted += 1
    if (last.mayBeSigned) seen.warned += 1
    if (last.culprits.length > 0) seen.convicted += 1
    if (last.signed !== undefined) seen.unconfirmed += 1
  }
  if (isRecovered) seen.recovered += 1
  if (endings.length > 1) seen.signedLate += 1
}

/** Nothing of this may stop to happen without being noticed; one seed alone need not have it. */
function expectAll(seen: Seen, ...kinds: readonly (keyof Seen)[]): void {
  if ((process.env['RONDO_SEED'] ?? '') !== '') return
  for (const kind of kinds) expect(seen[kind], kind).toBeGreaterThan(0)
}

/** Before there is an attempt nobody has to have done anything wrong. */
const before: readonly string[] = ['LEFT_OUT', 'CANCELLED', 'NOT_ENOUGH', 'DECLINED']

/**
 * A further attempt that a liar showed to one signer in time and to the others too late: they have ended, and all that the one can see is
 * that they do not come (seed 1241). It suspects them, and convicts nobody.
 */
function isLeftAlone(last: SigningOutcome): boolean {
  if (last.status !== 'aborted' || last.reason !== 'TIMEOUT' || last.culprits.length > 0) return false
  return last.account.attempts.length > 1 && last.suspects.every(({ phase }) => phase === 'join')
}

/** Where nothing else can be the reason, a liar is among those who are named. */
function liarsAreNamed(recipe: Recipe, { peerIds }: Played, known: readonly Known[]): void {
  const liars = [...recipe.lies.keys()].map((peer) => peerIds[peer] ?? '')
  for (const { peer, endings } of known) {
    const last = endings.at(-1)
    if (last === undefined || (last.status === 'aborted' && before.includes(last.reason))) continue
    if (isLeftAlone(last)) continue
    const verdict =
      liars.length > 0 ? completedOrNames(...liars)(judged(last)) : last.status === 'completed' || 'it is not signed'
    if (verdict !== true) throw new Error(`signer ${peer}: ${verdict}\n${describeRecipe(recipe)}`)
  }
}

test('where nothing goes wrong, everybody has the signature', { timeout }, async () => {
  const seen = await playAll(simulationSeeds({ quick: 30, full: 500 }), {})
  expect(seen).toEqual({ ...seen, aborted: 0, recovered: 0, signedLate: 0 })
  expect(seen.signed).toBeGreaterThan(1)
})

test('whatever a network does', { timeout }, async () => {
  const seen = await playAll(simulationSeeds({ quick: 45, full: 1_500 }), { network: true, partitions: true })
  expectAll(seen, 'signed', 'aborted')
})

test('whoever crashes', { timeout }, async () => {
  const trouble = { crashes: true, clocks: true, network: true }
  const seen = await playAll(simulationSeeds({ quick: 60, full: 2_000 }), trouble)
  expectAll(seen, 'signed', 'aborted', 'recovered', 'warned')
})

test('whoever lies', { timeout }, async () => {
  const seen = await playAll(simulationSeeds({ quick: 95, full: 3_500 }), { lies: true }, liarsAreNamed)
  expectAll(seen, 'signed', 'aborted', 'convicted', 'warned')
})

test('whatever happens', { timeout }, async () => {
  const seen = await playAll(simulationSeeds({ quick: 70, full: 2_500 }), everyTrouble)
  expectAll(seen, 'signed', 'aborted', 'convicted', 'recovered')
})
