import type { PeerId } from '@rondo/core'
import type { Account } from '../account/account.js'
import type { Outcome } from './outcome.js'

/** Where a round stands. */
export interface Progress {
  readonly phase: string
  /** Counted from 1, of so many. */
  readonly index: number
  readonly of: number
  readonly attempt: number
  readonly waitingFor: readonly PeerId[]
}

export interface RoundEvents<Result> {
  readonly progress: (progress: Progress) => unknown
  /** The first outcome, and a completion that came to be known after an abort. */
  readonly outcome: (outcome: Outcome<Result>) => unknown
}

/** A round that this node takes part in. */
export interface Round<Result = unknown, Setup = unknown> {
  /** The same for all who were invited, and what logs call the round. `verifyTranscript` takes it as `round`. */
  readonly id: string
  readonly protocol: string
  /** What it is about. */
  readonly setup: Setup
  /** In the order of the roster: who was invited, the host first. */
  readonly candidates: readonly PeerId[]
  /** Settles once, and never rejects. An abort whose `mayBeCompleted` is true may be followed by the `outcome` event. */
  readonly outcome: Promise<Outcome<Result>>
  /** Returns what takes the listener off again. */
  on<Name extends keyof RoundEvents<Result>>(name: Name, listener: RoundEvents<Result>[Name]): () => void
  /** This member goes no further, and says so to the others. */
  abort(reason?: string): void
  /** What happened so far: for `describeRound` and `renderTimeline`. */
  account(): Account
  /** What was said so far, signed. */
  transcript(): Uint8Array
}
