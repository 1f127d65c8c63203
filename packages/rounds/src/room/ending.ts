import { wordsOf } from './closing-words.js'
import {
  type AbortReason,
  type Attempt,
  candidateOf,
  isConvicted,
  type Room,
  type RoomOutcome,
  type Suspect,
} from './room.js'
import type { Turn } from './turn.js'

// How a round ends for one member: once, but for an abort that gives way to a completion.

export interface Ending {
  readonly reason: AbortReason
  readonly detail: string
  readonly suspects?: readonly Suspect[] | undefined
  readonly declined?: readonly { readonly member: number; readonly reason: string }[] | undefined
}

export function finish(turn: Turn, { reason, detail, suspects = [], declined }: Ending): void {
  const { room } = turn
  if (room.outcome !== undefined) return
  settle(turn, {
    status: 'aborted',
    reason,
    detail,
    culprits: room.culprits,
    suspects: suspects.filter(({ member }) => member !== room.me && !isConvicted(room, member)),
    declined: declined ?? declinedIn(room),
    mayBeCompleted: mayBeCompleted(room),
    unconfirmed: room.attempts.findLast(({ result }) => result !== undefined)?.result,
  })
}

/** Everybody has confirmed. Nothing is left to contribute, so nothing that comes later closes the attempt. */
export function complete(turn: Turn, { id, number, result, mine }: Attempt): void {
  const { room } = turn
  // What the others completed without this member is theirs; somebody who was never invited may look on.
  if (room.me >= 0 && mine < 0) return
  if (room.outcome?.status === 'completed' || result === undefined) return
  turn.changeAttempt(id, { isOpen: false })
  settle(turn, { status: 'completed', result: result.value, attempt: number })
}

/** Only where this member has confirmed, or is about to, can all have. */
export function mayBeCompleted({ attempts }: Room): boolean {
  return attempts.some(({ said, mine, isConfirmed }) => isConfirmed || said.at(-1)?.[mine] !== undefined)
}

function settle(turn: Turn, outcome: RoomOutcome): void {
  turn.change({ stage: 'over', outcome })
  turn.note({ what: 'ended', outcome })
  for (const name of ['answers', 'begin', 'phase', 'gather', 'regroup'] as const)
    turn.want({ type: 'timer', name, ms: 'never' })
  turn.want({ type: 'outcome', outcome })
}

function declinedIn(room: Room): readonly { readonly member: number; readonly reason: string }[] {
  const closings = room.attempts.at(-1)?.closings ?? []
  const refusals = closings.filter(
    ({ reason }) => reason === 'declined' || reason === 'cancelled' || reason === 'failed',
  )
  return refusals.map((closing) => ({ member: candidateOf(room, closing.author), reason: wordsOf(closing) }))
}
