import type { ClosingReason } from '../articles/article.js'
import { close, endsFor, reasonOf, settleClosings } from './closing.js'
import { toldOf, wordsOf } from './closing-words.js'
import { finish } from './ending.js'
import { decline } from './gathering.js'
import { judgeRest } from './judging.js'
import { settlePhases } from './phases.js'
import { type AbortReason, isJudging, joinsOf, presentAttempt } from './room.js'
import type { Turn } from './turn.js'

// Why a member goes no further that nobody told it: its time is over, or its own program has had enough.

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
  } else if (attempt?.isOpen === true && !isJudging(attempt)) {
    // Where it is being judged, everybody has spoken, and what ends it is known soon.
    const phase = room.plan.phases[attempt.phase]?.name ?? ''
    const first = attempt.closings.find((closing) => endsFor(attempt, closing))
    const reason = first === undefined ? 'TIMEOUT' : reasonOf(attempt, first)
    const closing = reason === 'TIMEOUT' ? 'timeout' : 'closed'
    const detail = first === undefined ? `${phase} took too long` : wordsOf(first)
    close(turn, attempt.id, { reason, closing, detail, hasWaited: true })
  }
}

/** What is said here is good no longer, by this member's clock: whatever came of it, it ends here. What could still be judged is its reason. */
export function expire(turn: Turn): void {
  ranOut(turn)
  for (const { id } of turn.room.attempts) judgeRest(turn, id)
  settlePhases(turn)
  settleClosings(turn)
  finish(turn, { reason: 'TIMEOUT', detail: 'the round expired before it was over' })
}

/** This member's program will not or cannot go on. */
export function abandon(turn: Turn, reason: AbortReason, detail: string): void {
  const { room } = turn
  const attempt = presentAttempt(room)
  const closing = reason === 'FAILED' ? 'failed' : reason === 'DECLINED' ? 'declined' : 'cancelled'
  const declined = reason === 'DECLINED' ? [{ member: room.me, reason: detail }] : undefined
  if (attempt?.isOpen === true) return close(turn, attempt.id, { reason, closing, detail, suspects: [], declined })
  // Whatever this life does, it was a former one that took part.
  if (room.isWatched) return finish(turn, { reason: 'RESTARTED', detail })
  if (room.stage === 'over') return
  if (room.stage === 'invited') return decline(turn, detail)
  if (room.stage !== 'regrouping') takeBack(turn, closing, detail)
  finish(turn, { reason, detail })
}

/** What this member is about to join, or has said that it would. */
function takeBack(turn: Turn, reason: ClosingReason, detail: string): void {
  const { incarnation, invitation } = turn.room
  const said = {
    attempt: invitation.room,
    incarnation,
    phase: 0,
    missing: [],
    reason,
    detail: toldOf(reason, detail),
  } as const
  turn.want({ type: 'say', draft: { kind: 'closing', ...said } })
}
