import type { RoomOutcome } from '../room/room.js'
import type { AccountOutcome } from './account.js'
import { showValue } from './show-value.js'

/** How it ended, in numbers and text alone. */
export function outcomeOf(outcome: RoomOutcome | undefined): AccountOutcome {
  if (outcome === undefined) return { status: 'running' }
  if (outcome.status === 'completed')
    return { status: 'completed', attempt: outcome.attempt, result: showValue(outcome.result) }
  const { status, reason, detail, culprits, suspects, declined, mayBeCompleted } = outcome
  return {
    status,
    reason,
    detail,
    culprits: culprits.map(({ member }) => member),
    suspects: suspects.map(({ member, why, phase, by }) => ({ member, why, phase, by: [...by] })),
    declined: declined.map(({ member, reason: words }) => ({ member, reason: words })),
    mayBeCompleted,
  }
}
