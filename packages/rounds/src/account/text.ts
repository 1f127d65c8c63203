import type { Progress } from '../engine/round.js'
import type { Account, AccountAttempt, AccountClosing, AccountMember, AccountPhase } from './account.js'
import { columnsOf, fit, padded, plain, quoted, wrap } from './plain-text.js'
import { countOf, leftOutOf, tell, tellClosing, tellConviction, tellRoster } from './sentences.js'
import { durationText, listOf, type NameOf, namesOf, shortHash, shortIds } from './wording.js'

// A round in a terminal: who was in it, what happened one line after another with the time first, and what it came to.

const columnsMax = 100
/** Of more members only those are listed of whom there is something to say. */
const membersListedMax = 12
const phaseColumnsMax = 24
const roleColumnsMax = 16
const timeColumns = 11

/**
 * A round as text, no line longer than 100 columns.
 *
 * @example
 * console.log(describeRound(round.account()))
 */
export function describeRound(account: Account): string {
  const name = namesOf(account)
  const { headline, more } = tell(account, name)
  const parts = [
    [titleOf(account, name)],
    membersOf(account, name),
    ...account.attempts.map((attempt) => attemptLines(account, attempt, name)),
    eventLines(eventsOutside(account, name)),
    [...wrap(headline, columnsMax), ...wrap(more.join(' '), columnsMax)],
  ]
  const lines = parts.filter((part) => part.length > 0).flatMap((part, at) => (at === 0 ? part : ['', ...part]))
  return lines.map((line) => fit(line.trimEnd(), columnsMax)).join('\n')
}

/**
 * How far a round is, in one line.
 *
 * @example
 * round.on('progress', (progress) => console.log(describeProgress(progress)))
 * // phase 2 of 4 (commit), waiting for z6MkhaXg… and 3 more
 */
export function describeProgress({
  phase,
  index,
  of,
  waitingFor,
}: Pick<Progress, 'phase' | 'index' | 'of'> & { readonly waitingFor: readonly string[] }): string {
  const short = shortIds(waitingFor)
  const names = waitingFor.map((peerId) => short.get(peerId) ?? plain(peerId))
  const where = `phase ${index} of ${of} (${fit(plain(phase), phaseColumnsMax)})`
  return fit(names.length === 0 ? `${where}, complete` : `${where}, waiting for ${listOf(names, 2)}`, columnsMax)
}

function titleOf({ protocol, version, round, room, me }: Account, name: NameOf): string {
  const what = round === undefined ? `room ${shortHash(room)}` : `round ${shortHash(round)}`
  const seen = me === undefined ? '' : `, as ${name(me)} saw it`
  return `${fit(plain(protocol), 40)} ${version}, ${what}${seen}`
}

function membersOf(account: Account, name: NameOf): readonly string[] {
  const { members, me } = account
  const isShort = members.length <= membersListedMax
  const roles = members.map(({ role }) => fit(plain(role ?? ''), roleColumnsMax))
  const rolesWide = Math.max(0, ...roles.map(columnsOf))
  const namesWide = Math.max(...members.map((_, member) => columnsOf(name(member))), 0)
  const listed = members.flatMap((each, member) => {
    const isNotable = member === me || each.answer === 'host' || each.answer === 'declined'
    if (!isShort && !isNotable) return []
    const role = rolesWide > 0 ? `${padded(roles[member] ?? '', rolesWide)}  ` : ''
    return [`  ${padded(name(member), namesWide)}  ${role}${answerOf(account, each, member)}`]
  })
  const kept = listed.length > membersListedMax ? listed.slice(0, membersListedMax) : listed
  return isShort ? kept : [`  ${tellRoster(account)}`, ...kept]
}

function answerOf(account: Account, { answer, answeredMs, reason = '' }: AccountMember, member: number): string {
  const when = answeredMs === undefined ? '' : ` after ${durationText(answeredMs)}`
  const self = member === account.me ? ', this member' : ''
  switch (answer) {
    case 'host':
      return `host${self}`
    case 'accepted': {
      const isLeftOut = account.attempts[0] !== undefined && !account.attempts[0].roster.includes(member)
      return `accepted${when}${self}${isLeftOut ? ', left out' : ''}`
    }
    case 'declined':
      return `declined${when}${self}${reason === '' ? '' : `: ${quoted(reason)}`}`
    case 'unknown':
      return account.me === 0 ? 'did not answer' : `not heard of${self}`
  }
}

interface Event {
  readonly atMs: number | undefined
  readonly text: string
}

function attemptLines(account: Account, attempt: AccountAttempt, name: NameOf): readonly string[] {
  const reached = attempt.phases.filter(({ state }) => state !== 'not reached')
  const wide = Math.max(0, ...reached.map((phase) => phaseName(phase).length))
  const count = `${attempt.roster.length} of ${attempt.roster.length}`.length
  const phases = reached.map((phase): Event => {
    const counts = `${countOf(phase)} of ${attempt.roster.length}`.padStart(count)
    return {
      atMs: phase.beganMs,
      text: `${phaseName(phase).padEnd(wide)}  ${counts}  ${phaseRemark(account, phase, attempt, name)}`,
    }
  })
  const events = inOrder([...phases, ...eventsIn(account, attempt, name)])
  return [...attemptTitle(account, attempt, name), ...eventLines(events), ...notReached(account, attempt, wide)]
}

