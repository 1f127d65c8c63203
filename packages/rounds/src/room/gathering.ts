import { type Answer, answerDigits, type Proposal } from '../articles/article.js'
import { attemptIdOf, roundIdOf } from '../articles/ids.js'
import { finish } from './ending.js'
import { rosterMembersOf } from './proposals.js'
import { answersOf, candidateOf, isConvicted, type Room } from './room.js'
import type { Turn } from './turn.js'

// Before the first attempt: who comes along. The host invites, everybody answers to everybody, and the host proposes the roster.

export function accept(turn: Turn, nonce: string): void {
  answer(turn, { accepts: true, nonce })
}

export function decline(turn: Turn, reason: string): void {
  answer(turn, { accepts: false, reason })
}

/** At once, not when it is heard: a program that changes its mind meanwhile would answer twice, and be convicted. */
function answer(turn: Turn, said: Answer['answer']): void {
  const { stage, invitation, incarnation } = turn.room
  if (stage !== 'invited') return
  turn.want({ type: 'say', draft: { kind: 'answer', room: invitation.room, incarnation, answer: said } })
  if (said.accepts) turn.change({ stage: 'accepted' })
  else finish(turn, { reason: 'DECLINED', detail: said.reason })
}

export function heardAnswer(turn: Turn, { author, answer: said }: Answer): void {
  const member = candidateOf(turn.room, author)
  turn.note({ what: 'answered', member, accepts: said.accepts, reason: said.accepts ? '' : said.reason })
}

/** The host goes on once nobody is left to wait for. */
export function settleGathering(turn: Turn): void {
  const { room } = turn
  if (room.stage !== 'inviting') return
  const { candidates, maximum } = room.invitation
  const answers = latestAnswers(room)
  const isAnswered = answers.size === candidates.length - 1
  if (isAnswered || acceptedBy(room).length >= maximum) propose(turn)
}

/** With whoever has accepted by now. */
export function propose(turn: Turn): void {
  const { room } = turn
  if (room.stage !== 'inviting') return
  const { invitation, incarnation } = room
  turn.want({ type: 'timer', name: 'answers', ms: 'never' })
  const roster = acceptedBy(room).slice(0, invitation.maximum)
  const answers = latestAnswers(room)
  const prefixes = roster.map((member) => (answers.get(member)?.hash ?? invitation.hash).slice(0, answerDigits))
  const proposal: Proposal = { roster, answers: prefixes, culprits: [], suspects: [] }
  const members = rosterMembersOf(room, proposal)
  if (members === undefined || members.length < invitation.minimum) return callOff(turn, roster.length)
  const parent = invitation.room
  const attempt = attemptIdOf(parent, roundIdOf(parent, members), proposal)
  turn.change({ stage: 'joining' })
  turn.want({ type: 'timer', name: 'begin', ms: invitation.deadlineMs })
  turn.want({ type: 'say', draft: { kind: 'join', parent, incarnation, attempt, proposal } })
}

function callOff(turn: Turn, accepted: number): void {
  const { room } = turn
  const { invitation, incarnation } = room
  const answers = latestAnswers(room)
  const missing = invitation.candidates.flatMap((_, member) => (member > 0 && !answers.has(member) ? [member] : []))
  const detail = `${accepted} of at least ${invitation.minimum} came along`
  const closing = { attempt: invitation.room, incarnation, phase: 0, missing, reason: 'cancelled', detail } as const
  turn.want({ type: 'say', draft: { kind: 'closing', ...closing } })
  const suspects = missing.map((member) => ({ member, why: 'silent', phase: 'answer', by: [] }) as const)
  const declined = [...answers].flatMap(([member, said]) =>
    said.answer.accepts ? [] : [{ member, reason: said.answer.reason }],
  )
  finish(turn, { reason: 'NOT_ENOUGH', detail, suspects, declined })
}

function acceptedBy(room: Room): readonly number[] {
  const answers = latestAnswers(room)
  const accepting = [...answers].filter(
    ([member, said]) => said.answer.accepts && !isConvicted(room, member) && !isTakenBack(room, said),
  )
  return [0, ...accepting.map(([member]) => member)].sort((a, b) => a - b)
}

/** A candidate may change its mind for as long as nothing has begun. */
function isTakenBack({ articles, invitation }: Room, { author, incarnation }: Answer): boolean {
  return articles.some(
    (article) =>
      article.kind === 'closing' &&
      article.attempt === invitation.room &&
      article.author === author &&
      article.incarnation === incarnation,
  )
}

/** Of each candidate that has answered; a member that restarted meanwhile has answered anew. */
function latestAnswers(room: Room): ReadonlyMap<number, Answer> {
  return new Map(answersOf(room).map((said) => [candidateOf(room, said.author), said]))
}
