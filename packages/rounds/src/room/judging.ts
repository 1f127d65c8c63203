import { equalBytes } from '@rondo/core'
import type { Article, Contribution } from '../articles/article.js'
import { encodeValue } from '../plan/encode-value.js'
import { type Judgement, judgeContent, judgeForm } from '../plan/judge.js'
import type { Phase } from '../plan/plan.js'
import { textOf } from '../plan/verdict.js'
import { close } from './closing.js'
import { convict } from './convict.js'
import { type Attempt, culpritIn, isJudging, type Room, type Saying } from './room.js'
import type { Turn } from './turn.js'
import { viewOf } from './view-of.js'

// What was said in the present phase, judged as everybody judges it: by what was said before, and by those alone who saw the same.

/** Whether all have contributed to the present phase, and every contribution holds. */
export function isComplete(turn: Turn, id: string): boolean {
  const { phase, said, isStuck } = turn.attempt(id)
  if (phase >= said.length || isStuck) return false
  said[phase]?.forEach((saying, position) => {
    if (saying?.state === 'early' || saying?.state === 'astray') judge(turn, id, phase, position)
  })
  const sayings = turn.attempt(id).said[phase] ?? []
  // Where somebody was convicted, or nothing can be judged, the attempt has been closed and stays where it is.
  if (!sayings.every((saying) => saying?.state === 'accepted')) return false
  return judgeTogether(turn, id) && hasResult(turn, id)
}

function judge(turn: Turn, id: string, phase: number, position: number): void {
  const attempt = turn.attempt(id)
  const step = turn.room.plan.phases[phase]
  const saying = fittingAt(turn.room, attempt, position)
  if (saying?.state !== 'early' || saying.article.kind !== 'contribution' || step === undefined) return
  if (saying.article.digest !== attempt.digests[phase]) return leadAstray(turn, attempt, position, saying)
  const verdict = verdictOn(turn, attempt, step, saying.article)
  if (!verdict.ok) return refuse(turn, attempt, position, saying, verdict)
  const sent = step.kind === 'said' && step.distinct ? encodeValue(saying.article.value) : undefined
  const equal = sent && equalTo(attempt, phase, position, sent)
  const state = equal === undefined ? 'accepted' : 'refused'
  turn.setSaying(attempt.id, phase, position, { ...saying, state, value: verdict.value, sent })
  if (equal !== undefined) refuseCopies(turn, attempt, phase, [equal, position])
}

/**
 * What a member said to the present phase. Who says something that fits nothing, and then something that does, is convicted by the
 * two; but where this member contributes no more, the other one may still complete the attempt, as it has for those who heard it first.
 */
function fittingAt(room: Room, attempt: Attempt, position: number): Saying | undefined {
  const { phase, said, digests, isOpen } = attempt
  const saying = said[phase]?.[position]
  const isOver = !isOpen || phase === said.length - 1
  if (!isOver || saying?.article.kind !== 'contribution' || saying.article.digest === digests[phase]) return saying
  const { author } = saying.article
  const other = room.articles.find(
    (article) => isIn(attempt, article) && article.author === author && article.digest === digests[phase],
  )
  return other?.kind === 'contribution' ? { article: other, state: 'early', value: undefined } : saying
}

function isIn({ id, phase }: Attempt, article: Article): article is Contribution {
  return article.kind === 'contribution' && article.attempt === id && article.phase === phase
}

/** Whether it is for a place where what was said fits nothing, and fits. */
export function isMissed(room: Room, { attempt: id, author, phase, digest }: Contribution): boolean {
  const attempt = room.attempts.find((each) => each.id === id)
  const position = attempt?.members.findIndex(({ peerId }) => peerId === author) ?? -1
  return attempt?.said[phase]?.[position]?.state === 'astray' && attempt.digests[phase] === digest
}

/** What its author saw before is not what is known here: it may show it, and until then it cannot be judged. */
function leadAstray(turn: Turn, attempt: Attempt, position: number, saying: Saying): void {
  const member = attempt.roster[position] ?? -1
  turn.setSaying(attempt.id, attempt.phase, position, { ...saying, state: 'astray' })
  turn.note({ what: 'astray', attempt: attempt.number, phase: attempt.phase, member })
  turn.want({ type: 'ask', member })
}

function verdictOn(turn: Turn, attempt: Attempt, step: Phase, article: Contribution): Judgement {
  const form = judgeForm(step, article)
  if (!form.ok || (step.kind === 'said' && step.checkTogether !== undefined)) return form
  return judgeContent(step, viewOf(turn.room, attempt), article.author, form.value)
}

function refuse(
  turn: Turn,
  attempt: Attempt,
  position: number,
  saying: Saying,
  verdict: Judgement & { ok: false },
): void {
  const { id, phase } = attempt
  turn.setSaying(attempt.id, phase, position, { ...saying, state: 'refused' })
  const { article } = saying
  if ('fault' in verdict) return convict(turn, article.author, 'fault', verdict.fault, [article], id)
  const detail = `check of ${turn.room.plan.phases[phase]?.name} failed: ${textOf(verdict.failure)}`
  close(turn, id, { reason: 'FAILED', closing: 'failed', detail })
}

