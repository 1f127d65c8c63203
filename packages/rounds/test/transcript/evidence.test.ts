import * as v from 'valibot'
import { expect, test } from 'vitest'
import type { Article } from '../../src/articles/article.js'
import type { ArticleDraft } from '../../src/articles/draft.js'
import { defineRounds, fault } from '../../src/index.js'
import { replay } from '../../src/room/replay.js'
import type { Room } from '../../src/room/room.js'
import { encodeEvidence, evidenceIdOf, verifyEvidence } from '../../src/transcript/evidence.js'
import { decodeTranscript, encodeTranscript } from '../../src/transcript/transcript.js'
import { verifyTranscript } from '../../src/transcript/verify-transcript.js'
import {
  acceptOf,
  type Bend,
  begin,
  beginAgain,
  contribute,
  dice,
  gather,
  peerIdOf,
  play,
  playerOf,
  say,
} from './players.js'

const nothing = { salt: new Uint8Array(32), value: new Uint8Array(32) }

/** Bends what one member says in one phase. */
function bending(phase: string, position: number, value: unknown): Bend {
  return (said) => (said.phase === phase && said.position === position ? { value } : undefined)
}

function roomOf(articles: readonly Article[]): Room {
  const room = replay(dice, articles)
  if (room === undefined) throw new Error('no room')
  return room
}

function evidenceIn(room: Room, at = 0): Uint8Array {
  const culprit = room.culprits[at]
  const evidence = culprit && encodeEvidence(room, culprit)
  if (evidence === undefined) throw new Error('no evidence')
  return evidence
}

test.each([
  ['commit', 'no commitment', 'expected 32 bytes'],
  ['reveal', nothing, 'it does not open the commitment'],
  ['sure', 1, 'there is nothing to say in this phase'],
  ['commit', new Uint8Array(20_000), '20003 bytes of at most 16384'],
])('a contribution to %s that breaks the protocol convicts its author', async (phase, value, reason) => {
  const { articles, attempt } = await play(await begin(await gather()), { bend: bending(phase, 2, value), last: phase })
  const verdict = await verifyEvidence(dice, evidenceIn(roomOf(articles)), { network: 'main' })
  const { round, id } = attempt
  expect(verdict).toMatchObject({
    ok: true,
    culprit: peerIdOf(attempt, 2),
    kind: 'fault',
    reason,
    phase,
    round,
    attempt: id,
  })
  expect(verdict).toMatchObject({ network: 'main', protocol: 'dice', version: 1, expiresMs: 2_000 })
})

test('evidence of a fault is what the contribution is judged by, and nothing else', async () => {
  const { articles, attempt, said } = await play(await begin(await gather()), { bend: bending('reveal', 1, nothing) })
  const { incarnation } = playerOf(2)
  const closing = { attempt: attempt.id, incarnation, phase: 3, missing: [1], reason: 'evidence', detail: '' } as const
  const closed = await say(playerOf(2), { kind: 'closing', ...closing })
  const otherLife = await say(playerOf(1, 1), acceptOf(attempt.gathering.invitation, playerOf(1, 1)))
  const decoded = decodeTranscript(evidenceIn(roomOf([...articles, closed, otherLife])))
  const { invitation, answers } = attempt.gathering
  const wanted = [invitation, ...answers.slice(1), ...said.slice(0, 3).flat(), said[3]?.[1]]
  expect(decoded.ok && decoded.articles.length).toBe(wanted.length)
  expect(encodeTranscript(wanted.flatMap((each) => each ?? []))).toEqual(evidenceIn(roomOf(articles)))
})

test('without any one of its articles it convicts nobody', async () => {
  const { articles } = await play(await begin(await gather()), { bend: bending('reveal', 1, nothing), last: 'reveal' })
  const decoded = decodeTranscript(evidenceIn(roomOf(articles)))
  if (!decoded.ok) throw new Error(decoded.code)
  for (const left of decoded.articles) {
    const rest = decoded.articles.filter((article) => article !== left).map((bytes) => ({ bytes }))
    expect(await verifyEvidence(dice, encodeTranscript(rest))).toMatchObject({ code: 'EVIDENCE_INCONCLUSIVE' })
  }
})

