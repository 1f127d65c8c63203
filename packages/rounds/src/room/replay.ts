import { checkSchema } from '@rondo/core'
import type { Article, Invitation } from '../articles/article.js'
import type { Plan } from '../plan/plan.js'
import { fitsPlan } from './fits-plan.js'
import { judgeEach } from './judging.js'
import { openAsWatcher } from './open-room.js'
import type { Room } from './room.js'
import { step } from './step.js'
import { Turn } from './turn.js'

/**
 * What articles come to, by the rules that members follow: a room that nobody plays in. In any order, the invitation among them;
 * undefined where there is none, or the plan does not know such a round.
 */
export function replay(plan: Plan, articles: readonly Article[]): Room | undefined {
  const invitation = articles.find((article): article is Invitation => article.kind === 'invitation')
  if (invitation === undefined || !fitsPlan(plan, invitation)) return undefined
  const setup = checkSchema(plan.setup, invitation.setup)
  if (!setup.ok) return undefined
  let room = openAsWatcher({ plan, invitation, setup: setup.value, incarnation: '', me: -1, atMs: 0 })
  for (let left = [...articles], before = -1; sizeOf(room) > before; ) {
    before = sizeOf(room)
    // An attempt is known by its joins, and what was said in it only then: what finds no place is tried again.
    for (const article of left) room = step(room, { type: 'heard', article }, 0).room
    const known = new Set(room.articles.map(({ hash }) => hash))
    left = left.filter(({ hash }) => !known.has(hash))
    // Whom a further attempt does without may be found by that alone.
    if (sizeOf(room) === before) room = judgedAlone(room)
  }
  return room
}

function sizeOf({ articles, attempts, culprits }: Room): number {
  return articles.length + attempts.length + culprits.length
}

/** Where a phase is judged together and not all of it is there: what is there is judged by itself, as evidence needs it. */
function judgedAlone(room: Room): Room {
  const turn = new Turn(room, 0)
  for (const { id } of room.attempts) judgeEach(turn, id)
  return turn.room
}
