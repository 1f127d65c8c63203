import type { Contribution, Join } from '../articles/article.js'
import { nextDigestOf } from '../articles/ids.js'
import { complete } from './ending.js'
import { isComplete } from './judging.js'
import { pullAfterMs } from './open-room.js'
import { type Attempt, phaseMsOf, type Saying } from './room.js'
import type { Turn } from './turn.js'
import { viewOf } from './view-of.js'

// An attempt from phase to phase. Each ends when all have contributed and every contribution holds; what comes early waits, and is
// judged when everything that it rests on is there.

/** By its parent as well: in the place of another attempt, a member could join this one a second time and not be convicted. */
export function placeJoin(turn: Turn, join: Join): void {
  const attempt = turn.room.attempts.find(({ id, parent }) => id === join.attempt && parent === join.parent)
  if (attempt === undefined) return
  const position = attempt.members.findIndex(({ peerId }) => peerId === join.author)
  if (position < 0 || attempt.members[position]?.incarnation !== join.incarnation) return
  place(turn, attempt, 0, position, { article: join, state: 'accepted', value: undefined })
}

export function heardContribution(turn: Turn, contribution: Contribution): void {
  const attempt = turn.attempt(contribution.attempt)
  const position = attempt.members.findIndex(({ peerId }) => peerId === contribution.author)
  if (position < 0 || contribution.phase < 1 || contribution.phase >= attempt.said.length) return
  place(turn, attempt, contribution.phase, position, { article: contribution, state: 'early', value: undefined })
}

function place(turn: Turn, attempt: Attempt, phase: number, position: number, saying: Saying): void {
  if (attempt.said[phase]?.[position] !== undefined) return
  turn.setSaying(attempt.id, phase, position, saying)
  turn.note({ what: 'said', attempt: attempt.number, phase, member: attempt.roster[position] ?? -1 })
  if (phase === attempt.phase) tellProgress(turn, attempt.id)
}

/** As far as what is known leads. */
export function settlePhases(turn: Turn): void {
  for (const { id } of turn.room.attempts) {
    while (isComplete(turn, id)) enterNext(turn, id)
  }
}

function enterNext(turn: Turn, id: string): void {
  const before = turn.attempt(id)
  const phase = before.phase + 1
  const hashes = (before.said[before.phase] ?? []).map((saying) => saying?.article.hash ?? '')
  const digest = nextDigestOf(before.digests[before.phase] ?? '', before.phase, hashes)
  turn.changeAttempt(id, { phase, digests: [...before.digests, digest], phaseAtMs: turn.atMs, hasty: [] })
  if (phase >= before.said.length) return complete(turn, turn.attempt(id))
  turn.note({ what: 'phase began', attempt: before.number, phase })
  if (before.isOpen) contribute(turn, turn.attempt(id), digest)
}

function contribute(turn: Turn, attempt: Attempt, digest: string): void {
  const { room } = turn
  const step = room.plan.phases[attempt.phase]
  if (step === undefined) return
  const { id, round, phase } = attempt
  const phaseMs = phaseMsOf(room, phase)
  turn.want({ type: 'timer', name: 'phase', ms: phaseMs })
  turn.want({ type: 'timer', name: 'pull', ms: pullAfterMs(phaseMs) })
  const draft = { kind: 'contribution', round, attempt: id, phase, digest, value: undefined } as const
  if (step.kind === 'said') turn.want({ type: 'contribute', draft, view: viewOf(room, attempt) })
  else turn.want({ type: 'say', draft })
  if (step.kind === 'confirm') turn.changeAttempt(id, { isConfirmed: true })
  tellProgress(turn, id)
}

function tellProgress(turn: Turn, id: string): void {
  const { isOpen, number, phase, said, roster } = turn.attempt(id)
  const waitingFor = roster.filter((_, position) => said[phase]?.[position] === undefined)
  if (isOpen) turn.want({ type: 'progress', attempt: number, phase, waitingFor })
}
