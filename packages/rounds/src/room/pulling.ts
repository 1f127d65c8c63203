import { mayBeCompleted } from './ending.js'
import { pullAfterMs } from './open-room.js'
import type { Turn } from './turn.js'

/** Something is missing for longer than it should: it may lie with another member. */
export function pull(turn: Turn): void {
  const { room } = turn
  const { deadlineMs } = room.invitation
  if (room.outcome?.status === 'completed') return
  // Where it cannot be completed any more there is nothing to learn.
  if (room.outcome !== undefined && !mayBeCompleted(room)) return
  turn.want({ type: 'ask', member: 'somebody' })
  const ms = room.stage === 'over' ? Math.max(deadlineMs, latePullMsMin) : pullAfterMs(deadlineMs)
  turn.want({ type: 'timer', name: 'pull', ms })
}

/** However short the host made its phases: what is over is asked about for days. */
const latePullMsMin = 1_000
