import type { Closing, ClosingReason } from '../articles/article.js'
import { type Ending, finish } from './ending.js'
import { decline } from './gathering.js'
import { beginRegrouping } from './regrouping.js'
import {
  type AbortReason,
  type Attempt,
  candidateOf,
  culpritIn,
  joinsOf,
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
  const said = { attempt: id, incarnation, phase, missing: missingIn(attempt), reason: closing, detail }
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
  if (attempt === undefined) return heardCallOff(turn, member, detail)
  const position = attempt.members.findIndex(({ peerId }) => peerId === closing.author)
  if (attempt.members[position]?.incarnation !== closing.incarnation) return
  turn.changeAttempt(attempt.id, { closings: [...attempt.closings, closing] })
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
  if (attempt?.isOpen !== true) return
  const culprit = culpritIn(room, attempt)
  if (culprit !== undefined) {
    const reason = culprit.kind === 'equivocation' ? 'EQUIVOCATION' : 'FAULT'
    // Nobody has to be suspected where somebody is convicted.
    return close(turn, attempt.id, { reason, closing: 'evidence', detail: culprit.reason, suspects: [] })
  }
  const ending = attempt.closings.filter((closing) => endsFor(attempt, closing))
  const closing = ending.find(({ reason }) => reason !== 'timeout')
  if (closing !== undefined)
    close(turn, attempt.id, { reason: reasonOf(attempt, closing), closing: 'closed', detail: closing.detail })
  else if (ending.length > 0) hurry(turn, attempt)
}

/**
 * Somebody says that others were silent for too long, and it may be a lie, said at the beginning of a phase to have those suspected
 * whose contributions are on their way: they get the time that it takes to come.
 */
function hurry(turn: Turn, { id, phase, hurriedIn }: Attempt): void {
  if (hurriedIn === phase) return
  turn.changeAttempt(id, { hurriedIn: phase })
  turn.want({ type: 'timer', name: 'phase', ms: Math.ceil(phaseMsOf(turn.room, phase) / 4) })
}

function reasonOf(attempt: Attempt, { reason, missing }: Closing): AbortReason {
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
function endsFor(attempt: Attempt, closing: Closing): boolean {
  const position = attempt.members.findIndex(({ peerId }) => peerId === closing.author)
  if (position === attempt.mine || closing.reason === 'evidence' || closing.reason === 'closed') return false
  const isLast = closing.phase >= attempt.said.length - 1
  if (isLast) return false
  return attempt.said.slice(closing.phase).some((row) => row[position] === undefined)
}

/** The time of a phase is over, or that of waiting for the host. */
export function ranOut(turn: Turn): void {
  const { room } = turn
  const attempt = presentAttempt(room)
  if (room.isWatched) {
    finish(turn, { reason: 'RESTARTED', detail: 'this member restarted, and nobody had the end of it in time' })
  } else if (room.stage === 'accepted') {
    // It may have begun with somebody's answer that never came here: then it is not the silence that is the reason.
    const hasBegun = joinsOf(room, room.invitation.room).some(({ author }) => author === room.invitation.author)
    const suspects = [{ member: 0, why: hasBegun ? 'astray' : 'silent', phase: 'join', by: [] }] as const
    finish(turn, { reason: 'TIMEOUT', detail: 'the host did not begin in time', suspects })
  } else if (room.stage === 'invited') {
    finish(turn, { reason: 'TIMEOUT', detail: 'this member did not answer in time' })
  } else if (room.stage === 'joining' && attempt === undefined) {
    finish(turn, { reason: 'FAILED', detail: 'what this member signs to join was not signed and kept in time' })
  } else if (attempt?.isOpen === true) {
    const phase = room.plan.phases[attempt.phase]?.name ?? ''
    const first = attempt.closings.find((closing) => endsFor(attempt, closing))
    const reason = first === undefined ? 'TIMEOUT' : reasonOf(attempt, first)
    const closing = reason === 'TIMEOUT' ? 'timeout' : 'closed'
    close(turn, attempt.id, { reason, closing, detail: first?.detail ?? `${phase} took too long`, hasWaited: true })
  }
}

/** What is said here is good no longer, by this member's clock: whatever came of it, it ends here. */
export function expire(turn: Turn): void {
  ranOut(turn)
  finish(turn, { reason: 'TIMEOUT', detail: 'the round expired before it was over' })
}

/** This member's program will not or cannot go on. */
export function abandon(turn: Turn, reason: AbortReason, detail: string): void {
  const { room } = turn
  const attempt = presentAttempt(room)
  const closing = reason === 'FAILED' ? 'failed' : reason === 'DECLINED' ? 'declined' : 'cancelled'
  const declined = reason === 'DECLINED' ? [{ member: room.me, reason: detail }] : undefined
  if (attempt?.isOpen === true) return close(turn, attempt.id, { reason, closing, detail, suspects: [], declined })
  if (room.isWatched) return finish(turn, { reason, detail })
  if (room.stage === 'over') return
  if (room.stage === 'invited') return decline(turn, detail)
  if (room.stage !== 'regrouping') {
    const { incarnation, invitation } = room
    const draft = {
      kind: 'closing',
      attempt: invitation.room,
      incarnation,
      phase: 0,
      missing: [],
      reason: closing,
      detail,
    } as const
    turn.want({ type: 'say', draft })
  }
  finish(turn, { reason, detail })
}
