import { createMessageVerifier, type MessageVerifier, signMessage, verifyMessage } from '@rondo/core'
import { secp256k1IdentityFromSecret } from '@rondo/core/secp256k1'
import { expect, test } from 'vitest'
import type { Article } from '../../src/articles/article.js'
import { encodeSlot } from '../../src/articles/slot.js'
import type { RoundsTypes } from '../../src/plan/define-rounds.js'
import { replay } from '../../src/room/replay.js'
import { encodeTranscript } from '../../src/transcript/transcript.js'
import { transcriptOf } from '../../src/transcript/transcript-of.js'
import {
  type CompletedTranscript,
  type TranscriptVerdict,
  type UnfinishedTranscript,
  type VerifyTranscriptOptions,
  verifyTranscript,
} from '../../src/transcript/verify-transcript.js'
import {
  acceptOf,
  articlesOf,
  begin,
  beginAgain,
  contribute,
  dice,
  gather,
  joinAll,
  peerIdOf,
  play,
  playerOf,
  say,
  times,
  verifyEverySuite,
} from './players.js'

const whole = await play(await begin(await gather()))

function verify(articles: readonly Article[], options?: VerifyTranscriptOptions) {
  return verifyTranscript(dice, encodeTranscript(articles), options)
}

function completed<T extends RoundsTypes>(verdict: TranscriptVerdict<T>): CompletedTranscript<T> {
  if (!verdict.ok || verdict.status !== 'completed') throw new Error(JSON.stringify(verdict))
  return verdict
}

function unfinished<T extends RoundsTypes>(verdict: TranscriptVerdict<T>): UnfinishedTranscript<T> {
  if (!verdict.ok || verdict.status !== 'unfinished') throw new Error(JSON.stringify(verdict))
  return verdict
}

async function codeOf(articles: readonly Article[], options?: VerifyTranscriptOptions): Promise<string> {
  const verdict = await verify(articles, options)
  return verdict.ok ? verdict.status : verdict.code
}

test('a completed round verifies to its typed result, its round and its roster', async () => {
  const verdict = completed(await verify(whole.articles, { network: 'main', round: whole.attempt.round }))
  expect(await verify(whole.articles, { round: verdict.room })).toEqual(verdict)
  const roll: number = verdict.result.roll
  const sides: number = verdict.setup.sides
  expect(roll).toBeGreaterThanOrEqual(1)
  expect(roll).toBeLessThanOrEqual(sides)
  expect(verdict).toMatchObject({ round: whole.attempt.round, attempt: 1, culprits: [], network: 'main' })
  expect(verdict.room).toBe(whole.attempt.gathering.invitation.hash)
  expect(verdict.roster.map(({ peerId }) => peerId)).toEqual([0, 1, 2].map((at) => peerIdOf(whole.attempt, at)))
})

test('up to every article there is a phase that is not complete, and it is said who is missing there', async () => {
  const names = dice.phases.map(({ name }) => name)
  const before = whole.articles.length - whole.said.flat().length
  for (let count = 1; count < whole.articles.length; count += 1) {
    const verdict = unfinished(await verify(whole.articles.slice(0, count)))
    const said = Math.max(0, count - before)
    // The attempt begins with the proposal of the host.
    expect(verdict.phase, `${count} articles`).toBe(said === 0 ? 'join' : names[Math.floor(said / 3)])
    const missing = said === 0 ? [] : [0, 1, 2].slice(said % 3).map((at) => peerIdOf(whole.attempt, at))
    expect(verdict.waitingFor, `${count} articles`).toEqual(missing)
    expect(verdict.culprits).toEqual([])
  }
})

test('without any one of its articles it is not completed', async () => {
  for (const left of whole.articles) {
    const outcome = await codeOf(whole.articles.filter((article) => article !== left))
    expect(outcome, left.kind).toBe(left.kind === 'invitation' ? 'TRANSCRIPT_MALFORMED' : 'unfinished')
  }
})

test('it is not completed where one member has confirmed something else', async () => {
  const { articles, attempt, said } = whole
  const [player] = attempt.players
  const last = dice.phases.length - 1
  const [confirm, other] = [said[last]?.[0], said[1]?.[0]]
  if (player === undefined || confirm === undefined || other?.kind !== 'contribution') throw new Error('not played')
  const astray = await contribute(attempt, player, last, { digest: other.digest })
  const verdict = unfinished(await verify([...articles.filter((each) => each !== confirm), astray]))
  expect(verdict).toMatchObject({ phase: 'confirm', waitingFor: [peerIdOf(attempt, 0)], culprits: [] })
})

