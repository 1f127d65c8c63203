import type { Invitation } from '../articles/article.js'
import type { Plan } from '../plan/plan.js'
import type { RoomEffect, Step } from './events.js'
import type { Room } from './room.js'

// How a room begins: for its host, for a candidate, and for somebody who only watches.

interface Opening {
  readonly plan: Plan
  readonly invitation: Invitation
  /** Through its schema. */
  readonly setup: unknown
  readonly incarnation: string
  /** Among the candidates; -1 for somebody else, who can only watch. */
  readonly me: number
  readonly atMs: number
}

export function openAsHost(opening: Opening): Step {
  const { invitation, atMs } = opening
  const room = emptyRoom(opening, 'inviting')
  const effects: RoomEffect[] = [
    { type: 'spread', article: invitation },
    { type: 'timer', name: 'answers', ms: invitation.answerMs },
    ...openingEffects(invitation),
  ]
  return { room: { ...room, history: [{ atMs, what: 'invited' }] }, effects }
}

export function openAsCandidate(opening: Opening): Step {
  const { invitation, atMs } = opening
  const room = emptyRoom(opening, 'invited')
  const effects: RoomEffect[] = [
    { type: 'spread', article: invitation },
    { type: 'timer', name: 'begin', ms: invitation.answerMs + invitation.deadlineMs },
    ...openingEffects(invitation),
  ]
  return { room: { ...room, history: [{ atMs, what: 'invited' }] }, effects }
}

/** Says nothing and decides nothing: it follows what the articles say. */
export function openAsWatcher(opening: Opening): Room {
  return { ...emptyRoom(opening, 'over'), isWatched: true, history: [{ atMs: opening.atMs, what: 'invited' }] }
}

function emptyRoom({ plan, invitation, setup, incarnation, me }: Opening, stage: Room['stage']): Room {
  return {
    plan,
    invitation,
    me,
    incarnation,
    setup,
    stage,
    articles: [invitation],
    attempts: [],
    culprits: [],
    isWatched: false,
    outcome: undefined,
    history: [],
  }
}

function openingEffects({ deadlineMs }: Invitation): readonly RoomEffect[] {
  return [{ type: 'timer', name: 'pull', ms: pullAfterMs(deadlineMs) }]
}

/** Soon enough to ask several times before a deadline, and late enough not to ask where all is well. */
export function pullAfterMs(deadlineMs: number): number {
  return Math.min(1_000, Math.max(50, Math.ceil(deadlineMs / 8)))
}
