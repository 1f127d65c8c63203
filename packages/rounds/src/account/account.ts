import type { Answer, ClosingReason } from '../articles/article.js'
import {
  type AbortReason,
  type Attempt,
  answersOf,
  type HistoryEntry,
  type Room,
  type Stage,
  type Suspect,
} from '../room/room.js'
import { outcomeOf } from './account-outcome.js'

// A round as one member saw it, for people and for files: a value that JSON keeps as it is. Members are numbers, their place
// among the invited. Times are milliseconds since this member learned of the round, by its own clock and no other's.

export interface Account {
  readonly protocol: string
  readonly version: number
  /** 64 hexadecimal digits, like every id and hash in here. */
  readonly room: string
  /** Not there before an attempt was made. */
  readonly round?: string
  /** Whose account it is; not there where it is of somebody who only watched. */
  readonly me?: number
  readonly stage: Stage
  readonly members: readonly AccountMember[]
  /** How many have to accept. */
  readonly minimum: number
  readonly attempts: readonly AccountAttempt[]
  readonly closings: readonly AccountClosing[]
  readonly convictions: readonly AccountConviction[]
  readonly outcome: AccountOutcome
  /** An abort may be followed by a completion. */
  readonly endings: readonly { readonly atMs: number; readonly status: 'completed' | 'aborted' }[]
  /** From the first to the last that happened. */
  readonly durationMs: number
}

export interface AccountMember {
  readonly peerId: string
  readonly role?: string
  readonly answer: 'host' | 'accepted' | 'declined' | 'unknown'
  readonly reason?: string
  readonly answeredMs?: number
}

export interface AccountAttempt {
  readonly id: string
  /** The first is 1. */
  readonly number: number
  readonly roster: readonly number[]
  readonly phases: readonly AccountPhase[]
  /** When a further attempt took its place, or the round ended. */
  readonly endedMs?: number
}

export interface AccountPhase {
  readonly name: string
  readonly state: 'complete' | 'incomplete' | 'not reached'
  readonly beganMs?: number
  readonly endedMs?: number
  /** In the order in which it came. */
  readonly said: readonly AccountSaying[]
  /** Who said nothing, where it was waited for. */
  readonly missing: readonly number[]
}

export interface AccountSaying {
  readonly member: number
  readonly atMs?: number
  /** Of the signed statement. */
  readonly hash: string
  /** It counts; or it was not judged; or its author saw something else before; or it convicts its author. */
  readonly state: 'accepted' | 'early' | 'astray' | 'refuted'
}

export interface AccountClosing {
  readonly member: number
  readonly atMs: number
  /** 0 where there was none yet. */
  readonly attempt: number
  readonly phase: string
  readonly reason: ClosingReason
  readonly detail: string
  /** Whom it waited for. */
  readonly missing: readonly number[]
}

export interface AccountConviction {
  readonly member: number
  readonly atMs?: number
  readonly attempt?: number
  readonly phase: string
  readonly kind: 'equivocation' | 'fault'
  readonly reason: string
  /** Hashes of the statements that convict. */
  readonly evidence: readonly string[]
}

export type AccountOutcome =
  | { readonly status: 'running' }
  /** `result` as text, cut where it is long. */
  | { readonly status: 'completed'; readonly attempt: number; readonly result: string }
  | {
      readonly status: 'aborted'
      readonly reason: AbortReason
      readonly detail: string
      readonly culprits: readonly number[]
      readonly suspects: readonly Suspect[]
      readonly declined: readonly { readonly member: number; readonly reason: string }[]
      readonly mayBeCompleted: boolean
    }

/** Never throws. */
export function accountOf(room: Room): Account {
  const { plan, invitation, me, stage } = room
  const history = sinceFirst(room.history)
  const [first] = room.attempts
  return {
    protocol: plan.name,
    version: plan.version,
    room: invitation.room,
    ...(first && { round: first.round }),
    ...(me >= 0 && { me }),
    stage,
    members: membersOf(room, history),
    minimum: invitation.minimum,
    attempts: room.attempts.map((attempt) => attemptOf(room, attempt, history)),
    closings: pick(history, 'closed').map(({ what, phase, ...rest }) => ({ ...rest, phase: phaseName(room, phase) })),
    convictions: convictionsOf(room, history),
    outcome: outcomeOf(room.outcome),
    endings: pick(history, 'ended').map(({ atMs, outcome: { status } }) => ({ atMs, status })),
    durationMs: history.at(-1)?.atMs ?? 0,
  }
}

/** A clock that is set back shows as no time passing. */
function sinceFirst(history: readonly HistoryEntry[]): readonly HistoryEntry[] {
  const start = history[0]?.atMs ?? 0
  let latest = 0
  return history.map((entry) => {
    latest = Math.max(latest, entry.atMs - start)
    return { ...entry, atMs: latest }
  })
}

