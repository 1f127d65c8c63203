import type {
  Answer,
  Article,
  Closing,
  ClosingReason,
  Contribution,
  Invitation,
  Join,
  Proposal,
} from '../articles/article.js'
import type { RosterMember } from '../articles/ids.js'
import type { Judgement } from '../plan/judge.js'
import type { Plan } from '../plan/plan.js'

// What one member knows of one round: a value, which `step` turns into the next one. A room is all that an invitation led to: the
// answers, the attempts, and what was said in each. Members are numbers here: their place among the candidates, or, in an
// attempt, their position in its roster.

export interface Room {
  readonly plan: Plan
  readonly invitation: Invitation
  /** This member, among the candidates. */
  readonly me: number
  /** Of this member's life that takes part. */
  readonly incarnation: string
  /** Through its schema. */
  readonly setup: unknown
  readonly stage: Stage
  /** Everything that was said here and is worth passing on, each statement once, in the order in which it came. */
  readonly articles: readonly Article[]
  /** Oldest first; the last one is the present one. */
  readonly attempts: readonly Attempt[]
  /** Each member once, whatever else it may have done. */
  readonly culprits: readonly Culprit[]
  /** Nothing is said here: the room is replayed, from a transcript or from a former life. */
  readonly isWatched: boolean
  /** Undefined until the round has ended for this member. An abort may give way to a completion, nothing else changes. */
  readonly outcome: RoomOutcome | undefined
  /** For people, and for them alone. */
  readonly history: readonly HistoryEntry[]
}

/**
 * `inviting`: the host waits for answers. `invited`: the program has not answered. `accepted`: it has, and waits for the host.
 * `joining`: this member's signature on the attempt is being made. `running`: an attempt is under way. `regrouping`: one is over, and
 * another may come. `over`: this member contributes no more; it passes on what it has, and may learn that others completed.
 */
export type Stage = 'inviting' | 'invited' | 'accepted' | 'joining' | 'running' | 'regrouping' | 'over'

export interface Attempt {
  readonly id: string
  readonly parent: string
  /** The first is 1. */
  readonly number: number
  readonly round: string
  readonly proposal: Proposal
  /** In the order of the roster. */
  readonly members: readonly RosterMember[]
  /** By position: the place among the candidates. */
  readonly roster: readonly number[]
  /** This member's position. */
  readonly mine: number
  /** The phase under way; the number of phases once all are complete. */
  readonly phase: number
  /** By phase and position. Phase 0 is the joins. */
  readonly said: readonly (readonly (Saying | undefined)[])[]
  /** By phase, up to the present one: the digest that its contributions have to carry. */
  readonly digests: readonly string[]
  /** Whether this member contributes. */
  readonly isOpen: boolean
  /** This member has confirmed, or is about to: whatever it learns later, the attempt may be complete for others. */
  readonly isConfirmed: boolean
  /** Each contribution to the present phase holds, and all of them together lead nowhere. */
  readonly isStuck: boolean
  /**
   * Where the contributions to the present phase do not hold together: what each is by itself, in the order of the roster, as far as
   * they have been looked at.
   */
  readonly verdicts: readonly Judgement[] | undefined
  /** Of the author's function, once the author's phases are complete. */
  readonly result: { readonly value: unknown } | undefined
  readonly closings: readonly Closing[]
  /** When the present phase began here, and who said since then that it had waited in vain, though half of its time was left. */
  readonly phaseAtMs: number
  readonly hasty: readonly number[]
  /** The phase whose time was cut short, because somebody went no further; -1 where there was none. */
  readonly hurriedIn: number
}

export interface Saying {
  readonly article: Join | Contribution
  /**
   * `early`: not judged yet. `astray`: its author saw something else before, and has not shown it. `refused`: it was judged, and does
   * not count: it breaks the protocol, says what another has said, or could not be judged at all.
   */
  readonly state: 'early' | 'astray' | 'accepted' | 'refused'
  /** Through its schema. */
  readonly value: unknown
  /** Once accepted, where no two may say the same: as it was sent, encoded. */
  readonly sent?: Uint8Array | undefined
}

/** A member who broke the protocol, with what shows it: two statements for one place, or one that the plan's check refutes. */
export interface Culprit {
  /** Among the candidates. */
  readonly member: number
  readonly kind: 'equivocation' | 'fault'
  readonly reason: string
  readonly phase: string
  /** Undefined where it came to none. */
  readonly attempt: number | undefined
  readonly articles: readonly Article[]
}

