import type { PeerId } from '@rondo/core'
import { type Account, accountOf } from '../account/account.js'
import type { AbortReason, Culprit, Room, RoomOutcome, Suspect } from '../room/room.js'
import { encodeEvidence } from '../transcript/evidence.js'
import { transcriptOf } from '../transcript/transcript-of.js'

/** How a round ended for this member. */
export type Outcome<Result = unknown> = CompletedOutcome<Result> | AbortedOutcome<Result>

export interface CompletedOutcome<Result = unknown> {
  readonly status: 'completed'
  readonly result: Result
  /** Everything that led to the result, signed: for `verifyTranscript`. */
  readonly transcript: Uint8Array
  readonly account: Account
}

export interface AbortedOutcome<Result = unknown> {
  readonly status: 'aborted'
  readonly reason: AbortReason
  /** For a person. */
  readonly detail: string
  /** Who broke the protocol, with what shows it to anyone: for `verifyEvidence`. */
  readonly culprits: readonly NamedCulprit[]
  /** In whom the reason may lie; nothing convicts them. */
  readonly suspects: readonly NamedSuspect[]
  readonly declined: readonly { readonly peerId: PeerId; readonly reason: string }[]
  /** This member has said all that the others need to complete: they may have, and then this round will as well, once it hears of it. */
  readonly mayBeCompleted: boolean
  /** What it would have come to, where all was said, and only some have not confirmed that they saw it. */
  readonly unconfirmed: { readonly result: Result } | undefined
  readonly transcript: Uint8Array
  readonly account: Account
}

export interface NamedCulprit {
  readonly peerId: PeerId
  readonly kind: Culprit['kind']
  readonly reason: string
  readonly phase: string
  /** Undefined where it is larger than evidence may be. */
  readonly evidence: Uint8Array | undefined
}

export interface NamedSuspect {
  readonly peerId: PeerId
  readonly why: Suspect['why']
  readonly phase: string
  readonly by: readonly PeerId[]
}

/** The members by name, and what can be shown to others. */
export function nameOutcome(room: Room, outcome: RoomOutcome): Outcome {
  const transcript = transcriptOf(room)
  const account = accountOf(room)
  if (outcome.status === 'completed') return { status: 'completed', result: outcome.result, transcript, account }
  const { reason, detail, culprits, suspects, declined, mayBeCompleted, unconfirmed } = outcome
  return {
    status: 'aborted',
    reason,
    detail,
    culprits: culprits.map((culprit) => nameCulprit(room, culprit)),
    suspects: suspects.map(({ member, why, phase, by }) => {
      return { peerId: nameOf(room, member), why, phase, by: by.map((each) => nameOf(room, each)) }
    }),
    declined: declined.map((each) => ({ peerId: nameOf(room, each.member), reason: each.reason })),
    mayBeCompleted,
    unconfirmed: unconfirmed && { result: unconfirmed.value },
    transcript,
    account,
  }
}

function nameCulprit(room: Room, culprit: Culprit): NamedCulprit {
  const { member, kind, reason, phase } = culprit
  return { peerId: nameOf(room, member), kind, reason, phase, evidence: encodeEvidence(room, culprit) }
}

export function nameOf({ invitation }: Pick<Room, 'invitation'>, member: number): PeerId {
  const candidate = invitation.candidates[member]
  if (candidate === undefined) throw new RangeError(`there is no candidate ${member}`)
  return candidate.peerId
}