function pick<W extends HistoryEntry['what']>(
  history: readonly HistoryEntry[],
  what: W,
): readonly Extract<HistoryEntry, { readonly what: W }>[] {
  return history.filter((entry): entry is Extract<HistoryEntry, { readonly what: W }> => entry.what === what)
}

function membersOf(room: Room, history: readonly HistoryEntry[]): readonly AccountMember[] {
  const answers = new Map<string, Answer['answer']>()
  // Whoever restarted meanwhile has answered anew.
  for (const { author, answer } of answersOf(room)) answers.set(author, answer)
  const answered = new Map(pick(history, 'answered').map(({ member, atMs }) => [member, atMs]))
  const playing = new Set(room.attempts.flatMap(({ roster }) => roster))
  return room.invitation.candidates.map(({ peerId, role }, member) => {
    const base = role === undefined ? { peerId } : { peerId, role }
    if (member === 0) return { ...base, answer: 'host' }
    const answeredMs = answered.get(member)
    const timed = answeredMs === undefined ? base : { ...base, answeredMs }
    const answer = answers.get(peerId)
    if (answer?.accepts === true || playing.has(member)) return { ...timed, answer: 'accepted' }
    return answer === undefined
      ? { ...timed, answer: 'unknown' }
      : { ...timed, answer: 'declined', reason: answer.reason }
  })
}

function attemptOf(room: Room, attempt: Attempt, history: readonly HistoryEntry[]): AccountAttempt {
  const { id, number, roster } = attempt
  const began = new Map<number, number>()
  const said = new Map<string, number>()
  for (const entry of history) {
    if (entry.what === 'phase began' && entry.attempt === number && !began.has(entry.phase))
      began.set(entry.phase, entry.atMs)
    if (entry.what !== 'said' || entry.attempt !== number) continue
    const key = `${entry.phase} ${entry.member}`
    if (!said.has(key)) said.set(key, entry.atMs)
  }
  const phases = room.plan.phases.map(({ name }, phase): AccountPhase => {
    const sayings = sayingsOf(room, attempt, phase, said)
    const state = phase < attempt.phase ? 'complete' : phase === attempt.phase ? 'incomplete' : 'not reached'
    const beganMs = began.get(phase)
    const endedMs = state === 'complete' ? (began.get(phase + 1) ?? sayings.at(-1)?.atMs) : undefined
    const heard = new Set(sayings.map(({ member }) => member))
    return {
      name,
      state,
      ...(beganMs !== undefined && { beganMs }),
      ...(endedMs !== undefined && { endedMs }),
      said: sayings,
      missing: state === 'incomplete' ? roster.filter((member) => !heard.has(member)) : [],
    }
  })
  const endedMs = history.find(
    (entry) => (entry.what === 'phase began' && entry.attempt > number) || entry.what === 'ended',
  )?.atMs
  return { id, number, roster, phases, ...(endedMs !== undefined && { endedMs }) }
}

function sayingsOf(
  { culprits }: Room,
  { said, roster }: Attempt,
  phase: number,
  times: ReadonlyMap<string, number>,
): readonly AccountSaying[] {
  const faults = culprits.flatMap(({ kind, articles }) => (kind === 'fault' ? articles.map(({ hash }) => hash) : []))
  const sayings = roster.flatMap((member, position): AccountSaying[] => {
    const saying = said[phase]?.[position]
    if (saying === undefined) return []
    const atMs = times.get(`${phase} ${member}`)
    const { hash } = saying.article
    const state = faults.includes(hash) ? 'refuted' : saying.state === 'refused' ? 'early' : saying.state
    return [{ member, ...(atMs !== undefined && { atMs }), hash, state }]
  })
  return sayings.sort((a, b) => (a.atMs ?? 0) - (b.atMs ?? 0))
}

/** When, the history tells; on what evidence, the culprits that are kept. */
function convictionsOf(room: Room, history: readonly HistoryEntry[]): readonly AccountConviction[] {
  const times = new Map(pick(history, 'convicted').map(({ member, atMs }) => [member, atMs]))
  return room.culprits.map(({ member, kind, reason, phase, attempt, articles }) => {
    const atMs = times.get(member)
    return {
      member,
      ...(atMs !== undefined && { atMs }),
      ...(attempt !== undefined && { attempt }),
      phase,
      kind,
      reason,
      evidence: articles.map(({ hash }) => hash),
    }
  })
}

function phaseName({ plan }: Room, phase: number): string {
  return plan.phases[phase]?.name ?? `phase ${phase}`
}