/** A member in whom the reason may lie. Nothing convicts it. */
export interface Suspect {
  readonly member: number
  /**
   * `silent`: its contribution did not come. `closed`: it went no further, though all was there. `accused`: it was said to be
   * silent by `by`. `astray`: what it saw before was something else. `copied`: it said the same as another.
   */
  readonly why: 'silent' | 'closed' | 'accused' | 'astray' | 'copied'
  readonly phase: string
  readonly by: readonly number[]
}

export type AbortReason =
  /** Somebody said two things in one place, or what the protocol forbids. */
  | 'EQUIVOCATION'
  | 'FAULT'
  /** Somebody was silent for too long. */
  | 'TIMEOUT'
  /** Another member went no further. */
  | 'CLOSED'
  /** Too few accepted, this member was not among those who play, or the host called it off. */
  | 'NOT_ENOUGH'
  | 'LEFT_OUT'
  | 'CANCELLED'
  /** A member would not go on, and said why; `FAILED`: this member could not. */
  | 'DECLINED'
  | 'FAILED'
  /** Two contributions that have to differ do not. */
  | 'COPIED'
  /** Each contribution holds, and all together lead to no result. */
  | 'NO_RESULT'
  /** This member restarted, and a new life takes no part in the rounds of a former one. */
  | 'RESTARTED'
  /** This member's program gave it up. */
  | 'STOPPED'

export type RoomOutcome =
  | { readonly status: 'completed'; readonly result: unknown; readonly attempt: number }
  | {
      readonly status: 'aborted'
      readonly reason: AbortReason
      readonly detail: string
      readonly culprits: readonly Culprit[]
      readonly suspects: readonly Suspect[]
      /** Who declined, or went no further, with the words they gave. */
      readonly declined: readonly { readonly member: number; readonly reason: string }[]
      /** This member has said all that the others need to complete. */
      readonly mayBeCompleted: boolean
      /** What it would have come to: all was said, and not all have confirmed. */
      readonly unconfirmed: { readonly value: unknown } | undefined
    }

export type HistoryEntry = { readonly atMs: number } & (
  | { readonly what: 'invited' }
  | { readonly what: 'answered'; readonly member: number; readonly accepts: boolean; readonly reason: string }
  | { readonly what: 'phase began'; readonly attempt: number; readonly phase: number }
  | { readonly what: 'said'; readonly attempt: number; readonly phase: number; readonly member: number }
  | { readonly what: 'astray'; readonly attempt: number; readonly phase: number; readonly member: number }
  | {
      readonly what: 'closed'
      readonly attempt: number
      readonly phase: number
      readonly member: number
      readonly reason: ClosingReason
      readonly detail: string
      readonly missing: readonly number[]
    }
  | {
      readonly what: 'convicted'
      readonly attempt: number | undefined
      readonly phase: string
      readonly member: number
      readonly kind: Culprit['kind']
      readonly reason: string
    }
  | { readonly what: 'ended'; readonly outcome: RoomOutcome }
)

/** The one that is under way, or was last. */
export function presentAttempt(room: Room): Attempt | undefined {
  return room.attempts.at(-1)
}

export function answersOf(room: Room): readonly Answer[] {
  return room.articles.filter((article) => article.kind === 'answer')
}

export function joinsOf(room: Room, parent: string): readonly Join[] {
  return room.articles.filter((article): article is Join => article.kind === 'join' && article.parent === parent)
}

export function isConvicted({ culprits }: Pick<Room, 'culprits'>, member: number): boolean {
  return culprits.some((culprit) => culprit.member === member)
}

/** The first one convicted who is still there: whoever was left out before is no reason any more. */
export function culpritIn({ culprits }: Room, { roster }: Attempt): Culprit | undefined {
  return culprits.find(({ member }) => roster.includes(member))
}

/** Whether it is known that the contributions do not hold together, and not yet whose do not hold alone. */
export function isJudging({ verdicts, roster }: Attempt): boolean {
  return verdicts !== undefined && verdicts.length < roster.length
}

/** How long a phase may take. */
export function phaseMsOf({ plan, invitation }: Room, phase: number): number {
  return plan.phases[phase]?.deadlineMs ?? invitation.deadlineMs
}

/** The place of an author among the candidates; -1 for a stranger. */
export function candidateOf({ invitation }: Pick<Room, 'invitation'>, peerId: string): number {
  return invitation.candidates.findIndex((candidate) => candidate.peerId === peerId)
}
