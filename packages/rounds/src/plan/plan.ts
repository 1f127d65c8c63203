import type { MaybePromise, PeerId, Schema } from '@rondo/core'
import type { Local, Secret, View } from './shape.js'
import type { Fault } from './verdict.js'

// A definition as the engine runs it: the author's phases between two of the engine's own.

export interface Plan {
  readonly name: string
  readonly version: number
  readonly setup: Schema
  readonly roles: readonly string[]
  readonly membersMin: number
  readonly membersMax: number
  readonly leaveOut: LeaveOut
  readonly kept: ReadonlyMap<string, (view: View, local: Local) => unknown>
  readonly secrets: ReadonlyMap<string, (view: View, local: Local) => MaybePromise<Secret>>
  /** `join` first and `confirm` last; what the author wrote stands between them. */
  readonly phases: readonly Phase[]
  /** Throws where the contributions, each of them flawless, lead nowhere. */
  readonly result: (view: View) => unknown
}

/** Whom a further attempt may do without. Where the roster is the key it is nobody: the same members, or no further attempt. */
export type LeaveOut = 'nobody' | 'culprits' | 'suspects'

export type Phase = EnginePhase | AuthorPhase

interface PhaseBase {
  readonly name: string
  /** How long it may take; the invitation's `deadlineMs` where left out. */
  readonly deadlineMs?: number | undefined
}

/** Members contribute a signature and nothing else: on the attempt, and on everything that was said before. */
export interface EnginePhase extends PhaseBase {
  readonly kind: 'join' | 'agree' | 'confirm'
}

export interface AuthorPhase extends PhaseBase {
  readonly kind: 'said'
  readonly contribution: Schema
  /** A contribution, encoded. */
  readonly bytesMax: number
  /** Two members may not contribute the same. */
  readonly distinct: boolean
  readonly contribute: (view: View, local: Local, context: { readonly signal: AbortSignal }) => MaybePromise<unknown>
  readonly check?: ((view: View, from: PeerId, contribution: unknown) => true | Fault) | undefined
  /** One verdict on all contributions at once; where it is true, `check` is not asked. */
  readonly checkTogether?: ((view: View) => boolean) | undefined
}

export const joinPhase: EnginePhase = Object.freeze({ name: 'join', kind: 'join' })
export const confirmPhase: EnginePhase = Object.freeze({ name: 'confirm', kind: 'confirm' })

/** Names of the engine's own statements, and so no phase's. */
export const reservedNames = ['invitation', 'answer', 'join', 'closing', 'confirm'] as const
