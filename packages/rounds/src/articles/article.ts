import type { PeerId } from '@rondo/core'

// What members say to one another. All of it is signed by its author, stands in a slot of its own, and may be passed on by
// anybody: there is no other kind of message that a round hangs on.

interface Signed {
  /** A round stands in one network: what is signed for another is no part of it, and convicts nobody there. */
  readonly network: string
  readonly author: PeerId
  /** By the author's clock. */
  readonly createdMs: number
  readonly expiresMs: number
  /** The hash of what was signed: the same thing said, the same hash. */
  readonly hash: string
  /** The transferable form, for passing on and for evidence. */
  readonly bytes: Uint8Array
}

export interface Candidate {
  readonly peerId: PeerId
  readonly role: string | undefined
}

/** Who is to take part, in what, and by which rules. Its author is the first candidate. */
export interface Invitation extends Signed {
  readonly kind: 'invitation'
  /** The hash of the statement: everything of this round stands under it. */
  readonly room: string
  readonly nonce: string
  readonly incarnation: string
  /** In the order of the roster. */
  readonly candidates: readonly Candidate[]
  readonly minimum: number
  readonly maximum: number
  /** As it was sent; no schema has seen it. */
  readonly setup: unknown
  /** How long the others may take to answer. */
  readonly answerMs: number
  /** How long a phase may take that says nothing itself. */
  readonly deadlineMs: number
  /** Attempts after the first. */
  readonly retries: number
}

export interface Answer extends Signed {
  readonly kind: 'answer'
  readonly room: string
  readonly incarnation: string
  readonly answer:
    | { readonly accepts: true; readonly nonce: string }
    | { readonly accepts: false; readonly reason: string }
}

/** This member's one signature on an attempt. */
export interface Join extends Signed {
  readonly kind: 'join'
  /** The room, or the attempt before. */
  readonly parent: string
  readonly incarnation: string
  readonly attempt: string
  /** Of the member who proposes the attempt. */
  readonly proposal: Proposal | undefined
}

export interface Proposal {
  /** Indices of candidates, ascending. */
  readonly roster: readonly number[]
  /** Of a first attempt: the beginning of the hash of each member's answer, the proposer's being the invitation. */
  readonly answers: readonly string[]
  /** Of a further attempt: whom it does without. */
  readonly culprits: readonly number[]
  readonly suspects: readonly number[]
}

export interface Contribution extends Signed {
  readonly kind: 'contribution'
  readonly round: string
  readonly attempt: string
  /** Its place among the plan's phases. */
  readonly phase: number
  /** Of all earlier phases, as its author saw them. */
  readonly digest: string
  /** As it was sent; undefined from phases of the engine. No schema has seen it. */
  readonly value: unknown
  /** The value, encoded. */
  readonly valueBytes: number
}

/** Why a member goes no further. */
export type ClosingReason = 'timeout' | 'evidence' | 'declined' | 'cancelled' | 'closed' | 'failed'

/** This member contributes no more to the attempt, or to the round where `attempt` is the room. */
export interface Closing extends Signed {
  readonly kind: 'closing'
  readonly attempt: string
  readonly incarnation: string
  /** Where it stood, and whose contribution it lacked there, by candidate. */
  readonly phase: number
  readonly missing: readonly number[]
  readonly reason: ClosingReason
  readonly detail: string
}

export type Article = Invitation | Answer | Join | Contribution | Closing

/** How many hexadecimal digits of an answer's hash a proposal names. */
export const answerDigits = 16
