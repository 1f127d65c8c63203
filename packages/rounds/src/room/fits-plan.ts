import type { Invitation } from '../articles/article.js'
import type { Plan } from '../plan/plan.js'

/** Whether the plan knows such rounds at all: with so many members, and in these roles. */
export function fitsPlan(
  { membersMin, membersMax, roles }: Pick<Plan, 'membersMin' | 'membersMax' | 'roles'>,
  { minimum, maximum, candidates }: Pick<Invitation, 'minimum' | 'maximum' | 'candidates'>,
): boolean {
  if (minimum < membersMin || maximum > membersMax) return false
  return candidates.every(({ role }) => role === undefined || roles.includes(role))
}
