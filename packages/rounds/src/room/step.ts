import { type Answer, type Article, answerDigits, type Contribution } from '../articles/article.js'
import { heardClosing, settleClosings } from './closing.js'
import { convict } from './convict.js'
import type { RoomEvent, Step } from './events.js'
import { accept, decline, heardAnswer, propose, settleGathering } from './gathering.js'
import { settleJoining } from './joining.js'
import { isMissed, judgeInTurn } from './judging.js'
import { abandon, expire, ranOut } from './leaving.js'
import { heardContribution, placeJoin, settlePhases } from './phases.js'
import { pull } from './pulling.js'
import { proposeAgain, regroupFailed, settleRegrouping } from './regrouping.js'
import { type Attempt, candidateOf, joinsOf, type Room } from './room.js'
import { Turn } from './turn.js'

/**
 * The whole of a round: what one member knows, and what happens, give what it knows then and what it wants done. Pure: the same
 * room and event give the same step, and nothing is done here.
 */
export function step(room: Room, event: RoomEvent, atMs: number): Step {
  const turn = new Turn(room, atMs)
  switch (event.type) {
    case 'heard':
      heard(turn, event.article)
      break
    case 'accept':
      accept(turn, event.nonce)
      break
    case 'decline':
      decline(turn, event.reason)
      break
    case 'failed':
    case 'abort':
      abandon(turn, event.reason, event.detail)
      break
    case 'timer':
      rang(turn, event.name)
  }
  settle(turn)
  return { room: turn.room, effects: turn.effects }
}

/** Events leave their traces above; what follows from all that is known, follows here, whatever came first. */
function settle(turn: Turn): void {
  const { stage, culprits } = turn.room
  settleGathering(turn)
  settleJoining(turn)
  settlePhases(turn)
  settleClosings(turn)
  settleRegrouping(turn)
  // Who is convicted now, or a new stage, may be what a proposal that came before has waited for.
  if (turn.room.stage !== stage || turn.room.culprits !== culprits) settle(turn)
}

/** Anything that was said, by whomever it came. */
function heard(turn: Turn, article: Article): void {
  const { room } = turn
  const known = room.articles.filter(({ author }) => author === article.author)
  if (!isOfRoom(room, article, known) || known.some(({ hash }) => hash === article.hash)) return
  const place = placeOf(article)
  const before = known.filter((other) => placeOf(other) === place)
  // The second statement in one place convicts; a third one adds nothing, unless it is the one that the others went by.
  if (before.length > 1 && !(article.kind === 'contribution' && isMissed(room, article))) return
  turn.change({ articles: [...room.articles, article] })
  turn.want({ type: 'spread', article })
  const [first] = before
  if (first !== undefined)
    return convict(turn, article.author, 'equivocation', 'said two things in one place', [first, article])
  switch (article.kind) {
    case 'invitation':
      return
    case 'answer':
      return heardAnswer(turn, article)
    case 'join':
      return placeJoin(turn, article)
    case 'contribution':
      return heardContribution(turn, article)
    case 'closing':
      return heardClosing(turn, article)
  }
}

/** Whether it is by a candidate and about this room, and within what one candidate may ever say here. `known` is the author's. */
function isOfRoom(room: Room, article: Article, known: readonly Article[]): boolean {
  const { room: id, expiresMs, nonce } = room.invitation
  const member = candidateOf(room, article.author)
  if (member < 0 || article.expiresMs !== expiresMs) return false
  const isAttempt = (of: string): boolean => of === id || room.attempts.some((attempt) => attempt.id === of)
  const count = known.filter(({ kind }) => kind === article.kind).length
  switch (article.kind) {
    case 'invitation':
      return member === 0 && article.nonce === nonce
    case 'answer':
      return article.room === id && member > 0 && (count < livesMax || isGoneBy(room, article))
    case 'join':
      return isAttempt(article.parent) && count < livesMax * attemptsMax
    case 'contribution':
      return room.attempts.some((attempt) => isTimely(room, attempt, article))
    case 'closing':
      return isAttempt(article.attempt) && count < livesMax * attemptsMax
  }
}

/** Whether the host goes by this answer: or whoever gave too many could keep the one that counts from others. */
function isGoneBy(room: Room, { hash }: Answer): boolean {
  const { author, incarnation, room: id } = room.invitation
  const proposals = joinsOf(room, id).filter((join) => join.author === author && join.incarnation === incarnation)
  return proposals.some(({ proposal }) => proposal?.answers.includes(hash.slice(0, answerDigits)) === true)
}

/**
 * Whoever plays by the rules is one phase ahead at most: for the next one it needs what this member says now. What comes earlier
 * than that would be kept for as long as its author likes.
 */
function isTimely({ isWatched }: Room, { id, round, phase }: Attempt, article: Contribution): boolean {
  return id === article.attempt && round === article.round && (isWatched || article.phase <= phase + 1)
}

/** A member may have restarted while the round was gathering. */
const livesMax = 4
const attemptsMax = 18

/** The same for two statements of one author that would convict it: its slot, which it signed, in words. */
function placeOf(article: Article): string {
  switch (article.kind) {
    case 'invitation':
      return `invitation ${article.nonce}`
    case 'answer':
      return `answer ${article.room} ${article.incarnation}`
    case 'join':
      return `join ${article.parent} ${article.incarnation}`
    case 'contribution':
      return `contribution ${article.attempt} ${article.phase}`
    case 'closing':
      return `closing ${article.attempt} ${article.incarnation}`
  }
}

function rang(turn: Turn, name: Extract<RoomEvent, { type: 'timer' }>['name']): void {
  switch (name) {
    case 'answers':
      return propose(turn)
    case 'begin':
    case 'phase':
      return ranOut(turn)
    case 'gather':
      return proposeAgain(turn)
    case 'regroup':
      return regroupFailed(turn)
    case 'pull':
      return pull(turn)
    case 'judge':
      return judgeInTurn(turn)
    case 'expiry':
      return expire(turn)
  }
}
