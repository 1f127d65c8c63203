import { verifyMessage } from '@rondo/core'
import { decodeTranscript, verifyEvidence } from '@rondo/rounds'
import {
  completedOrNames,
  copiedCommitment,
  endedWell,
  equivocate,
  everyHonestPeer,
  noConflictingResults,
  noHonestConvicted,
  silent,
  withholdLast,
  wrongOpening,
} from '@rondo/rounds/testing'
import { everySeed, isAbsent, type Malice, simulationSeeds } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'
import { definitionOf, names, playInWorld } from './in-a-world.js'

// The examples with a member that cheats, on a bad network.

const convicting: readonly (readonly [string, () => Malice])[] = [
  ['says two things when it commits', () => equivocate('commit')],
  ['says two things when it opens', () => equivocate('reveal')],
  ['opens something else', () => wrongOpening('reveal')],
]
const unproven: readonly (readonly [string, () => Malice])[] = [
  ['copies a commitment', () => copiedCommitment('commit', 'reveal')],
  ['falls silent when it is to open', () => silent('reveal')],
  ['keeps its opening to itself', () => withholdLast({ phase: 'reveal' })],
]
const matrix = names.flatMap((name) =>
  [...convicting, ...unproven].map(([what, malice]) => [name, what, malice] as const),
)

test.each(matrix)(
  '%s: a member that %s is named, and nobody who is honest is convicted',
  async (name, _what, malice) => {
    await everySeed(simulationSeeds({ quick: 1, full: 50 }), async (seed) => {
      const { outcomes, peerIds } = await playInWorld(name, { seed, peers: 4 }, malice())
      const honest = peerIds.filter((_, index) => index !== 1)
      expect(everyHonestPeer(outcomes, completedOrNames(1))).toBe(true)
      expect(everyHonestPeer(outcomes, endedWell)).toBe(true)
      expect(noHonestConvicted(outcomes, honest)).toBe(true)
      expect(noConflictingResults(outcomes)).toBe(true)
    })
  },
)

test.each(names.flatMap((name) => convicting.map(([what, malice]) => [name, what, malice] as const)))(
  '%s: the evidence against a member that %s convinces who was not there',
  async (name, _what, malice) => {
    const { outcomes, peerIds } = await playInWorld(name, { seed: 11, peers: 4 }, malice())
    let shown = 0
    for (const outcome of outcomes) {
      if (isAbsent(outcome) || outcome.status !== 'aborted') continue
      for (const { evidence = new Uint8Array(0) } of outcome.culprits) {
        expect(await verifyEvidence(definitionOf(name), evidence)).toMatchObject({
          ok: true,
          culprit: peerIds[1],
        })
        shown += 1
      }
    }
    expect(shown).toBeGreaterThan(0)
  },
)

test.each(['sealed-bid', 'poll'])('%s: no honest member opens where not all saw the same commitments', async (name) => {
  await everySeed(simulationSeeds({ quick: 2, full: 100 }), async (seed) => {
    const { outcomes, peerIds } = await playInWorld(name, { seed, peers: 5 }, equivocate('commit'))
    for (const outcome of outcomes) {
      if (isAbsent(outcome)) continue
      expect(outcome.status).toBe('aborted')
      expect(withoutCheat(await authorsOf(outcome.transcript, 'reveal'), peerIds)).toEqual([])
    }
  })
})

test('dice: the same cheat is caught as well, but only after others have opened', async () => {
  const { outcomes, peerIds } = await playInWorld('dice', { seed: 1, peers: 5 }, equivocate('commit'))
  const transcripts = outcomes.flatMap((outcome) => (isAbsent(outcome) ? [] : [outcome.transcript]))
  const opened = await Promise.all(transcripts.map((transcript) => authorsOf(transcript, 'reveal')))
  expect(withoutCheat(opened.flat(), peerIds)).not.toEqual([])
})

/** Whose statements of a type a transcript holds. */
async function authorsOf(transcript: Uint8Array, type: string): Promise<readonly string[]> {
  const decoded = decodeTranscript(transcript)
  if (!decoded.ok) throw new Error(decoded.code)
  const verdicts = await Promise.all(decoded.articles.map((article) => verifyMessage(article)))
  return verdicts.flatMap((verdict) => (verdict.ok && verdict.type === type ? [verdict.author] : []))
}

function withoutCheat(authors: readonly string[], peerIds: readonly string[]): readonly string[] {
  return authors.filter((author) => author !== peerIds[1])
}