test('who broke the protocol is named, by what and where', async () => {
  const bend = ({ phase, position }: { phase: string; position: number }) =>
    phase === 'reveal' && position === 1
      ? { value: { salt: new Uint8Array(32), value: new Uint8Array(32) } }
      : undefined
  const { articles, attempt } = await play(await begin(await gather()), { bend, last: 'reveal' })
  const verdict = unfinished(await verify(articles))
  const culprit = { peerId: peerIdOf(attempt, 1), kind: 'fault', phase: 'reveal' }
  expect(verdict.culprits).toEqual([{ ...culprit, reason: 'it does not open the commitment' }])
})

test('a further attempt completes without those whom it left out, by what convicts them', async () => {
  const bend = ({ phase, position }: { phase: string; position: number }) =>
    phase === 'commit' && position === 1 ? { value: 'no commitment' } : undefined
  const first = await play(await begin(await gather({ players: 4 })), { bend, last: 'commit' })
  const second = await play(await beginAgain(first.attempt, { culprits: [1] }))
  const verdict = completed(await verify([...first.articles, ...second.said.flat()]))
  expect(verdict).toMatchObject({ attempt: 2, round: first.attempt.round })
  expect(verdict.culprits.map(({ peerId }) => peerId)).toEqual([peerIdOf(first.attempt, 1)])
  expect(verdict.roster.map(({ peerId }) => peerId)).toEqual([0, 2, 3].map((at) => peerIdOf(first.attempt, at)))
  // Nobody may be left out for nothing.
  const [refuted] = first.said[1]?.filter(({ author }) => author === peerIdOf(first.attempt, 1)) ?? []
  const without = [...first.articles.filter((article) => article !== refuted), ...second.said.flat()]
  expect(await codeOf(without)).toBe('unfinished')
})

test('one whom a majority missed is left out, and that it was one is shown', async () => {
  const first = await play(await begin(await gather({ players: 4 })), { last: 'commit' })
  const { id } = first.attempt
  const closings = await Promise.all(
    [0, 1, 3].map((at) => {
      const player = playerOf(at)
      const draft = { kind: 'closing', attempt: id, incarnation: player.incarnation, phase: 2, missing: [2] } as const
      return say(player, { ...draft, reason: 'timeout', detail: 'sure took too long' })
    }),
  )
  const second = await play(await beginAgain(first.attempt, { suspects: [2] }))
  const articles = [...first.articles, ...closings, ...second.said.flat()]
  expect(completed(await verify(articles)).roster).toHaveLength(3)
  expect(await codeOf(articles.filter((article) => article !== closings[0]))).toBe('unfinished')
  const room = replay(dice, articles)
  if (room === undefined) throw new Error('no room')
  const shown = completed(await verifyTranscript(dice, transcriptOf(room)))
  expect(shown.result).toEqual(completed(await verify(articles)).result)
})

test('an attempt that goes by the name of another is none, though all its members signed it', async () => {
  const { gathering } = whole.attempt
  const id = '11'.repeat(32)
  const misnamed = await play(await joinAll(gathering, { ...whole.attempt, id }))
  const setup = articlesOf(whole.attempt).filter(({ kind }) => kind !== 'join')
  expect(unfinished(await verify([...setup, ...misnamed.said.flat()])).roster).toEqual([])
  const further = await play(await joinAll(gathering, { ...(await beginAgain(whole.attempt, {})), id }))
  const aborted = [...setup, ...whole.attempt.joins, ...further.said.flat()]
  expect(unfinished(await verify(aborted))).toMatchObject({ attempt: 1, phase: 'commit' })
})

test('all members of a completed round show the same transcript, whatever else each has heard', async () => {
  const { articles, attempt } = whole
  const extras = await Promise.all([
    say(playerOf(1, 1), acceptOf(attempt.gathering.invitation, playerOf(1, 1))),
    say(playerOf(2), { kind: 'closing', ...closingOf(attempt.id, playerOf(2).incarnation) }),
  ])
  const shown = [articles, articles.toReversed(), [...articles, ...extras]].map((heard) => {
    const room = replay(dice, heard)
    if (room === undefined) throw new Error('no room')
    return transcriptOf(room)
  })
  for (const transcript of shown) expect(transcript).toEqual(encodeTranscript(articles))
})

