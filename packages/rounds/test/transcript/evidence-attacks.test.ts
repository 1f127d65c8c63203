import * as v from 'valibot'
import { expect, test } from 'vitest'
import { type Article, answerDigits } from '../../src/articles/article.js'
import { attemptIdOf, roundIdOf } from '../../src/articles/ids.js'
import { defineRounds, fault } from '../../src/index.js'
import { type VerifyEvidenceOptions, verifyEvidence } from '../../src/transcript/evidence.js'
import { encodeTranscript } from '../../src/transcript/transcript.js'
import {
  acceptOf,
  begin,
  beginAgain,
  contribute,
  gather,
  type Played,
  peerIdOf,
  play,
  playerOf,
  say,
} from './players.js'

// Somebody wants to see an honest member convicted, and has everybody else's keys. What a member says here depends on what all said
// before, so whoever can change that behind its back has won.

const number = v.number()

const sums = defineRounds({ name: 'sums', setup: v.object({}), leaveOut: 'suspects' })
  .phase('offer', { contribution: number, contribute: (view, local) => view.roster.indexOf(local.me) })
  .phase('echo', {
    contribution: number,
    contribute: (view) => view.all('offer').reduce((sum, offer) => sum + offer, 0) * view.number,
    check: (view, _from, sum) =>
      sum === view.all('offer').reduce((all, offer) => all + offer, 0) * view.number || fault('it does not add up'),
  })
  .phase('count', {
    contribution: number,
    contribute: (view) => view.all('echo').length,
    check: (view, _from, count) => count === view.all('echo').length || fault('it was not counted'),
  })
  .result((view) => view.all('offer'))

const offer = 1
const echo = 2

/** The honest one sits at 1. */
const honest = playerOf(1)
const table = await gather({ plan: sums, setup: {}, players: 3 })
const said = await play(await begin(table))

function judge(articles: readonly Article[], options?: VerifyEvidenceOptions) {
  return verifyEvidence(sums, encodeTranscript(articles), options)
}

const inconclusive = { ok: false, code: 'EVIDENCE_INCONCLUSIVE' }

function sayingOf({ said: rows }: Played, phase: number, position: number) {
  const saying = rows[phase]?.[position]
  if (saying?.kind !== 'contribution') throw new Error('not played')
  return saying
}

/** All that belongs to a fault of the honest member in `echo`, were there one. */
function echoOf(played: Played): readonly Article[] {
  const { invitation, answers } = played.attempt.gathering
  const before = [invitation, ...answers.slice(1), ...played.said.slice(0, echo).flat()].flatMap((each) => each ?? [])
  return [...before, sayingOf(played, echo, 1)]
}

test('a contribution judged against another transcript than the one whose digest it carries convicts nobody', async () => {
  const first = sayingOf(said, offer, 0)
  const other = await contribute(said.attempt, playerOf(0), offer, { digest: first.digest, value: 100 })
  const swapped = echoOf(said).map((article) => (article === first ? other : article))
  expect(await judge(swapped)).toMatchObject(inconclusive)
  // With both of them it is the one who said both.
  expect(await judge([...swapped, first])).toMatchObject({ ok: true, culprit: peerIdOf(said.attempt, 0) })
})

test('one judged in the wrong phase convicts nobody', async () => {
  expect(await judge(echoOf(said).filter((article) => article !== sayingOf(said, offer, 2)))).toMatchObject(
    inconclusive,
  )
  const late = sayingOf(said, echo + 1, 1)
  expect(await judge([...echoOf(said).filter((article) => article.kind !== 'contribution'), late])).toMatchObject(
    inconclusive,
  )
})

test('joins of another attempt convict nobody', async () => {
  const again = await beginAgain(said.attempt, { suspects: [2] })
  const other = await play(await beginAgain(said.attempt, {}), { last: 'offer' })
  const [mine] = [sayingOf(said, echo, 1)]
  const { invitation, answers } = table
  const start = [invitation, ...answers.slice(1)].flatMap((each) => each ?? [])
  for (const joins of [again.joins, other.attempt.joins, [...said.attempt.joins.slice(0, 1), ...other.attempt.joins]])
    expect(await judge([...start, ...joins, ...(said.said[offer] ?? []), mine])).toMatchObject(inconclusive)
  // Also where that attempt is there as a whole, number and all.
  const whole = [...start, ...said.attempt.joins, ...other.said.flat(), mine]
  expect(await judge(whole)).toMatchObject(inconclusive)
})