test('two things said in one place convict, and nothing else is needed', async () => {
  const { articles, attempt } = await play(await begin(await gather()))
  const { gathering, id, parent, proposal, digest } = { ...attempt, digest: '11'.repeat(32) }
  const player = playerOf(1)
  const { incarnation } = player
  const closing = { kind: 'closing', attempt: id, incarnation, phase: 1, missing: [], detail: '' } as const
  const pairs: readonly (readonly [string, readonly [ArticleDraft, ArticleDraft]])[] = [
    ['invitation', [gathering.invitation, { ...gathering.invitation, retries: 5 }]],
    ['answer', [acceptOf(gathering.invitation, player), { ...acceptOf(gathering.invitation, player), answer: no }]],
    [
      'join',
      [
        { kind: 'join', parent, incarnation, attempt: id, proposal: undefined },
        { kind: 'join', parent, incarnation, attempt: digest, proposal: undefined },
      ],
    ],
    [
      'join',
      [
        { kind: 'join', parent, incarnation, attempt: id, proposal: undefined },
        { kind: 'join', parent, incarnation, attempt: id, proposal },
      ],
    ],
    [
      'closing',
      [
        { ...closing, reason: 'failed' },
        { ...closing, reason: 'timeout' },
      ],
    ],
    [
      'commit',
      [
        { kind: 'contribution', round: attempt.round, attempt: id, phase: 1, digest, value: undefined },
        { kind: 'contribution', round: attempt.round, attempt: id, phase: 1, digest, value: 1 },
      ],
    ],
  ]
  for (const [phase, [a, b]] of pairs) {
    const author = phase === 'invitation' ? playerOf(0) : player
    const two = [await say(author, a), await say(author, b)]
    const verdict = await verifyEvidence(dice, encodeTranscript(two))
    const culprit = author.identity.peerId
    expect(verdict).toMatchObject({ ok: true, culprit, kind: 'equivocation', phase })
    expect(verdict).toMatchObject(phase === 'commit' ? { round: attempt.round, attempt: id } : { round: undefined })
  }
  expect(articles.length).toBeGreaterThan(2)
})

const no = { accepts: false, reason: 'no time' } as const

test('what a room holds against an equivocator is two articles', async () => {
  const { articles, attempt, said } = await play(await begin(await gather()), { last: 'commit' })
  const [first] = said[1] ?? []
  if (first?.kind !== 'contribution') throw new Error('not played')
  const second = await contribute(attempt, playerOf(0), 1, { digest: first.digest, value: new Uint8Array(32) })
  const room = roomOf([...articles, second])
  expect(evidenceIn(room)).toEqual(encodeTranscript([first, second]))
  const verdict = await verifyEvidence(dice, evidenceIn(room))
  const reason = room.culprits[0]?.reason
  expect(verdict).toMatchObject({
    ok: true,
    culprit: peerIdOf(attempt, 0),
    kind: 'equivocation',
    reason,
    phase: 'commit',
  })
})

test('where a phase is judged together, each of two culprits is shown by what it said itself', async () => {
  const together = defineRounds({ name: 'together', setup: v.object({}) })
    .phase('number', {
      contribution: v.number(),
      contribute: () => 1,
      check: (_view, _from, value) => value === 1 || fault('not one'),
      checkTogether: (view) => view.all('number').every((value) => value === 1),
    })
    .result((view) => view.all('number').length)
  const bend: Bend = ({ position }) => (position === 0 ? undefined : { value: 2 })
  const table = await gather({ plan: together, setup: {} })
  const { articles, attempt, said } = await play(await begin(table), { bend, last: 'number' })
  const room = replay(together, articles)
  if (room === undefined) throw new Error('no room')
  expect(room.culprits.map(({ member }) => member)).toEqual([1, 2])
  for (const at of [1, 2]) {
    const verdict = await verifyEvidence(together, evidenceIn(room, at - 1))
    expect(verdict).toMatchObject({ ok: true, culprit: peerIdOf(attempt, at), reason: 'not one' })
  }
  // Nor does it convict the one who said what was asked for.
  const [fine] = said[1] ?? []
  const alone = articles.filter((article) => article.kind !== 'contribution' || article === fine)
  expect(await verifyEvidence(together, encodeTranscript(alone))).toMatchObject({ code: 'EVIDENCE_INCONCLUSIVE' })
})

test('what convicts in a further attempt brings along why the attempt did without others', async () => {
  const first = await play(await begin(await gather({ players: 5 })), { bend: bending('commit', 1, 1), last: 'commit' })
  const closings = await Promise.all(
    [0, 2, 4].map((at) => {
      const { incarnation } = playerOf(at)
      const draft = { kind: 'closing', attempt: first.attempt.id, incarnation, phase: 1, missing: [3] } as const
      return say(playerOf(at), { ...draft, reason: 'timeout', detail: '' })
    }),
  )
  const again = await beginAgain(first.attempt, { culprits: [1], suspects: [3] })
  const second = await play(again, { bend: bending('reveal', 2, nothing), last: 'reveal' })
  const room = roomOf([...first.articles, ...closings, ...second.said.flat()])
  expect(room.culprits.map(({ member }) => member)).toEqual([1, 4])
  const verdict = await verifyEvidence(dice, evidenceIn(room, 1))
  expect(verdict).toMatchObject({ ok: true, culprit: peerIdOf(again, 2), phase: 'reveal', attempt: again.id })
  // And the first of them stands alone.
  expect(await verifyEvidence(dice, evidenceIn(room, 0))).toMatchObject({
    ok: true,
    culprit: peerIdOf(first.attempt, 1),
  })
})

