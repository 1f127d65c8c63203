import type { Account, AccountClosing, AccountConviction, AccountOutcome, AccountPhase } from './account.js'
import { plain, quoted } from './plain-text.js'
import { durationText, listOf, type NameOf } from './wording.js'

// What happened, in words: one sentence that says it, and what else has to be said. The same in a terminal and on a page.

export interface Told {
  readonly headline: string
  readonly more: readonly string[]
}

type Aborted = Extract<AccountOutcome, { readonly status: 'aborted' }>
type Suspect = Aborted['suspects'][number]

export function tell(account: Account, name: NameOf): Told {
  const { outcome } = account
  switch (outcome.status) {
    case 'running':
      return { headline: stop(tellStage(account, name)), more: [] }
    case 'completed':
      return tellCompleted(account, outcome, name)
    case 'aborted': {
      const headline = stop(`${abortedWhen(account)}: ${tellAbort(account, outcome, name)}`)
      return { headline, more: tellMore(account, outcome, name) }
    }
  }
}

function tellStage(account: Account, name: NameOf): string {
  const host = name(0)
  switch (account.stage) {
    case 'inviting': {
      const others = account.members.slice(1)
      const answered = others.filter(({ answer }) => answer !== 'unknown')
      return `Under way: ${answered.length} of ${others.length} have answered the invitation`
    }
    case 'invited':
      return `Invited by ${host}, and not answered yet`
    case 'accepted':
      return `Accepted, and waiting for ${host} to begin`
    case 'joining':
    case 'running':
      return `Under way: ${tellPresentPhase(account, name)}`
    case 'regrouping':
      return `Under way: attempt ${account.attempts.length} is over, and another may follow`
    case 'over':
      return 'This member contributes no more, and does not know how the round ends'
  }
}

function tellPresentPhase({ attempts }: Account, name: NameOf): string {
  const attempt = attempts.at(-1)
  const phase = attempt?.phases.find(({ state }) => state === 'incomplete')
  if (attempt === undefined || phase === undefined) return 'about to begin'
  const waiting = phase.missing.length > 0 ? `, waiting for ${listOf(phase.missing.map(name))}` : ''
  return `${phase.name}, ${countOf(phase)} of ${attempt.roster.length}${waiting}`
}

/** How many contributions count. */
export function countOf({ said }: AccountPhase): number {
  return said.filter(({ state }) => state === 'accepted').length
}

/** A longer result has a sentence of its own: what is read first should fit on a line. */
const headlineResultMax = 80

function tellCompleted(
  account: Account,
  { attempt: number, result }: Extract<AccountOutcome, { readonly status: 'completed' }>,
  name: NameOf,
): Told {
  const { endings, durationMs, attempts, convictions } = account
  const attempt = attempts.find((each) => each.number === number)
  const after = durationText(endings.at(-1)?.atMs ?? durationMs)
  const isShort = result.length <= headlineResultMax
  const shown = result === 'undefined' || !isShort ? '' : `: ${quotedResult(result)}`
  const more: string[] = []
  if (attempt) more.push(`All ${attempt.roster.length} members signed that they saw the same.`)
  for (const each of convictions) more.push(stop(tellConviction(each, name)))
  const without = leftOutOf(account, number)
  if (without.length > 0) more.push(stop(`Attempt ${number} did without ${listOf(without.map(name))}`))
  const abort = endings.find(({ status }) => status === 'aborted')
  if (abort)
    more.push(`This member had given it up after ${durationText(abort.atMs)}, and learned of the others’ words later.`)
  if (!isShort) more.push(stop(`It came to ${quotedResult(result)}`))
  return { headline: stop(`Completed after ${after}${shown}`), more }
}

/** Marks of quotation would make text of a value. */
function quotedResult(result: string): string {
  return quoted(result).slice(1, -1)
}

/** Who was in the first attempt and is not in this one. */
export function leftOutOf({ attempts }: Account, number: number): readonly number[] {
  const attempt = attempts.find((each) => each.number === number)
  const before = attempts.find((each) => each.number === number - 1)
  if (attempt === undefined || before === undefined) return []
  return before.roster.filter((member) => !attempt.roster.includes(member))
}

function abortedWhen({ endings, durationMs }: Account): string {
  return `Aborted after ${durationText(endings.at(-1)?.atMs ?? durationMs)}`
}

