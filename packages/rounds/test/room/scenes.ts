import type { Article } from '../../src/articles/article.js'
import type { ArticleDraft } from '../../src/articles/draft.js'
import { type Attempt, presentAttempt, type Room, type RoomOutcome } from '../../src/room/room.js'
import { peerIdOf } from '../account/room-builder.js'
import { Table, type Terms } from './harness.js'
import { phases, planOf, type Taste } from './plans.js'

// Where a round stands when something happens to it.

/** The invitation is there, and nobody has answered. */
export function invited({ members = 3, ...terms }: Partial<Terms> & Taste = {}): Table {
  return new Table({ plan: planOf(terms), members, ...terms })
}

/** All have accepted, and stand in a phase to which nobody has contributed yet. */
export function under(phase: keyof typeof phases, terms: Partial<Terms> & Taste = {}): Table {
  const table = invited(terms).acceptAll()
  const isEarlier = (draft: ArticleDraft): boolean => orderOf(draft) < phases[phase]
  for (let said = 0; said !== table.said.length; ) {
    said = table.said.length
    for (const { number, wanted } of table.players) {
      for (const article of table.missedBy(number)) table.hear(number, article)
      const at = wanted.findIndex(isEarlier)
      if (at >= 0) table.utter(number, undefined, at)
    }
    for (const { number } of table.players) for (const article of table.missedBy(number)) table.hear(number, article)
  }
  return table
}

function orderOf(draft: ArticleDraft): number {
  return draft.kind === 'join' ? phases.join : draft.kind === 'contribution' ? draft.phase : -1
}

export function outcomeOf(table: Table, member: number): RoomOutcome | undefined {
  return table.player(member).room.outcome
}

export function reasonsIn(table: Table): readonly (string | undefined)[] {
  return table.players.map(({ room: { outcome } }) =>
    outcome?.status === 'aborted' ? outcome.reason : outcome?.status,
  )
}

export function attemptOf(table: Table, member: number): Attempt {
  const attempt = presentAttempt(table.player(member).room)
  if (attempt === undefined) throw new Error(`${member} is in no attempt`)
  return attempt
}

/** What a member has said, of a kind. */
export function saidBy(table: Table, member: number, kind: Article['kind']): readonly Article[] {
  return table.said.filter((article) => article.author === peerIdOf(member) && article.kind === kind)
}

export function wantedBy(table: Table, member: number): readonly ArticleDraft['kind'][] {
  return table.player(member).wanted.map(({ kind }) => kind)
}

export function culpritsOf({ culprits }: Room): readonly string[] {
  return culprits.map(({ member, kind, phase }) => `${member} ${kind} ${phase}`)
}
