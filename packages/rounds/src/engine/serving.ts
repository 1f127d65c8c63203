import type { MaybePromise, PeerId } from '@rondo/core'
import type { RoundsDefinition, RoundsTypes } from '../plan/define-rounds.js'
import type { Outcome } from './outcome.js'
import type { Round } from './round.js'

/** `local` is asked for where the definition has it. */
export type LocalOption<T extends RoundsTypes> = undefined extends T['local']
  ? { readonly local?: T['local'] }
  : { readonly local: T['local'] }

/** Somebody asks this node to take part. It answers once; where it does not in time, it takes no part. */
export interface Invite<T extends RoundsTypes = RoundsTypes> {
  readonly id: string
  readonly from: PeerId
  readonly setup: T['setup']
  /** Who was invited, the host first; who accepts is not known yet. */
  readonly candidates: readonly { readonly peerId: PeerId; readonly role: T['role'] | undefined }[]
  /** This node's. */
  readonly role: T['role'] | undefined
  /** How many come along at least. */
  readonly minimum: number
  /** Until when to answer, from now. */
  readonly answerMs: number
  readonly deadlineMs: number
  /** Aborts when no answer is wanted any more. */
  readonly signal: AbortSignal
  accept(
    ...options: undefined extends T['local'] ? [LocalOption<T>?] : [LocalOption<T>]
  ): Round<T['result'], T['setup']>
  decline(reason?: string): void
}

export type InviteHandler<T extends RoundsTypes> = (invite: Invite<T>) => MaybePromise<unknown>

export interface ServeOptions<T extends RoundsTypes> {
  /** Every round that this node accepts. */
  readonly onRound?: ((round: Round<T['result'], T['setup']>) => unknown) | undefined
}

/** A protocol that this node is ready to be invited to. */
export interface Served<T extends RoundsTypes = RoundsTypes> {
  readonly definition: RoundsDefinition<T>
  /** How the next accepted round ends that nobody has asked for yet, in the order in which they end. */
  next(): Promise<Outcome<T['result']>>
  /** Takes no more invitations; rounds under way go on. */
  close(): void
}

export interface Candidate<Role extends string = string> {
  readonly peerId: PeerId
  readonly role?: Role | undefined
}

export type StartOptions<T extends RoundsTypes> = {
  /** Whom to invite, in the order of the roster; this node comes first. */
  readonly with: readonly (PeerId | Candidate<T['role']>)[]
  readonly setup: T['setupInput']
  /** This node's. */
  readonly role?: T['role'] | undefined
  /** How many members it takes, this node included; everybody where left out. No further attempt does with fewer. */
  readonly minimum?: number | undefined
  /** How many it takes at most: the first in the order of the roster. */
  readonly maximum?: number | undefined
  /** How long the others may take to answer; 30 s. */
  readonly answerMs?: number | undefined
  /** How long each phase may take that says nothing itself; 10 s. */
  readonly deadlineMs?: number | undefined
  /** How long what is said is good for, and is kept to be shown; an hour. */
  readonly lifetimeMs?: number | undefined
  /** Further attempts after one that was broken off; none. Each is another draw for whoever broke it. */
  readonly retries?: number | undefined
  /** Calls the round off. */
  readonly signal?: AbortSignal | undefined
} & LocalOption<T>
