import { RoundView } from '../plan/round-view.js'
import type { View } from '../plan/shape.js'
import type { Attempt, Room } from './room.js'

/** What everybody sees in a phase: what was said before it; with `through`, also what was said in that phase itself. */
export function viewOf(room: Room, attempt: Attempt, through = attempt.phase - 1): View {
  const said = new Map<string, readonly unknown[]>()
  for (const [at, { name, kind }] of room.plan.phases.entries()) {
    if (kind === 'said' && at <= through)
      said.set(
        name,
        (attempt.said[at] ?? []).map((saying) => saying?.value),
      )
  }
  return new RoundView({
    round: attempt.round,
    attempt: attempt.id,
    number: attempt.number,
    setup: room.setup,
    roster: attempt.members.map(({ peerId }) => peerId),
    roles: attempt.members.map(({ role }) => role),
    phase: room.plan.phases[attempt.phase]?.name ?? '',
    said,
  })
}