function closingOf(attempt: string, incarnation: string) {
  return { attempt, incarnation, phase: 6, missing: [], reason: 'failed', detail: 'late' } as const
}

test('a second statement that comes once all is over changes nothing in what members show', async () => {
  const { articles, attempt, said } = whole
  const [player, first] = [attempt.players[1], said[1]?.[1]]
  if (player === undefined || first?.kind !== 'contribution') throw new Error('not played')
  const second = await contribute(attempt, player, 1, { digest: first.digest, value: new Uint8Array(32) })
  const room = replay(dice, [...articles, second])
  if (room === undefined) throw new Error('no room')
  expect(room.culprits).toHaveLength(1)
  expect(transcriptOf(room)).toEqual(encodeTranscript(articles))
  // Who is shown both hears of a culprit, and never of another result.
  const both = await verify([...articles, second])
  if (!both.ok) throw new Error(both.code)
  expect(both.culprits).toEqual([
    { peerId: peerIdOf(attempt, 1), kind: 'equivocation', reason: 'said two things in one place', phase: 'commit' },
  ])
  if (both.status === 'completed') expect(both.result).toEqual(completed(await verify(articles)).result)
})

test('a host who invites twice in one place is named, in the room that was followed', async () => {
  const { articles, attempt } = whole
  const { invitation } = attempt.gathering
  const others = await Promise.all([7, 8, 9, 10].map((sides) => say(playerOf(0), { ...invitation, setup: { sides } })))
  for (const other of others) {
    const verdict = await verify([...articles, other])
    if (!verdict.ok) throw new Error(verdict.code)
    expect(verdict.room).toBe(invitation.room)
    expect(verdict.culprits.map(({ peerId, phase }) => [peerId, phase])).toEqual([[peerIdOf(attempt, 0), 'invitation']])
  }
})

test('nothing but the invitation is a round that did not begin', async () => {
  const verdict = unfinished(await verify(whole.articles.slice(0, 1)))
  expect(verdict).toMatchObject({ round: undefined, attempt: 0, roster: [], waitingFor: [], phase: 'join' })
})

test('another network, version, protocol or round than was expected is refused', async () => {
  const bytes = encodeTranscript(whole.articles)
  expect(await codeOf(whole.articles, { network: 'test' })).toBe('TRANSCRIPT_FOREIGN')
  expect(await codeOf(whole.articles, { round: '00'.repeat(32) })).toBe('TRANSCRIPT_FOREIGN')
  for (const definition of [
    { ...dice, version: 2 },
    { ...dice, name: 'cards' },
  ])
    expect(await verifyTranscript(definition, bytes)).toMatchObject({ ok: false, code: 'TRANSCRIPT_FOREIGN' })
})

test('articles of two networks are no transcript', async () => {
  const { articles, attempt } = whole
  const foreign = await contribute(attempt, playerOf(1), 1, { digest: '00'.repeat(32) }, { network: 'test' })
  expect(await codeOf([...articles, foreign])).toBe('TRANSCRIPT_FOREIGN')
})

test('what the definition does not take as a setup is refused', async () => {
  const { articles } = await play(await begin(await gather({ setup: { sides: 'six' } })), { last: 'join' })
  expect(await codeOf(articles)).toBe('ROUND_SETUP_REFUSED')
})

test('a round of fewer or more members than the definition allows, or in roles that it does not know, is refused', async () => {
  const bytes = encodeTranscript(whole.articles)
  const others = [{ membersMin: 3 }, { membersMax: 99 }]
  for (const other of others)
    expect(await verifyTranscript({ ...dice, ...other }, bytes)).toMatchObject({ code: 'ROUND_SETUP_REFUSED' })
  const { invitation } = whole.attempt.gathering
  const candidates = invitation.candidates.map(({ peerId }) => ({ peerId, role: 'dealer' }))
  const dealt = await say(playerOf(0), { ...invitation, candidates })
  expect(await codeOf([dealt])).toBe('ROUND_SETUP_REFUSED')
  expect(await verifyTranscript({ ...dice, roles: ['dealer'] }, encodeTranscript([dealt]))).toMatchObject({ ok: true })
})

