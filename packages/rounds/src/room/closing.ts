import type { Closing, ClosingReason } from '../articles/article.js'
import { toldOf, wordsOf } from './closing-words.js'
import { type Ending, finish } from './ending.js'
import { beginRegrouping } from './regrouping.js'
import {
  type AbortReason,
  type Attempt,
  candidateOf,
  culpritIn,
  isJudging,
  phaseMsOf,
  presentAttempt,
  type Suspect,
} from './room.js'
import { missingIn, suspectsIn } from './suspects.js'
import type { Turn } from './turn.js'

// How an attempt ends before its end. Whoever closes it says so, signed: no contribution of its comes after that.

interface Close {
  readonly reason: AbortReason
  /** What the others are told. */
  readonly closing: ClosingReason
  readonly detail: string
  /** Only then was anybody silent for too long. */
  readonly hasWaited?: boolean
  readonly suspects?: readonly Suspect[] | undefined
  readonly declined?: Ending['declined']
}

export function close(turn: Turn, id: string, close: Close): void {
  const { reason, closing, detail, hasWaited = false, declined } = close
  const attempt = turn.attempt(id)
  if (!attempt.isOpen) return
  const { incarnation } = turn.room
  const { phase } = attempt
  const told = toldOf(closing, detail)
  const said = { attempt: id, incarnation, phase, missing: missingIn(attempt), reason: closing, detail: told }
  turn.changeAttempt(id, { isOpen: false })
  turn.want({ type: 'desist' })
  turn.want({ type: 'timer', name: 'phase', ms: 'never' })
  turn.want({ type: 'say', draft: { kind: 'closing', ...said } })
  const suspects = close.suspects ?? suspectsIn(turn.room, turn.attempt(id), hasWaited)
  const ending: Ending = { reason, detail, suspects, declined }
  if (!beginRegrouping(turn, turn.attempt(id), ending)) finish(turn, ending)
}

export function heardClosing(turn: Turn, closing: Closing): void {
  const { room } = turn
  const { phase, missing, reason, detail } = closing
  const member = candidateOf(room, closing.author)
  const attempt = room.attempts.find(({ id }) => id === closing.attempt)
  const number = attempt?.number ?? 0
  turn.note({ what: 'closed', attempt: number, phase, member, reason, detail, missing })
  if (attempt !== undefined) return placeClosing(turn, attempt.id, closing)
  heardCallOff(turn, member, detail)
  // Whoever gave the round up while its first attempt was beginning gave that one up.
  for (const { id, parent } of room.attempts) if (parent === closing.attempt) placeClosing(turn, id, closing)
}

export function placeClosing(turn: Turn, id: string, closing: Closing): void {
  const attempt = turn.attempt(id)
  const position = attempt.members.findIndex(({ peerId }) => peerId === closing.author)
  if (attempt.members[position]?.incarnation !== closing.incarnation) return
  const hasty = isHasty(turn, attempt, closing)
    ? [...attempt.hasty, candidateOf(turn.room, closing.author)]
    : attempt.hasty
  turn.changeAttempt(attempt.id, { closings: [...attempt.closings, closing], hasty })
}

/** Clocks differ, and phases begin a little earlier for some; but not by half of what a phase may take. */
function isHasty({ room, atMs }: Turn, { phase, phaseAtMs }: Attempt, closing: Closing): boolean {
  return closing.reason === 'timeout' && closing.phase >= phase && atMs - phaseAtMs < phaseMsOf(room, phase) / 2
}

/** Before there was an attempt: the host calls the round off, or a candidate takes its word back. */
function heardCallOff(turn: Turn, member: number, detail: string): void {
  const { stage } = turn.room
  if (member !== 0 || (stage !== 'invited' && stage !== 'accepted')) return
  finish(turn, { reason: 'CANCELLED', detail, declined: [{ member, reason: detail }] })
}

/** What convictions and the closings of others mean for the attempt under way. */
export function settleClosings(turn: Turn): void {
  const { room } = turn
  const attempt = presentAttempt(room)
  if (room.stage === 'accepted' || room.stage === 'invited') return settleWithoutHost(turn)
  // Whose fault it is comes first, and is known soon.
  if (attempt?.isOpen !== true || isJudging(attempt)) return
  const culprit = culpritIn(room, attempt)
  if (culprit !== undefined) {
    const reason = culprit.kind === 'equivocation' ? 'EQUIVOCATION' : 'FAULT'
    // Nobody has to be suspected where somebody is convicted.
    return close(turn, attempt.id, { reason, closing: 'evidence', detail: culprit.reason, suspects: [] })
  }
  const ending = attempt.closings.filter((closing) => endsFor(attempt, closing))
  const closing = ending.find(({ reason }) => reason !== 'timeout')
  if (closing !== undefined)
    close(turn, attempt.id, { reason: reasonOf(attempt, closing), closing: 'closed', detail: wordsOf(closing) })
  else if (ending.length > 0) hurry(turn, attempt)
}

/**
 * Somebody says that others were silent for too long, and it may be a lie, said at the beginning of a phase to have those suspected
 * whose contributions are on their way: they get the time that it takes to come.
 */
function hurry(turn: Turn, { id, phase, hurriedIn }: Attempt): void {
  if (hurriedIn === phase) return
  turn.changeAttempt(id, { hurriedIn: phase })
  const { deadlineMs } = turn.room.invitation
  turn.want({ type: 'timer', name: 'phase', ms: Math.ceil(Math.min(deadlineMs, phaseMsOf(turn.room, phase)) / 4) })
}

export function reasonOf(attempt: Attempt, { reason, missing }: Closing): AbortReason {
  if (reason === 'declined' || reason === 'cancelled') return 'DECLINED'
  const isMissedHere = missingIn(attempt).some((member) => missing.includes(member))
  return reason === 'timeout' && isMissedHere ? 'TIMEOUT' : 'CLOSED'
}

function settleWithoutHost(turn: Turn): void {
  const host = turn.room.culprits.find(({ member }) => member === 0)
  if (host !== undefined) finish(turn, { reason: 'EQUIVOCATION', detail: host.reason })
}

/**
 * Whether the attempt cannot end well any more: the one who closed still owes a contribution. Where it closed for what others did, those
 * will be heard of as well, and say more; the deadline ends the wait.
 */
export function endsFor(attempt: Attempt, closing: Closing): boolean {
  const position = attempt.members.findIndex(({ peerId }) => peerId === closing.author)
  if (position === attempt.mine || closing.reason === 'evidence' || closing.reason === 'closed') return false
  const isLast = closing.phase >= attempt.said.length - 1
  if (isLast) return false
  return attempt.said.slice(closing.phase).some((row) => row[position] === undefined)
}
