import type { Proposal } from '../articles/article.js'
import { attemptIdOf } from '../articles/ids.js'
import { type Ending, finish, mayBeCompleted } from './ending.js'
import { isSuspectedByMost, mayFollow } from './proposals.js'
import {
  type AbortReason,
  type Attempt,
  candidateOf,
  culpritIn,
  isConvicted,
  presentAttempt,
  type Room,
} from './room.js'
import { suspectsIn } from './suspects.js'
import type { Turn } from './turn.js'

// Between two attempts. The first of those who stay proposes; the others follow where they find the same reasons among what they
// hold. Whoever has confirmed follows nobody: the attempt may be complete for others, and there must not be two results.

/** Whether another attempt may come. */
export function beginRegrouping(turn: Turn, attempt: Attempt, ending: Ending): boolean {
  const { room } = turn
  if (!retried.includes(ending.reason) || attempt.number > room.invitation.retries || mayBeCompleted(room)) return false
  if (room.plan.leaveOut === 'nobody' && culpritIn(room, attempt) !== undefined) return false
  const { deadlineMs } = room.invitation
  turn.change({ stage: 'regrouping' })
  // The others may wait for a quarter of it before they close as well: who is left out hangs on what they say.
  turn.want({ type: 'timer', name: 'gather', ms: Math.ceil(deadlineMs / 2) })
  turn.want({ type: 'timer', name: 'regroup', ms: deadlineMs })
  return true
}

/** What was nobody's will may go better the next time. */
const retried: readonly AbortReason[] = ['TIMEOUT', 'CLOSED', 'EQUIVOCATION', 'FAULT']

/** As soon as everybody else who stays has closed as well, nobody has to be waited for. */
export function settleRegrouping(turn: Turn): void {
  const { room } = turn
  const attempt = presentAttempt(room)
  if (room.stage !== 'regrouping' || attempt === undefined) return
  const { roster } = rosterAfter(room, attempt)
  const closers = new Set(attempt.closings.map(({ author }) => candidateOf(room, author)))
  if (roster.every((member) => closers.has(member))) proposeAgain(turn)
}

/** Where this member is the one to propose. */
export function proposeAgain(turn: Turn): void {
  const { room } = turn
  const attempt = presentAttempt(room)
  if (room.stage !== 'regrouping' || attempt === undefined) return
  const proposal = rosterAfter(room, attempt)
  if (proposal.roster[0] !== room.me || !mayFollow(room, attempt, proposal)) return
  const { incarnation } = room
  const draft = { kind: 'join', parent: attempt.id, incarnation, proposal } as const
  turn.change({ stage: 'joining' })
  turn.want({ type: 'say', draft: { ...draft, attempt: attemptIdOf(attempt.id, attempt.round, proposal) } })
}

function rosterAfter(room: Room, attempt: Attempt): Proposal {
  const culprits = attempt.roster.filter((member) => isConvicted(room, member))
  const isLeftOut = (member: number): boolean => !culprits.includes(member) && isSuspectedByMost(attempt, member)
  const suspects = room.plan.leaveOut === 'suspects' ? attempt.roster.filter(isLeftOut) : []
  const roster = attempt.roster.filter((member) => !culprits.includes(member) && !suspects.includes(member))
  return { roster, answers: [], culprits, suspects }
}

/** Nobody has proposed in time, or not what this member could follow. */
export function regroupFailed(turn: Turn): void {
  const { room } = turn
  const attempt = presentAttempt(room)
  if ((room.stage !== 'regrouping' && room.stage !== 'joining') || attempt === undefined) return
  const culprit = culpritIn(room, attempt)
  const reason = culprit === undefined ? 'TIMEOUT' : culprit.kind === 'equivocation' ? 'EQUIVOCATION' : 'FAULT'
  const detail = culprit?.reason ?? 'no further attempt came about'
  finish(turn, { reason, detail, suspects: culprit === undefined ? suspectsIn(room, attempt, true) : [] })
}
