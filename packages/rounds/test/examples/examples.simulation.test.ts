import { describeRound, verifyTranscript } from '@rondo/rounds'
import { noConflictingResults } from '@rondo/rounds/testing'
import { everySeed, isAbsent, simulationSeeds } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'
import { definitionOf, names, playInWorld } from './in-a-world.js'

// The examples in worlds that lose, delay and reorder.

function told(outcomes: readonly unknown[]): string {
  return outcomes.map((outcome) => describeRound(Object(outcome).account)).join('\n')
}

test.each(names)('%s: two to eight members all complete with the same result', async (name) => {
  await everySeed(simulationSeeds({ quick: 1, full: 30 }), async (seed) => {
    for (let peers = 2; peers <= 8; peers += 1) {
      const { outcomes } = await playInWorld(name, { seed, peers })
      expect(
        outcomes.map((outcome) => outcome.status),
        told(outcomes),
      ).toEqual(Array(peers).fill('completed'))
      expect(noConflictingResults(outcomes)).toBe(true)
    }
  })
})

test.each(names)('%s: members who reach one another only through others complete as well', async (name) => {
  const { outcomes } = await playInWorld(name, { seed: 3, peers: 6, topology: 'ring' })
  expect(
    outcomes.map(({ status }) => status),
    told(outcomes),
  ).toEqual(Array(6).fill('completed'))
  expect(noConflictingResults(outcomes)).toBe(true)
})

test.each(names)('%s: every transcript comes to the same result for who was not there', async (name) => {
  const { outcomes } = await playInWorld(name, { seed: 5, peers: 4 })
  for (const outcome of outcomes) {
    if (isAbsent(outcome) || outcome.status !== 'completed') throw new Error(told([outcome]))
    const verdict = await verifyTranscript(definitionOf(name), outcome.transcript)
    expect(verdict).toMatchObject({ ok: true, status: 'completed', result: outcome.result })
  }
})

test('the bicycle is sold to the highest bidder for what the second offered', async () => {
  const { outcomes, peerIds } = await playInWorld('sealed-bid', { seed: 7, peers: 5 })
  // Amounts are 100 + 7 × 0, 3, 1, 4, 2; the first of them is the reserve.
  expect(outcomes[0]).toMatchObject({ result: { sold: true, winner: peerIds[3], price: 121 } })
})

test('the votes are counted', async () => {
  const { outcomes } = await playInWorld('poll', { seed: 7, peers: 5 })
  expect(outcomes[0]).toMatchObject({ result: { leading: ['tea', 'coffee'] } })
})