function attemptTitle({ attempts, ...account }: Account, { number }: AccountAttempt, name: NameOf): readonly string[] {
  if (attempts.length < 2) return []
  const without = leftOutOf({ attempts, ...account }, number)
  return [`  attempt ${number}${without.length > 0 ? `, without ${listOf(without.map(name))}` : ''}`]
}

/** Names of phases are ASCII where a definition gave them. */
function phaseName({ name }: AccountPhase): string {
  return fit(plain(name), phaseColumnsMax)
}

function phaseRemark(account: Account, phase: AccountPhase, { roster, number }: AccountAttempt, name: NameOf): string {
  const { state, beganMs, endedMs, missing, said } = phase
  if (state === 'complete') {
    const last = said.at(-1)
    if (beganMs === undefined || endedMs === undefined) return ''
    const lastOne = last === undefined || roster.length < 3 ? '' : `, ${name(last.member)} last`
    return `in ${durationText(endedMs - beganMs)}${lastOne}`
  }
  const astray = said.filter((saying) => saying.state === 'astray')
  if (missing.length > 0)
    return wasCutShort(account, number)
      ? `${listOf(missing.map(name))} had not spoken yet`
      : `missing ${listOf(missing.map(name), 4)}`
  const [who, says] = [listOf(astray.map(({ member }) => name(member))), astray.length === 1 ? 'says it' : 'say they']
  return astray.length > 0 ? `${who} ${says} saw something else before` : ''
}

/** Somebody or something put an end to it, so nobody was too late. */
function wasCutShort({ closings, convictions, outcome, attempts }: Account, number: number): boolean {
  if (convictions.some(({ attempt }) => attempt === number)) return true
  if (closings.some(({ attempt, reason }) => attempt === number && reason !== 'timeout')) return true
  return outcome.status === 'aborted' && outcome.reason !== 'TIMEOUT' && attempts.at(-1)?.number === number
}

function eventsIn(account: Account, { number }: AccountAttempt, name: NameOf): readonly Event[] {
  const convicted = account.convictions
    .filter(({ attempt }) => attempt === number)
    .map((each) => ({ atMs: each.atMs, text: `convicted: ${tellConviction(each, name)}` }))
  const closed = together(account.closings.filter(({ attempt }) => attempt === number)).map(closingEvent(name))
  return [...convicted, ...closed]
}

/** What belongs to no attempt that is shown. */
function eventsOutside(account: Account, name: NameOf): readonly Event[] {
  const isOutside = (number: number | undefined) => !account.attempts.some((attempt) => attempt.number === number)
  const convicted = account.convictions
    .filter(({ attempt }) => isOutside(attempt))
    .map((each) => ({ atMs: each.atMs, text: `convicted: ${tellConviction(each, name)}` }))
  const closed = together(account.closings.filter(({ attempt }) => isOutside(attempt))).map(closingEvent(name))
  return inOrder([...convicted, ...closed])
}

/** Those who closed in the same place for the same reason make one line. */
function together(closings: readonly AccountClosing[]): readonly (readonly AccountClosing[])[] {
  const groups = new Map<string, AccountClosing[]>()
  for (const closing of closings) {
    const { phase, reason, detail, missing } = closing
    const key = JSON.stringify([phase, reason, detail, missing])
    const group = groups.get(key)
    if (group) group.push(closing)
    else groups.set(key, [closing])
  }
  return [...groups.values()]
}

function closingEvent(name: NameOf): (group: readonly AccountClosing[]) => Event {
  return (group) => {
    const [first] = group
    if (first === undefined) return { atMs: undefined, text: '' }
    return { atMs: first.atMs, text: `${listOf(group.map(({ member }) => name(member)))} ${tellClosing(first, name)}` }
  }
}

function notReached({ outcome }: Account, { phases }: AccountAttempt, wide: number): readonly string[] {
  const names = phases.flatMap((phase) => (phase.state === 'not reached' ? [phaseName(phase)] : []))
  if (outcome.status === 'running' || names.length === 0) return []
  return [`${indent}${listOf(names).padEnd(wide)}  not reached`]
}

function inOrder(events: readonly Event[]): readonly Event[] {
  let latest = 0
  const placed = events.map((event) => {
    latest = Math.max(latest, event.atMs ?? latest)
    return { event, at: event.atMs ?? latest }
  })
  return placed.sort((a, b) => a.at - b.at).map(({ event }) => event)
}

function eventLines(events: readonly Event[]): readonly string[] {
  return events.flatMap(({ atMs, text }) => {
    const time = atMs === undefined ? '' : durationText(atMs)
    const [first = '', ...others] = wrap(text, columnsMax - timeColumns - 2)
    const kept = [`${time.padStart(timeColumns)}  ${first}`, ...others.map((line) => `${indent}${line}`)]
    return kept.length > linesMax ? [...kept.slice(0, linesMax - 1), `${kept[linesMax - 1]} …`] : kept
  })
}

/** Of one event. */
const linesMax = 3
const indent = ' '.repeat(timeColumns + 2)
