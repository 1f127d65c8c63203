import { type RoundsLimitsOption, rounds } from '@rondo/rounds'
import {
  accept,
  completedOrNames,
  copiedCommitment,
  digestLie,
  endedWell,
  equivocate,
  everyHonestPeer,
  falseAccusation,
  falseLinks,
  forgedEvidence,
  forkedRoster,
  garbage,
  malformed,
  manyLives,
  noConflictingResults,
  noHonestConvicted,
  replayOld,
  silent,
  staleAttempt,
  stutter,
  withholdLast,
  wrongOpening,
} from '@rondo/rounds/testing'
import { isAbsent, type Malice, simulate, type Topology } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'
import { die } from './protocols.js'

// One malicious member in a round of the engine: that it acts, and what the others make of it.

interface Staged {
  /** Who confirms before it hears of the other contribution hangs on it. */
  readonly seed?: number
  readonly peers?: number
  readonly malicious?: number
  readonly retries?: number
  readonly topology?: Topology
  readonly limits?: RoundsLimitsOption
  /** Whether everybody has to have found out who it was. */
  readonly isNamed?: boolean
}

async function playAgainst(
  malice: Malice,
  { seed = 1, peers = 4, malicious = 2, retries = 0, limits = {}, topology = 'mesh', isNamed = true }: Staged = {},
) {
  const world = simulate({ seed, peers, topology, network: { latencyMs: [5, 40] } })
  let acts = 0
  world.malicious(
    malicious,
    counted(malice, () => (acts += 1)),
  )
  const definition = die('suspects')
  const terms = { setup: 6, minimum: 2, retries, answerMs: 2_000, deadlineMs: 1_000 }
  const { outcomes } = await world.run(async (peer, index, life) => {
    if (index > 0) {
      const outcome = await rounds(peer, { limits }).serve(definition, accept).next()
      await life.sleep(5_000)
      return outcome
    }
    const round = await rounds(peer, { limits }).start(definition, { with: world.others(0), ...terms })
    const outcome = await round.outcome
    await life.sleep(5_000)
    return outcome
  })
  const honest = world.peers.map(({ peerId }) => peerId).filter((_, peer) => peer !== malicious)
  expect(everyHonestPeer(outcomes, endedWell)).toBe(true)
  if (isNamed) expect(everyHonestPeer(outcomes, completedOrNames(malicious))).toBe(true)
  expect(noConflictingResults(outcomes)).toBe(true)
  expect(noHonestConvicted(outcomes, honest)).toBe(true)
  const endings = outcomes.map((outcome) => {
    if (isAbsent(outcome)) return 'absent'
    return outcome.status === 'completed' ? 'completed' : outcome.reason
  })
  return { endings: endings.filter((_, peer) => peer !== malicious), acts }
}

/** What it notes, it has done. */
function counted(malice: Malice, act: () => void): Malice {
  const begin: Malice['begin'] = (tools) => {
    const note: typeof tools.note = (what, detail) => {
      act()
      tools.note(what, detail)
    }
    return malice.begin({ ...tools, note })
  }
  return { name: malice.name, begin }
}

const everybody = (ending: string): readonly string[] => [ending, ending, ending]

test.each<[string, Malice, string]>([
  ['equivocates in commit', equivocate('commit'), 'EQUIVOCATION'],
  ['equivocates to one', equivocate('commit', { to: 'one' }), 'EQUIVOCATION'],
  ['reveals something else', wrongOpening('reveal'), 'FAULT'],
  ['contributes what the schema refuses', malformed('reveal'), 'FAULT'],
  ['confirms with more than a signature', malformed('confirm'), 'FAULT'],
  ['copies a commitment', copiedCommitment('commit', 'reveal'), 'COPIED'],
  ['falls silent', silent('reveal'), 'TIMEOUT'],
  ['does not confirm', withholdLast(), 'TIMEOUT'],
  ['confirms to one', withholdLast({ to: 'one' }), 'completed'],
  ['saw what nobody said', digestLie('reveal'), 'TIMEOUT'],
  ['accuses the others', falseAccusation('reveal'), 'CLOSED'],
  ['shows forged evidence', forgedEvidence(), 'completed'],
  ['answers in many lives', manyLives(), 'completed'],
  ['stutters', stutter(), 'completed'],
  ['claims false links', falseLinks(), 'completed'],
  ['replays', replayOld({ share: 1 }), 'completed'],
  ['speaks in other attempts', staleAttempt(), 'completed'],
])('who %s acts, and it ends as it should', async (_, malice, ending) => {
  const { endings, acts } = await playAgainst(malice)
  expect(acts).toBeGreaterThan(0)
  expect(endings).toEqual(everybody(ending))
})

test('garbage costs whoever sends it its place, or nothing at all', async () => {
  const { endings, acts } = await playAgainst(garbage({ share: 0.6 }))
  expect(acts).toBeGreaterThan(0)
  expect(['completed', 'TIMEOUT']).toContain(endings[0])
})

test('who says the same under more signatures than are good for anything is not heard any more', async () => {
  const limits = { uselessMax: 10 }
  const { endings } = await playAgainst(stutter({ times: 6 }), { peers: 2, malicious: 1, limits })
  expect(endings).toEqual(['TIMEOUT'])
  const { endings: patient } = await playAgainst(stutter({ times: 6 }), { peers: 2, malicious: 1 })
  expect(patient).toEqual(['completed'])
})

test('false links cost time where not all are linked, and no round', async () => {
  for (const topology of ['ring', (index: number) => (index === 0 ? [] : [0])] as const) {
    const { endings, acts } = await playAgainst(falseLinks(), { peers: 6, topology })
    expect(acts).toBeGreaterThan(0)
    expect(new Set(endings)).toEqual(new Set(['completed']))
  }
})

test('a silent host leaves nobody with a round', async () => {
  const { endings, acts } = await playAgainst(silent('join'), { malicious: 0 })
  expect(acts).toBeGreaterThan(0)
  expect(endings).toEqual(everybody('TIMEOUT'))
})

test('of a host that proposes two rosters nobody gets a round, and who is in both convicts it', async () => {
  const { endings, acts } = await playAgainst(forkedRoster(), { malicious: 0, isNamed: false })
  expect(acts).toBeGreaterThan(0)
  expect(endings).toEqual(['EQUIVOCATION', 'EQUIVOCATION', 'LEFT_OUT'])
})

test('a host that joins twice, and one that is the only partner', async () => {
  const join = await playAgainst(equivocate('join'), { malicious: 0 })
  expect(join.endings).toEqual(everybody('EQUIVOCATION'))
  const pair = await playAgainst(equivocate('commit'), { malicious: 0, peers: 2 })
  expect(pair.endings).toEqual(['EQUIVOCATION'])
})

test('without the culprit the others complete the next time', async () => {
  const { endings } = await playAgainst(equivocate('commit'), { retries: 2 })
  expect(endings).toEqual(everybody('completed'))
})

test('a last contribution that not all have refuted: who had confirmed before does not follow the others', async () => {
  const { endings } = await playAgainst(equivocate('reveal'), { seed: 2, retries: 2 })
  expect(endings).toEqual(['completed', 'EQUIVOCATION', 'completed'])
})