/** Why, and by whom where somebody is to be named. */
function tellAbort(account: Account, outcome: Aborted, name: NameOf): string {
  const { reason, detail, declined, suspects } = outcome
  const words = detail === '' ? '' : `: ${quoted(detail)}`
  const convicted = account.convictions.filter(({ member }) => outcome.culprits.includes(member))
  switch (reason) {
    case 'EQUIVOCATION':
    case 'FAULT':
      if (convicted.length > 0) return convicted.map((each) => tellConviction(each, name)).join('; ')
      return reason === 'FAULT' ? `a contribution broke the protocol${words}` : `somebody said two things in one place`
    case 'TIMEOUT': {
      const silent = suspects.filter(({ why }) => why === 'silent')
      if (silent.length === 0) return detail === '' ? 'it took too long' : plain(detail)
      const members = silent.map(({ member }) => name(member))
      return `${listOf(members)} ${wasWere(members)} silent for too long in ${phasesOf(silent)}`
    }
    case 'CLOSED': {
      const closed = suspects.filter(({ why }) => why === 'closed').map(({ member }) => name(member))
      return closed.length > 0 ? `${listOf(closed)} went no further${words}` : `another member went no further${words}`
    }
    case 'NOT_ENOUGH': {
      const willing = account.members.filter(({ answer }) => answer === 'host' || answer === 'accepted').length
      const needed = `it takes ${account.minimum} members`
      return account.me === 0
        ? `${needed}, and ${willing} would take part, the host among them`
        : `too few accepted; ${needed}`
    }
    case 'LEFT_OUT':
      return 'the others play without this member'
    case 'CANCELLED':
      return `the host called it off${words}`
    case 'DECLINED': {
      const [first] = declined
      if (first === undefined) return `a member would not go on${words}`
      return `${listOf(declined.map(({ member }) => name(member)))} would not go on${saying(first.reason || detail)}`
    }
    case 'FAILED':
      return `this member could not go on${words}`
    case 'COPIED': {
      const copied = suspects.filter(({ why }) => why === 'copied')
      if (copied.length === 0) return 'two members said the same where all have to differ'
      return `${listOf(copied.map(({ member }) => name(member)))} said the same in ${phasesOf(copied)}, where all have to differ`
    }
    case 'NO_RESULT':
      return `every contribution holds, and together they lead to no result${words}`
    case 'RESTARTED':
      return 'this member restarted, and takes no part in the rounds of a former life'
    case 'STOPPED':
      return `this member’s program gave it up${words}`
  }
}

function tellMore(account: Account, outcome: Aborted, name: NameOf): readonly string[] {
  const { reason, culprits, suspects, declined, mayBeCompleted } = outcome
  // Whoever has said why is not asked why.
  const unexplained = suspects.filter(({ why, member }) => why !== 'closed' || !explained(declined, member))
  const more: string[] = []
  if (culprits.length > 0) {
    // Where the round ended for another reason, the headline names somebody else.
    if (reason !== 'EQUIVOCATION' && reason !== 'FAULT')
      for (const each of account.convictions)
        if (culprits.includes(each.member)) more.push(stop(tellConviction(each, name)))
    const whose = culprits.length === 1 ? 'Its own signature shows' : 'Their own signatures show'
    more.push(`${whose} it, and anybody can check that.`)
  }
  if (reason === 'TIMEOUT') more.push(...tellOwnSilence(account))
  if (reason === 'DECLINED') more.push('Whoever declines breaks no rule.')
  // Nobody has to answer an invitation; and where somebody is convicted, nobody else is suspected of it.
  if (reason === 'NOT_ENOUGH' || reason === 'LEFT_OUT') more.push(...tellAnswers(account, declined, name))
  else if (culprits.length === 0 && unexplained.length > 0) more.push(...tellSuspects(unexplained, reason, name))
  if (mayBeCompleted)
    more.push(
      'This member had said all that the others need: they may complete the round, and then it learns the result.',
    )
  return more
}

function explained(declined: Aborted['declined'], member: number): boolean {
  return declined.some((each) => each.member === member)
}

/** Whoever waits for a person or a device that does not answer is missed by the others as well, and has to know it. */
function tellOwnSilence({ attempts, me }: Account): readonly string[] {
  const phase = attempts.at(-1)?.phases.find(({ state }) => state === 'incomplete')
  if (phase === undefined || me === undefined || !phase.missing.includes(me)) return []
  return [`This member had not spoken in ${quotedPhase(phase.name)} itself.`]
}

function tellAnswers({ members, me }: Account, declined: Aborted['declined'], name: NameOf): readonly string[] {
  const told = declined.map(({ member, reason }) => stop(`${name(member)} declined${saying(reason)}`))
  const silent = members.flatMap(({ answer }, member) => (answer === 'unknown' ? [name(member)] : []))
  const kept = told.length > 4 ? [...told.slice(0, 3), `${told.length - 3} more declined.`] : told
  return me === 0 && silent.length > 0 ? [...kept, `${listOf(silent)} did not answer.`] : kept
}