test('a roster that its members did not sign convicts nobody', async () => {
  // The host proposes another roster, and leaves out somebody whose offer the honest member counted.
  const { invitation, answers } = table
  const roster = [0, 1]
  const prefixes = roster.map((member) => (answers[member] ?? invitation).hash.slice(0, answerDigits))
  const proposal = { roster, answers: prefixes, culprits: [], suspects: [] }
  const members = said.attempt.members.slice(0, 2)
  const round = roundIdOf(invitation.room, members)
  const id = attemptIdOf(invitation.room, round, proposal)
  const [host] = said.attempt.players
  if (host === undefined) throw new Error('nobody plays')
  const parent = invitation.room
  const join = { kind: 'join', parent, incarnation: host.incarnation } as const
  const fake = await say(host, { ...join, attempt: id, proposal }, table.saying)
  // The same roster under the id that the honest member has signed.
  const borrowed = await say(host, { ...join, attempt: said.attempt.id, proposal }, table.saying)
  for (const proposed of [fake, borrowed]) {
    const articles = echoOf(said).filter(
      (article) => article.kind !== 'join' || article.author !== host.identity.peerId,
    )
    const verdict = await judge([...articles.filter(({ author }) => author !== playerOf(2).identity.peerId), proposed])
    expect(verdict).toMatchObject(inconclusive)
    const both = await judge([...echoOf(said), proposed])
    expect(both).toMatchObject({ ok: true, culprit: host.identity.peerId, kind: 'equivocation' })
  }
})

test('a definition of another version convicts nobody', async () => {
  const stricter = defineRounds({ name: 'sums', version: 2, setup: v.object({}) })
    .phase('offer', { contribution: number, contribute: () => 0, check: () => fault('no offer will do') })
    .result(() => 0)
  expect(await verifyEvidence(stricter, encodeTranscript(echoOf(said)))).toMatchObject({ code: 'TRANSCRIPT_FOREIGN' })
  const otherName = { ...sums, name: 'products' }
  expect(await verifyEvidence(otherName, encodeTranscript(echoOf(said)))).toMatchObject({ code: 'TRANSCRIPT_FOREIGN' })
})

test('two invitations by one host are two rounds', async () => {
  const [host, otherLife] = [playerOf(0), playerOf(0, 1)]
  const { invitation } = table
  const second = await say(host, { ...invitation, nonce: otherLife.nonce }, table.saying)
  const third = await say(otherLife, { ...invitation, ...otherLife }, table.saying)
  for (const other of [second, third]) {
    expect(await judge([invitation, other])).toMatchObject(inconclusive)
    expect(await judge([...echoOf(said), other])).toMatchObject(inconclusive)
  }
})

test('two answers by two lives of one member convict nobody', async () => {
  const reborn = playerOf(1, 1)
  const [first, second] = [table.answers[1], await say(reborn, acceptOf(table.invitation, reborn), table.saying)]
  if (first === undefined) throw new Error('not answered')
  expect(await judge([first, second])).toMatchObject(inconclusive)
  expect(await judge([...echoOf(said), second])).toMatchObject(inconclusive)
  // Nor does what the first life said in a round where the second one answered.
  expect(await judge([...echoOf(said).filter((article) => article !== first), second])).toMatchObject(inconclusive)
})

test('two joins or two closings by two lives of one member convict nobody', async () => {
  const { id, parent } = said.attempt
  for (const attempt of [id, '11'.repeat(32)]) {
    const lives = await Promise.all(
      [honest, playerOf(1, 1)].map(({ incarnation }) => {
        const draft = { kind: 'join', parent, incarnation, attempt, proposal: undefined } as const
        return say(honest, draft, table.saying)
      }),
    )
    expect(await judge(lives)).toMatchObject(inconclusive)
    expect(await judge([...echoOf(said), ...lives.slice(1)])).toMatchObject(inconclusive)
  }
  const closings = await Promise.all(
    [honest, playerOf(1, 1)].map(({ incarnation }, phase) => {
      const draft = { kind: 'closing', attempt: id, incarnation, phase, missing: [], reason: 'failed' } as const
      return say(honest, { ...draft, detail: '' }, table.saying)
    }),
  )
  expect(await judge(closings)).toMatchObject(inconclusive)
})

