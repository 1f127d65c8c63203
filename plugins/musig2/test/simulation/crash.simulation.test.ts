import { expect, test } from 'vitest'
import { judgeWorld } from './invariants.js'
import { playWorld } from './play.js'
import type { Recipe } from './recipe.js'

// A signer that is killed at every moment of a round, and comes back with its disk or without it; or whose program gives up.

const isFull = process.env['RONDO_TIER'] === 'full'
const stepMs = isFull ? 2 : 11
/** Between the invitation and the last word. */
const [fromMs, toMs] = isFull ? [2, 400] : [100, 280]
const timeout = isFull ? 1_800_000 : 120_000

function killedAt(atMs: number, peer: number, keepStore: boolean): Recipe {
  return {
    ...{
      seed: 1,
      signers: 3,
      hasStranger: false,
      isByHand: false,
      servesFirst: true,
      givesUp: undefined,
      lies: new Map(),
    },
    network: { latencyMs: [5, 40] },
    jobs: [{ host: 0, atMs: 0, retries: 1, inputs: 0, tweaks: [true], hasOwnKeys: false }],
    events: [{ atMs, kind: 'crash', peer, keepStore, backAfterMs: 100 }],
  }
}

test.each([
  ['a signer with its disk', 1, true],
  ['a signer without its disk', 1, false],
  ['the host with its disk', 0, true],
] as const)(
  '%s, killed at whatever moment, warns of a part that left in its former life',
  { timeout },
  async (_, peer, keepStore) => {
    const warned = { former: 0, anew: 0 }
    for (let atMs = fromMs; atMs < toMs; atMs += stepMs) {
      const recipe = killedAt(atMs, peer, keepStore)
      const played = await playWorld(recipe)
      for (const { endings, life, isRecovered } of await judgeWorld(recipe, played)) {
        const last = endings.at(-1)
        if (life > 0 && last?.status === 'aborted' && last.mayBeSigned) warned[isRecovered ? 'former' : 'anew'] += 1
      }
    }
    expect(warned[keepStore ? 'former' : 'anew']).toBeGreaterThan(0)
  },
)

test('a signer whose program gives up, at whatever moment, ends with the signature or a warning once its part left', {
  timeout,
}, async () => {
  const ends = new Set<string>()
  for (let atMs = fromMs; atMs < toMs; atMs += stepMs) {
    const recipe: Recipe = { ...killedAt(0, 1, true), events: [], givesUp: { peer: 1, atMs } }
    const played = await playWorld(recipe)
    for (const { endings, peer } of await judgeWorld(recipe, played)) {
      const last = endings.at(-1)
      if (peer !== 1 || last === undefined) continue
      ends.add(last.status === 'completed' ? 'signed' : `${last.reason} ${last.mayBeSigned}`)
    }
  }
  expect([...ends].sort()).toEqual(['STOPPED false', 'STOPPED true', 'signed'])
})

test('who has lost its disk, and learns only that a former life was in the round, warns as well', async () => {
  const job = { host: 1, atMs: 0, retries: 1, inputs: 0, tweaks: [true], hasOwnKeys: false }
  // Its part has left; the host has gone and come back as well, and shows it no more than that it had accepted.
  const recipe: Recipe = {
    ...killedAt(99, 0, false),
    ...{ seed: 328, signers: 2, jobs: [job], network: { latencyMs: [2, 20] } },
    events: [
      { atMs: 99, kind: 'crash', peer: 0, keepStore: false, backAfterMs: 2_839 },
      { atMs: 1_296, kind: 'crash', peer: 1, keepStore: true, backAfterMs: 59 },
    ],
  }
  const played = await playWorld(recipe)
  const known = await judgeWorld(recipe, played)
  const [last] = known.flatMap(({ peer, endings }) => (peer === 0 ? endings : []))
  expect(last).toMatchObject({ status: 'aborted', reason: 'RESTARTED', mayBeSigned: true })
  expect(played.tap.said.some(({ peer, type, hasLeft }) => peer === 0 && type === 'sign' && hasLeft)).toBe(true)
})