test('and where the one left out had said two things in an earlier attempt, these', async () => {
  const first = await play(await begin(await gather({ players: 4 })), { last: 'commit' })
  const digest = '11'.repeat(32)
  const lie = await contribute(first.attempt, playerOf(1), 1, { digest })
  const again = await beginAgain(first.attempt, { culprits: [1] })
  const second = await play(again, { bend: bending('commit', 2, 1), last: 'commit' })
  const room = roomOf([...first.articles, lie, ...second.said.flat()])
  expect(room.culprits.map(({ member }) => member)).toEqual([1, 3])
  expect(await verifyEvidence(dice, evidenceIn(room, 1))).toMatchObject({ ok: true, culprit: peerIdOf(again, 2) })
})

test('a transcript that convicts is evidence as it is', async () => {
  const { articles, attempt } = await play(await begin(await gather()), { bend: bending('reveal', 0, nothing) })
  const transcript = encodeTranscript(articles)
  expect(await verifyEvidence(dice, transcript)).toMatchObject({ ok: true, culprit: peerIdOf(attempt, 0) })
  expect(await verifyTranscript(dice, transcript)).toMatchObject({ culprits: [{ peerId: peerIdOf(attempt, 0) }] })
})

test('a round in which all went well convicts nobody', async () => {
  const { articles } = await play(await begin(await gather()))
  const verdict = await verifyEvidence(dice, encodeTranscript(articles))
  expect(verdict).toMatchObject({ ok: false, code: 'EVIDENCE_INCONCLUSIVE', detail: 'nobody broke the protocol' })
})

test('evidence that would be too large is not made, and none is read', async () => {
  const { articles } = await play(await begin(await gather()), { bend: bending('reveal', 1, nothing), last: 'reveal' })
  const room = roomOf(articles)
  const [culprit] = room.culprits
  if (culprit === undefined) throw new Error('nobody was convicted')
  const evidence = evidenceIn(room)
  const limits = [{ evidenceBytesMax: evidence.length - 1 }, { articlesMax: 5 }, { evidenceBytesMax: 100 }]
  for (const limit of limits) {
    expect(encodeEvidence(room, culprit, limit)).toBe(undefined)
    expect(await verifyEvidence(dice, evidence, limit)).toMatchObject({ ok: false, code: 'TRANSCRIPT_LIMIT' })
  }
  expect(encodeEvidence(room, culprit, { evidenceBytesMax: evidence.length })).toEqual(evidence)
})

test('what convicts of the same has the same id, by whatever it is shown', async () => {
  const { articles, attempt } = await play(await begin(await gather()), { bend: bending('reveal', 1, nothing) })
  const room = roomOf(articles)
  const [culprit] = room.culprits
  if (culprit === undefined) throw new Error('nobody was convicted')
  const id = evidenceIdOf(culprit)
  expect(await verifyEvidence(dice, evidenceIn(room))).toMatchObject({ id })
  expect(await verifyEvidence(dice, encodeTranscript(articles))).toMatchObject({ id })
  const [digest] = articles.flatMap((each) => (each.kind === 'contribution' ? each.digest : []))
  if (digest === undefined) throw new Error('not played')
  const said = (phase: number, value: unknown) => contribute(attempt, playerOf(1), phase, { digest, value })
  const ids = new Set<unknown>()
  for (const pair of [
    [await said(1, 1), await said(1, 2)],
    [await said(1, 1), await said(1, 3)],
  ]) {
    const verdict = await verifyEvidence(dice, encodeTranscript(pair))
    ids.add(verdict.ok && verdict.id)
  }
  expect(ids.size).toBe(1)
  const other = await verifyEvidence(dice, encodeTranscript([await said(2, 1), await said(2, 2)]))
  expect(ids).not.toContain(other.ok && other.id)
  expect(() => evidenceIdOf({ articles: [] })).toThrow(TypeError)
})

test('cut off after any article it is refused', async () => {
  const { articles } = await play(await begin(await gather()), { bend: bending('reveal', 1, nothing), last: 'reveal' })
  const evidence = evidenceIn(roomOf(articles))
  const decoded = decodeTranscript(evidence)
  if (!decoded.ok) throw new Error(decoded.code)
  let length = evidence.length - decoded.articles.reduce((sum, article) => sum + 4 + article.length, 0)
  for (const article of decoded.articles) {
    expect(await verifyEvidence(dice, evidence.subarray(0, length))).toMatchObject({ code: 'TRANSCRIPT_MALFORMED' })
    length += 4 + article.length
  }
})