test('what was said on another network convicts nobody', async () => {
  const { digest } = sayingOf(said, offer, 1)
  const elsewhere = await contribute(said.attempt, honest, offer, { digest, value: 5 }, { network: 'test' })
  expect(await judge([sayingOf(said, offer, 1), elsewhere])).toMatchObject({ code: 'TRANSCRIPT_FOREIGN' })
  const wrong = await contribute(
    said.attempt,
    honest,
    echo,
    { digest: sayingOf(said, echo, 1).digest, value: 5 },
    { network: 'test' },
  )
  expect(await judge([...echoOf(said).slice(0, -1), wrong])).toMatchObject({ code: 'TRANSCRIPT_FOREIGN' })
  // And evidence of the one network is none on the other.
  const other = await contribute(said.attempt, playerOf(0), offer, { digest, value: 5 })
  const pair = [sayingOf(said, offer, 0), other]
  expect(await judge(pair, { network: 'main' })).toMatchObject({ ok: true })
  expect(await judge(pair, { network: 'test' })).toMatchObject({ code: 'TRANSCRIPT_FOREIGN' })
})

test('what has expired convicts nobody who asks for the present', async () => {
  const lie = await contribute(said.attempt, playerOf(0), offer, { digest: '11'.repeat(32), value: 5 })
  const pair = [sayingOf(said, offer, 0), lie]
  expect(await judge(pair, { nowMs: 1_999 })).toMatchObject({ ok: true, expiresMs: 2_000 })
  expect(await judge(pair, { nowMs: 2_000 })).toMatchObject({ ok: false, code: 'SIGNATURE_EXPIRED' })
  const longer = await contribute(said.attempt, playerOf(0), offer, { digest: '11'.repeat(32) }, { expiresMs: 9_000 })
  expect(await judge([sayingOf(said, offer, 0), longer], { nowMs: 2_000 })).toMatchObject({ code: 'SIGNATURE_EXPIRED' })
})

test('the same statement signed twice is said once', async () => {
  const { digest, value, hash } = sayingOf(said, offer, 1)
  const again = await contribute(said.attempt, honest, offer, { digest, value })
  expect(again.hash).toBe(hash)
  expect(again.bytes).not.toEqual(sayingOf(said, offer, 1).bytes)
  expect(await judge([sayingOf(said, offer, 1), again])).toMatchObject(inconclusive)
  expect(await judge([...echoOf(said), again])).toMatchObject(inconclusive)
})

test('a contribution by somebody who is not in the roster convicts nobody', async () => {
  const outside = await play(await begin(table, [0, 2]), { last: 'offer' })
  for (const phase of [offer, echo]) {
    const nonsense = await contribute(outside.attempt, honest, phase, { digest: outside.digest, value: 'nonsense' })
    expect(await judge([...outside.articles, nonsense])).toMatchObject(inconclusive)
  }
})

test('where an earlier contribution is refuted, its author is convicted and never a later one', async () => {
  const bend = ({ phase, position }: { phase: string; position: number }) =>
    phase === 'echo' && position === 0 ? { value: 1_000 } : undefined
  const bent = await play(await begin(table), { bend })
  const { digest } = sayingOf(bent, echo + 1, 1)
  const nonsense = await contribute(bent.attempt, honest, echo + 1, { digest, value: -1 })
  const articles = bent.articles.filter((article) => article !== sayingOf(bent, echo + 1, 1))
  const verdict = await judge([...articles, nonsense])
  expect(verdict).toMatchObject({ ok: true, culprit: peerIdOf(bent.attempt, 0), kind: 'fault', phase: 'echo' })
})

test('a member who followed the rules is not convicted by what the same rules say of another attempt', async () => {
  // The number of the attempt is in what all see: what was right in the second is wrong in the first.
  const second = await play(await beginAgain(said.attempt, { suspects: [] }))
  const mine = sayingOf(second, echo, 1)
  expect(mine.value).not.toEqual(sayingOf(said, echo, 1).value)
  expect(await judge([...echoOf(said).slice(0, -1), mine])).toMatchObject(inconclusive)
  expect(await judge([...said.articles, ...second.said.flat()])).toMatchObject(inconclusive)
})

test('two statements of two authors, or in two places, convict nobody', async () => {
  expect(await judge([sayingOf(said, offer, 0), sayingOf(said, offer, 1)])).toMatchObject(inconclusive)
  expect(await judge([sayingOf(said, offer, 1), sayingOf(said, echo, 1)])).toMatchObject(inconclusive)
  expect(await judge([sayingOf(said, offer, 1)])).toMatchObject(inconclusive)
})
