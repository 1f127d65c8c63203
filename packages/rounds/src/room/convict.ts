import type { PeerId } from '@rondo/core'
import type { Article } from '../articles/article.js'
import { type Culprit, candidateOf, isConvicted } from './room.js'
import type { Turn } from './turn.js'

/** Notes who broke the protocol, once a member. What follows from it is for `settleClosings`. */
export function convict(
  turn: Turn,
  author: PeerId,
  kind: Culprit['kind'],
  reason: string,
  articles: readonly Article[],
  attemptId?: string,
): void {
  const { room } = turn
  const member = candidateOf(room, author)
  if (isConvicted(room, member)) return
  const id = attemptId ?? attemptIdIn(articles)
  const attempt = room.attempts.find((each) => each.id === id)?.number
  const phase = phaseOf(turn, articles)
  turn.change({ culprits: [...room.culprits, { member, kind, reason, phase, attempt, articles }] })
  turn.note({ what: 'convicted', attempt, phase, member, kind, reason })
  // Whoever holds one of two statements lacks the other.
  for (const article of articles) turn.want({ type: 'spread', article })
}

function attemptIdIn([article]: readonly Article[]): string | undefined {
  return article !== undefined && 'attempt' in article ? article.attempt : undefined
}

function phaseOf(turn: Turn, [article]: readonly Article[]): string {
  if (article?.kind !== 'contribution') return article?.kind ?? ''
  return turn.room.plan.phases[article.phase]?.name ?? ''
}
