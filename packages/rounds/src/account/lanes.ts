import type { Account, AccountAttempt, AccountClosing, AccountPhase } from './account.js'
import { type Html, html } from './html.js'
import { quoted } from './plain-text.js'
import { countOf, tellConviction } from './sentences.js'
import { durationText, listOf, type NameOf, shortHash } from './wording.js'

// The picture of an attempt: a lane for each member, a column for each phase, and in each cell when the member spoke. Time runs from
// left to right within a column; a column is as wide as any other, or ten seconds of waiting would hide all that came before.

/** From how many members on lanes are narrow. */
const denseFrom = 25

interface Drawing {
  readonly account: Account
  readonly attempt: AccountAttempt | undefined
  readonly name: NameOf
  readonly isDense: boolean
  readonly heightPx: number
}

/** Of everybody who was invited where it is the first, or where there is none. */
export function drawLanes(account: Account, attempt: AccountAttempt | undefined, name: NameOf): Html {
  const showsAnswers = attempt === undefined || attempt.number === 1
  const members = showsAnswers ? account.members.map((_, member) => member) : attempt.roster
  const isDense = members.length >= denseFrom
  const drawing = { account, attempt, name, isDense, heightPx: isDense ? 15 : 30 }
  const phases = attempt?.phases ?? []
  const columns = phases.length + (showsAnswers ? 1 : 0)
  return html`<div class="sheet"><table class="lanes ${isDense && 'dense'}" style="--columns: ${columns}">
<colgroup><col class="first">${columns > 0 && html`<col span="${columns}">`}</colgroup>
<thead><tr><th class="who" scope="col"></th>${showsAnswers && answersHead(account)}${phases.map((phase) => phaseHead(phase, attempt))}</tr></thead>
<tbody>${members.map((member) => lane(drawing, member, showsAnswers))}</tbody>
</table></div>`
}

function answersHead({ members }: Account): Html {
  const accepted = members.filter(({ answer }) => answer === 'accepted').length
  return html`<th scope="col"><b>answers</b><span>${accepted} of ${members.length - 1}</span></th>`
}

function phaseHead(phase: AccountPhase, attempt: AccountAttempt | undefined): Html {
  const { name, state, beganMs, endedMs } = phase
  if (state === 'not reached')
    return html`<th scope="col"><b title="${name}">${name}</b><span class="unreached">not reached</span></th>`
  const until = endedMs ?? attempt?.endedMs
  const took =
    beganMs !== undefined && until !== undefined && html`<span>${durationText(Math.max(0, until - beganMs))}</span>`
  const count = `${countOf(phase)} of ${attempt?.roster.length ?? 0}`
  return html`<th scope="col"><b title="${name}">${name}</b><span class="${state === 'incomplete' && 'short'}">${count}</span>${took}</th>`
}

function lane(drawing: Drawing, member: number, showsAnswers: boolean): Html {
  const { account, attempt, name } = drawing
  const phases = attempt?.phases ?? []
  const plays = attempt?.roster.includes(member) === true
  const cells = phases.map((phase, at) => (plays ? phaseCell(drawing, member, phase, at) : html`<td></td>`))
  const columns = phases.length + (showsAnswers ? 1 : 0)
  return html`<tr class="${standingOf(account, member)}"><th class="who" scope="row" title="${account.members[member]?.peerId}"><span class="id">${name(member)}</span>${roleOf(account, member)}</th>${showsAnswers && answerCell(drawing, member, plays)}${cells}</tr>${notes(drawing, member, columns)}`
}

function standingOf({ convictions, outcome }: Account, member: number): string {
  if (convictions.some((each) => each.member === member)) return 'convicted'
  if (outcome.status !== 'aborted' || outcome.culprits.length > 0) return ''
  return outcome.suspects.some((each) => each.member === member) ? 'suspect' : ''
}

function roleOf({ members, me }: Account, member: number): Html | undefined {
  const { role, answer } = members[member] ?? {}
  const words = [role, answer === 'host' && 'host', member === me && 'this member'].filter(Boolean).join(', ')
  return words === '' ? undefined : html`<span class="role">${words}</span>`
}

/** When a phase began, when the last one spoke in it, and when it was over. */
interface Span {
  readonly beganMs: number
  readonly lastMs: number
  readonly endMs: number
}

function spanOf({ account, attempt }: Drawing, { beganMs = 0, endedMs, said }: AccountPhase): Span {
  const endMs = Math.max(beganMs, endedMs ?? attempt?.endedMs ?? account.durationMs)
  const lastMs = Math.max(beganMs, ...said.map(({ atMs }) => Math.min(endMs, atMs ?? beganMs)))
  return { beganMs, lastMs, endMs }
}