test('what was signed and says nothing in a round is refused', async () => {
  const { round, id } = whole.attempt
  const slot = encodeSlot({ kind: 'contribution', round, attempt: id, phase: 1 })
  const draft = {
    network: 'main',
    protocol: 'dice',
    version: 1,
    audience: 'anyone',
    position: { slot },
    ...times,
  } as const
  for (const said of [
    { type: 'commit', payload: 'heads' },
    { type: 'reveal', payload: [new Uint8Array(32)] },
  ]) {
    const bytes = await signMessage(playerOf(1).identity, { ...draft, ...said })
    const verdict = await verifyTranscript(dice, encodeTranscript([...whole.articles, { bytes }]))
    expect(verdict).toMatchObject({ ok: false, code: 'TRANSCRIPT_FOREIGN' })
  }
})

test('each signature is asked for once, and none after the first that fails', async () => {
  const asked: Uint8Array[] = []
  const counting: MessageVerifier = (bytes, options) => {
    asked.push(bytes)
    return verifyMessage(bytes, options)
  }
  completed(await verify(whole.articles, { verify: counting }))
  expect(asked).toHaveLength(whole.articles.length)
  asked.length = 0
  const failing: MessageVerifier = (bytes, options) =>
    asked.length === 4 ? { ok: false, code: 'SIGNATURE_REFUSED' } : counting(bytes, options)
  expect(await codeOf(whole.articles, { verify: failing })).toBe('SIGNATURE_REFUSED')
  expect(asked).toHaveLength(4)
})

test('who was not invited is refused before a signature of its is asked for', async () => {
  const stranger = await contribute(whole.attempt, playerOf(99), 1, { digest: '00'.repeat(32) })
  let asked = 0
  const verdict = await verify([...whole.articles.slice(0, 3), stranger], {
    verify: (bytes, options) => {
      asked += 1
      return verifyMessage(bytes, options)
    },
  })
  expect(verdict).toMatchObject({ ok: false, code: 'TRANSCRIPT_FOREIGN' })
  expect(asked).toBe(3)
})

test('nothing is asked for where the form is wrong, the size too large, or an invitation missing', async () => {
  const never: MessageVerifier = () => {
    throw new Error('asked')
  }
  const bytes = encodeTranscript(whole.articles)
  const limits = [{ transcriptBytesMax: bytes.length - 1 }, { articlesMax: whole.articles.length - 1 }]
  for (const limit of limits) expect(await codeOf(whole.articles, { verify: never, ...limit })).toBe('TRANSCRIPT_LIMIT')
  expect(verifyTranscript(dice, bytes.subarray(1), { verify: never })).toMatchObject({ code: 'TRANSCRIPT_MALFORMED' })
  expect(await codeOf(whole.articles.slice(1), { verify: never })).toBe('TRANSCRIPT_MALFORMED')
})

test('a verifier that takes its time comes to the same', async () => {
  const slow: MessageVerifier = async (bytes, options) => verifyMessage(bytes, options)
  expect(completed(await verify(whole.articles, { verify: slow }))).toEqual(completed(await verify(whole.articles)))
  const none = createMessageVerifier({ verify: () => Promise.resolve(false) })
  expect(await codeOf(whole.articles, { verify: none })).toBe('SIGNATURE_REFUSED')
})

test('members with keys of another suite are verified by that suite', async () => {
  const other = secp256k1IdentityFromSecret(new Uint8Array(32).fill(9))
  const { articles, attempt } = await play(
    await begin(await gather({ identityOf: (number) => (number === 1 ? other : undefined) })),
  )
  const verdict = completed(await verify(articles, { verify: verifyEverySuite }))
  expect(verdict.roster[1]).toEqual({ peerId: other.peerId, role: undefined })
  expect(peerIdOf(attempt, 1)).toBe(other.peerId)
  expect(await codeOf(articles)).toBe('SIGNATURE_REFUSED')
})

test('it is history, unless a time is given', async () => {
  expect(await codeOf(whole.articles)).toBe('completed')
  expect(await codeOf(whole.articles, { nowMs: times.expiresMs - 1 })).toBe('completed')
  expect(await codeOf(whole.articles, { nowMs: times.expiresMs })).toBe('SIGNATURE_EXPIRED')
})

test('a definition whose functions fail completes nothing, and convicts nobody', async () => {
  const result = () => {
    throw new Error('no result')
  }
  const broken = { ...dice, result }
  const verdict = await verifyTranscript(broken, encodeTranscript(whole.articles))
  expect(verdict).toMatchObject({ ok: true, status: 'unfinished', culprits: [] })
})