/** An earlier contribution that says the same: as it was sent, for a schema may make anything of it. */
function equalTo(attempt: Attempt, phase: number, position: number, sent: Uint8Array): number | undefined {
  const at = attempt.said[phase]?.findIndex(
    (other, index) => index !== position && other?.sent !== undefined && equalBytes(other.sent, sent),
  )
  return at === undefined || at < 0 ? undefined : at
}

/** Which of the two copied only they can tell. */
function refuseCopies(turn: Turn, attempt: Attempt, phase: number, positions: readonly number[]): void {
  const suspects = positions.map((position) => {
    const member = attempt.roster[position] ?? -1
    return { member, why: 'copied', phase: turn.room.plan.phases[phase]?.name ?? '', by: [] } as const
  })
  close(turn, attempt.id, { reason: 'COPIED', closing: 'closed', detail: 'two contributions are equal', suspects })
}

/** One verdict on all, where the phase has one; each alone where that says no, and a member at a time: it may take long. */
function judgeTogether(turn: Turn, id: string): boolean {
  const step = turn.room.plan.phases[turn.attempt(id).phase]
  if (step?.kind !== 'said' || step.checkTogether === undefined) return true
  if (turn.attempt(id).verdicts === undefined) {
    try {
      const attempt = turn.attempt(id)
      if (step.checkTogether(viewOf(turn.room, attempt, attempt.phase)) === true) return true
    } catch (cause) {
      return leadNowhere(turn, id, 'FAILED', `checkTogether of ${step.name} failed: ${textOf(cause)}`)
    }
    turn.changeAttempt(id, { verdicts: [] })
  } else if (isJudging(turn.attempt(id))) judgeNext(turn, id)
  // Nobody waits for somebody who only watches, so there it is done at once.
  if (turn.room.isWatched) judgeRest(turn, id)
  if (isJudging(turn.attempt(id))) {
    turn.want({ type: 'timer', name: 'judge', ms: 0 })
    return false
  }
  return refuseEach(turn, id, step.name)
}

/** All that are left, in one go. */
export function judgeRest(turn: Turn, id: string): void {
  while (isJudging(turn.attempt(id))) judgeNext(turn, id)
}

function judgeNext(turn: Turn, id: string): void {
  const attempt = turn.attempt(id)
  const { verdicts = [], phase, said } = attempt
  const [step, saying] = [turn.room.plan.phases[phase], said[phase]?.[verdicts.length]]
  if (!isJudging(attempt) || step === undefined || saying === undefined) throw new Error(`nothing is judged in ${id}`)
  const verdict = judgeContent(step, viewOf(turn.room, attempt), saying.article.author, saying.value)
  turn.changeAttempt(id, { verdicts: [...verdicts, verdict] })
}

/** Whoever broke the protocol is convicted; where nobody did, the contributions lead nowhere. */
function refuseEach(turn: Turn, id: string, name: string): false {
  const { verdicts = [], phase } = turn.attempt(id)
  for (const [position, verdict] of verdicts.entries()) {
    const saying = turn.attempt(id).said[phase]?.[position]
    if (saying?.state === 'accepted' && !verdict.ok) refuse(turn, turn.attempt(id), position, saying, verdict)
  }
  const isAnyRefused = turn.attempt(id).said[phase]?.some((saying) => saying?.state === 'refused')
  if (isAnyRefused === true) return false
  // Somebody convicted is a better reason, and will be given.
  if (culpritIn(turn.room, turn.attempt(id)) !== undefined) {
    turn.changeAttempt(id, { isStuck: true })
    return false
  }
  return leadNowhere(turn, id, 'NO_RESULT', `the contributions to ${name} do not hold together, though each does alone`)
}

function leadNowhere(turn: Turn, id: string, reason: 'FAILED' | 'NO_RESULT', detail: string): false {
  turn.changeAttempt(id, { isStuck: true })
  close(turn, id, { reason, closing: 'failed', detail })
  return false
}

/** Of a phase whose contributions are judged together, each by itself: whoever broke the protocol is convicted. */
export function judgeEach(turn: Turn, id: string): void {
  const attempt = turn.attempt(id)
  const step = turn.room.plan.phases[attempt.phase]
  if (step?.kind !== 'said' || step.checkTogether === undefined) return
  const view = viewOf(turn.room, attempt)
  for (const [position, saying] of (attempt.said[attempt.phase] ?? []).entries()) {
    if (saying?.state !== 'accepted') continue
    const verdict = judgeContent(step, view, saying.article.author, saying.value)
    if (!verdict.ok) refuse(turn, attempt, position, saying, verdict)
  }
}

/** Before anybody confirms: what is confirmed has a result. */
function hasResult(turn: Turn, id: string): boolean {
  const attempt = turn.attempt(id)
  if (attempt.phase !== attempt.said.length - 2) return true
  try {
    const value = turn.room.plan.result(viewOf(turn.room, attempt, attempt.phase))
    turn.changeAttempt(id, { result: { value } })
    return true
  } catch (cause) {
    return leadNowhere(turn, id, 'NO_RESULT', textOf(cause))
  }
}
