import { type AbortReason, type Attempt, candidateOf, type Room, type RoomOutcome, type Suspect } from './room.js'
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
    suspects,
    declined: declined ?? declinedIn(room),
    mayBeCompleted: mayBeCompleted(room),
  })
}

/** Everybody has confirmed. */
export function complete(turn: Turn, { number, result }: Attempt): void {
  const { room } = turn
  if (room.outcome?.status === 'completed' || result === undefined) return
  settle(turn, { status: 'completed', result: result.value, attempt: number })
}

/** Only where this member has confirmed, or is about to, can all have. */
export function mayBeCompleted({ attempts, isWatched }: Room): boolean {
  return attempts.some(
    ({ said, mine, phase }) => said.at(-1)?.[mine] !== undefined || (!isWatched && phase >= said.length - 1),
  )
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
  return refusals.map(({ author, detail }) => ({ member: candidateOf(room, author), reason: detail }))
}