const startPercent = 14
const lastPercent = 62
const endPercent = 86

/** Where in a cell a time is, in percent. A long wait at the end takes no more than its part. */
function placeOf(atMs: number | undefined, { beganMs, lastMs, endMs }: Span): number {
  if (atMs === undefined) return 50
  if (lastMs === endMs) return between(startPercent, endPercent, (atMs - beganMs) / (endMs - beganMs))
  if (atMs <= lastMs) return between(startPercent, lastPercent, (atMs - beganMs) / (lastMs - beganMs))
  return between(lastPercent, endPercent, (atMs - lastMs) / (endMs - lastMs))
}

/** A share that is none, of no time at all, is the middle. */
function between(from: number, to: number, share: number): number {
  const within = Number.isNaN(share) ? 0.5 : Math.min(1, Math.max(0, share))
  return Math.round(10 * (from + (to - from) * within)) / 10
}

function cell({ heightPx }: Drawing, label: string, content: Html): Html {
  return html`<td><svg height="${heightPx}" role="img" aria-label="${label}"><title>${label}</title>${content}</svg></td>`
}

function line({ heightPx }: Drawing, from: number, to: number): Html {
  return html`<line class="lane" x1="${from}%" x2="${to}%" y1="${heightPx / 2}" y2="${heightPx / 2}"/>`
}

function dot({ heightPx, isDense }: Drawing, at: number, kind: string): Html {
  return html`<circle class="${kind}" cx="${at}%" cy="${heightPx / 2}" r="${isDense ? 3.2 : 4.8}"/>`
}

/** A mark that keeps its shape however wide the cell is. */
function mark({ heightPx, isDense }: Drawing, at: number, shape: Html): Html {
  return html`<svg x="${at}%" y="${heightPx / 2}" width="1" height="1"><g transform="scale(${isDense ? 0.72 : 1})">${shape}</g></svg>`
}

const bar = html`<line class="closed" x1="0" x2="0" y1="-7" y2="7"/>`
const crime = html`<circle class="crime" r="8"/><path class="crime-cross" d="M-3-3 3 3M3-3-3 3"/>`
const no = html`<path class="no" d="M-3.5-3.5 3.5 3.5M3.5-3.5-3.5 3.5"/>`

function answerCell(drawing: Drawing, member: number, plays: boolean): Html {
  const { account, name } = drawing
  const { answer = 'unknown', answeredMs } = account.members[member] ?? {}
  const last = Math.max(0, ...account.members.map((each) => each.answeredMs ?? 0))
  const at = answer === 'host' ? startPercent : placeOf(answeredMs, { beganMs: 0, lastMs: last, endMs: last })
  const when = answeredMs === undefined ? '' : ` after ${durationText(answeredMs)}`
  const label = `${name(member)}: ${answer === 'host' ? 'invited' : answer === 'unknown' ? 'no answer' : answer}${when}`
  const onward = plays && line(drawing, at, 100)
  const convicted = convictionMarks(drawing, member, undefined)
  if (answer === 'declined') return cell(drawing, label, html`${mark(drawing, at, no)}${convicted}`)
  if (answer === 'unknown') return cell(drawing, label, html`${dot(drawing, endPercent, 'gap')}${convicted}`)
  return cell(drawing, label, html`${onward}${dot(drawing, at, 'dot')}${convicted}`)
}

function phaseCell(drawing: Drawing, member: number, phase: AccountPhase, index: number): Html {
  const { attempt, name } = drawing
  const saying = phase.said.find((each) => each.member === member)
  const at = placeOf(saying?.atMs, spanOf(drawing, phase))
  const goesOn =
    attempt?.phases.slice(index + 1).some(({ said }) => said.some((each) => each.member === member)) === true
  const label = `${name(member)}, ${phase.name}: ${sayingLabel(phase, saying, member)}`
  const strokes =
    saying &&
    html`${line(drawing, 0, goesOn || phase.state === 'complete' ? 100 : at)}${dot(drawing, at, `dot ${saying.state}`)}`
  const marks = [...closingMarks(drawing, member, phase), ...convictionMarks(drawing, member, phase)]
  const isGap = phase.missing.includes(member) && marks.length === 0
  return cell(drawing, label, html`${strokes}${isGap && dot(drawing, endPercent, 'gap')}${marks}`)
}

function sayingLabel(phase: AccountPhase, saying: AccountPhase['said'][number] | undefined, member: number): string {
  if (saying === undefined)
    return phase.missing.includes(member) ? 'said nothing' : phase.state === 'not reached' ? 'not reached' : 'nothing'
  const words = {
    accepted: 'said',
    early: 'said, not judged',
    astray: 'said, about something else',
    refuted: 'said, and convicted by it',
  }[saying.state]
  return saying.atMs === undefined ? words : `${words} after ${durationText(saying.atMs)}`
}