/** By what is held against them, and with what that is worth. */
function tellSuspects(suspects: readonly Suspect[], reason: Aborted['reason'], name: NameOf): readonly string[] {
  const told: string[] = []
  for (const why of ['silent', 'closed', 'accused', 'astray', 'copied'] as const) {
    const group = suspects.filter((suspect) => suspect.why === why)
    const said = (reason === 'TIMEOUT' && why === 'silent') || (reason === 'COPIED' && why === 'copied')
    if (group.length === 0 || said || (reason === 'CLOSED' && why === 'closed')) continue
    const members = group.map(({ member }) => name(member))
    told.push(stop(`${listOf(members)} ${tellWhy(why, group, members, name)}`))
  }
  return [...told, innocence(suspects)]
}

/** Why suspicion is no proof. */
function innocence(suspects: readonly Suspect[]): string {
  const [kind, its] = suspects.length === 1 ? ['a suspect, not a culprit', 'it'] : ['suspects, not culprits', 'they']
  const only = suspects.every(({ why }) => why === suspects[0]?.why) ? suspects[0]?.why : undefined
  if (only === 'silent') return `Silence makes ${kind}: the network may have kept back what ${its} said.`
  if (only === 'copied') return `They are ${kind}: nothing shows who copied from whom.`
  const who = suspects.length === 1 ? 'It is' : 'They are'
  if (only === 'closed') return `To go no further breaks no rule: ${who.toLowerCase()} ${kind}.`
  if (only === 'astray') return `${who} ${kind}: others may have told ${its === 'it' ? 'it' : 'them'} another story.`
  return `${who} ${kind}: the network may have kept back what ${its} said.`
}

function tellWhy(why: Suspect['why'], group: readonly Suspect[], members: readonly string[], name: NameOf): string {
  const phases = phasesOf(group)
  switch (why) {
    case 'silent':
      return `did not contribute to ${phases}`
    case 'closed':
      return `went no further in ${phases}, though all was there`
    case 'accused': {
      const by = [...new Set(group.flatMap((suspect) => suspect.by))].map(name)
      return `${wasWere(members)} silent in ${phases}, as ${listOf(by)} ${by.length === 1 ? 'says' : 'say'}`
    }
    case 'astray':
      return `${members.length === 1 ? 'says it' : 'say they'} saw something else before ${phases}, and did not show it`
    case 'copied':
      return `said the same in ${phases}, where all have to differ`
  }
}

/** A clause without its full stop. */
export function tellConviction({ member, kind, phase, reason }: AccountConviction, name: NameOf): string {
  return kind === 'equivocation'
    ? `${name(member)} said two different things in ${quotedPhase(phase)}`
    : `${name(member)} broke the protocol in ${quotedPhase(phase)}${saying(reason)}`
}

/** The clause behind the name of whoever closed, for one or several. */
export function tellClosing({ phase, reason, detail, missing }: AccountClosing, name: NameOf): string {
  const where = quotedPhase(phase)
  const words = saying(detail)
  switch (reason) {
    case 'timeout':
      return missing.length > 0
        ? `gave up in ${where} after waiting for ${listOf(missing.map(name))}`
        : `gave up in ${where}: it took too long`
    case 'evidence':
      return `stopped in ${where} over a conviction`
    case 'declined':
      return `would not go on in ${where}${words}`
    case 'cancelled':
      return `called it off in ${where}${words}`
    case 'closed':
      return `went no further in ${where}`
    case 'failed':
      return `could not go on in ${where}${words}`
  }
}

/** A name that was cut short ends a sentence well enough. */
function stop(clause: string): string {
  return clause.endsWith('…') ? clause : `${clause}.`
}

function phasesOf(suspects: readonly Suspect[]): string {
  return listOf([...new Set(suspects.map(({ phase }) => quotedPhase(phase)))])
}

/** Phases have names that a definition gave; in an account from elsewhere they are words like any other. */
function quotedPhase(phase: string): string {
  if (['invitation', 'answer', 'closing'].includes(phase)) return `its ${phase}`
  return /^[\w.:/ -]{1,64}$/.test(phase) ? phase : quoted(phase)
}

/** What somebody said about something, where it said anything. */
export function saying(words: string): string {
  return words === '' ? '' : `: ${quoted(words)}`
}

function wasWere(members: readonly string[]): string {
  return members.length === 1 ? 'was' : 'were'
}

export function tellRoster(account: Account): string {
  const { members } = account
  const of = (answer: string) => members.filter((each) => each.answer === answer).length
  const parts = [`${of('accepted') + of('host')} would take part`]
  if (of('declined') > 0) parts.push(`${of('declined')} declined`)
  if (of('unknown') > 0)
    parts.push(account.me === 0 ? `${of('unknown')} did not answer` : `${of('unknown')} not heard of`)
  return `${members.length} invited: ${parts.join(', ')}`
}