function isIn(closing: AccountClosing, { attempt }: Drawing, member: number, phase: AccountPhase): boolean {
  return closing.member === member && closing.attempt === attempt?.number && closing.phase === phase.name
}

function closingMarks(drawing: Drawing, member: number, phase: AccountPhase): readonly Html[] {
  return drawing.account.closings
    .filter((each) => isIn(each, drawing, member, phase))
    .map(({ atMs }) => mark(drawing, Math.min(96, 8 + placeOf(atMs, spanOf(drawing, phase))), bar))
}

/** In the cell of their phase; what stands in none, as an answer, at the beginning. */
function convictionMarks(drawing: Drawing, member: number, phase: AccountPhase | undefined): readonly Html[] {
  const { account, attempt } = drawing
  const names = attempt?.phases.map(({ name }) => name) ?? []
  return account.convictions
    .filter((each) => each.member === member && (each.attempt || 1) === (attempt?.number ?? 1))
    .filter((each) => (phase === undefined ? !names.includes(each.phase) : each.phase === phase.name))
    .map(({ atMs }) => mark(drawing, phase === undefined ? 50 : placeOf(atMs, spanOf(drawing, phase)), crime))
}

/** Under the lane: of what its member was convicted, and why it would not go on. */
function notes({ account, attempt, name }: Drawing, member: number, columns: number): readonly Html[] {
  const isHere = (number: number | undefined) => (number || 1) === (attempt?.number ?? 1)
  const convicted = account.convictions
    .filter((each) => each.member === member && isHere(each.attempt))
    .map((each) => {
      const hashes = each.evidence.map((hash) => shortHash(hash)).join(' ')
      return html`<span class="bad">${tellConviction(each, name)}</span> <span class="hash bad">${hashes}</span>`
    })
  const words = account.closings
    .filter((each) => each.member === member && isHere(each.attempt) && saysWhy(each))
    .map(({ detail }) => html`<span>went no further: ${quoted(detail)}</span>`)
  const { answer, reason = '' } = account.members[member] ?? {}
  const isRefusal = answer === 'declined' && reason !== '' && isHere(undefined)
  const declined = isRefusal ? [html`<span>declined: ${quoted(reason)}</span>`] : []
  return [...convicted, ...words, ...declined].map(
    (note, at) =>
      html`<tr class="note ${at < convicted.length && 'about'}"><th class="who"></th><td colspan="${columns}">${note}</td></tr>`,
  )
}

/** What follows from others needs no words of its own. */
function saysWhy({ reason, detail }: AccountClosing): boolean {
  return detail !== '' && (reason === 'declined' || reason === 'cancelled' || reason === 'failed')
}

export function legend(account: Account): Html {
  const icon = (shape: Html) =>
    html`<svg width="16" height="16" viewBox="-8 -8 16 16" aria-hidden="true">${shape}</svg>`
  const phases = account.attempts.flatMap((attempt) => attempt.phases)
  const isAstray = phases.some(({ said }) => said.some(({ state }) => state === 'astray'))
  const isEarly = phases.some(({ said }) => said.some(({ state }) => state === 'early'))
  const isMissing =
    phases.some(({ missing }) => missing.length > 0) || account.members.some(({ answer }) => answer === 'unknown')
  return html`<ul class="legend">
<li>${icon(html`<circle class="dot" r="4.8"/>`)}said it</li>
${isEarly && html`<li>${icon(html`<circle class="dot early" r="4.8"/>`)}said it, not judged</li>`}
${isAstray && html`<li>${icon(html`<circle class="dot astray" r="4.8"/>`)}says it saw something else</li>`}
${isMissing && html`<li>${icon(html`<circle class="gap" r="4.8"/>`)}nothing said</li>`}
${account.members.some(({ answer }) => answer === 'declined') && html`<li>${icon(no)}declined</li>`}
${account.closings.length > 0 && html`<li>${icon(bar)}went no further</li>`}
${account.convictions.length > 0 && html`<li>${icon(crime)}convicted</li>`}
<li>time runs to the right within each column</li>
</ul>`
}

export function lanesTitle(
  account: Account,
  attempt: AccountAttempt | undefined,
  without: readonly number[],
  name: NameOf,
): Html {
  if (attempt === undefined) return html`<h2>The invitation</h2>`
  if (account.attempts.length === 1) return html`<h2>Who said what when</h2>`
  return html`<h2>Attempt ${attempt.number}${without.length > 0 && html`<small>without ${listOf(without.map(name))}</small>`}</h2>`
}
