import type { Env } from '../env/env.js'
import type { CoreErrorCode } from '../errors.js'
import type { PeerId } from '../identity/peer-id.js'
import { GroupCommit } from './group-commit.js'
import type { ReplayCache } from './replay-cache.js'
import { loadMemory, writeMemory } from './replay-journal.js'
import { type ReplayLimitOptions, type ReplayLimits, resolveReplayLimits } from './replay-limits.js'
import type { ReplayStore } from './replay-store.js'
import { sequenceMax } from './replay-window.js'
import { RunStart } from './run-start.js'

// Whether a signed message that was stored, relayed or gossiped is new. Asked after verification, since a mark made for a
// forgery would refuse the real message. The question and the mark are one synchronous step; with a store, the answer
// waits until the mark is durable, so that no crash can have handed on what a restart does not remember.

/** What its author signed about a message; only verified ones are asked about. */
export interface ReplayMessage {
  readonly author: PeerId
  readonly epoch: number
  readonly sequence: number
  readonly createdMs: number
  readonly expiresMs: number
}

export type ReplayRefusal = Extract<CoreErrorCode, `REPLAY_${string}`>

export type ReplayVerdict = { readonly ok: true } | { readonly ok: false; readonly code: ReplayRefusal }

export interface ReplayGuardOptions {
  readonly env: Env
  /** What remembers over a restart. Without one, a restart refuses what was created before it. */
  readonly store?: ReplayStore | undefined
  readonly limits?: ReplayLimitOptions | undefined
  /** Contacts and roster members: authors for whom room is kept. */
  readonly isReserved?: ((author: PeerId) => boolean) | undefined
  /**
   * Says that this node has never run before, for instance because its identity was made just now; so a store that knows
   * nothing, or none, is no loss of memory. It must not be said where that is uncertain.
   */
  readonly isFirstStart?: boolean | undefined
}

export interface ReplayGuardStats {
  readonly authors: number
  readonly forwarders: number
  /** What the memory is charged with, at most `cacheBytesMax`. */
  readonly bytes: number
}

export interface ReplayGuard {
  /** Whether a verified message, which came by `forwarder`, is to be handed on; at most one call ever says so. */
  admit(message: ReplayMessage, forwarder: PeerId): Promise<ReplayVerdict>
  getStats(): ReplayGuardStats
}

/**
 * Makes a guard, which reads its memory when it is first asked.
 *
 * @example
 * const guard = createReplayGuard({ env, store, isReserved: (author) => contacts.has(author) })
 * const verdict = await guard.admit({ author, epoch, sequence, createdMs, expiresMs }, forwarder)
 * if (verdict.ok) handOn(message)
 */
export function createReplayGuard(options: ReplayGuardOptions): ReplayGuard {
  const guard = new Guard(options)
  return Object.freeze({
    admit: (message: ReplayMessage, forwarder: PeerId) => guard.admit(message, forwarder),
    getStats: () => guard.stats,
  })
}

/** What is there once the memory was read. */
interface Memory {
  readonly cache: ReplayCache
  /** From when on everything admitted is remembered, as an earlier run wrote it down. */
  readonly completeFromMs: number | undefined
}

class Guard {
  readonly #env: Env
  readonly #store: ReplayStore | undefined
  readonly #limits: ReplayLimits
  readonly #isReserved: (author: PeerId) => boolean
  readonly #isFirstStart: boolean
  readonly #runStart: RunStart
  readonly #commit = new GroupCommit(() => this.#write())
  #memory: Memory | undefined
  #loading: Promise<Memory> | undefined

  constructor({ env, store, limits, isReserved, isFirstStart }: ReplayGuardOptions) {
    this.#env = env
    this.#store = store
    this.#limits = resolveReplayLimits(limits)
    this.#isReserved = isReserved ?? (() => false)
    this.#isFirstStart = isFirstStart ?? false
    this.#runStart = new RunStart(env, this.#limits.lifetimeMsMax)
  }

  get stats(): ReplayGuardStats {
    const { authors = 0, forwarders = 0, bytes = 0 } = this.#memory?.cache ?? {}
    return { authors, forwarders, bytes }
  }

  async admit(message: ReplayMessage, forwarder: PeerId): Promise<ReplayVerdict> {
    let memory: Memory
    try {
      memory = await this.#load()
    } catch {
      return { ok: false, code: 'REPLAY_STORE_FAILED' }
    }
    const code = this.#judge(message, memory) ?? memory.cache.mark(message, forwarder, this.#clock())
    if (code !== undefined) return { ok: false, code }
    if (this.#store === undefined) return { ok: true }
    try {
      await this.#commit.join()
      return { ok: true }
    } catch {
      // Nobody was given the message, so it may come again.
      memory.cache.unmark(message)
      return { ok: false, code: 'REPLAY_STORE_FAILED' }
    }
  }

  /** By its numbers, our clock and what was dropped; whether it was seen is the cache's to say. */
  #judge(message: ReplayMessage, { cache, completeFromMs }: Memory): ReplayRefusal | undefined {
    const { epoch, createdMs, expiresMs } = message
    const { skewMs, lifetimeMsMax, epochAheadMsMax } = this.#limits
    const { nowMs } = this.#clock()
    if (!isWellFormed(message)) return 'REPLAY_MALFORMED'
    if (createdMs > nowMs + skewMs) return 'REPLAY_CREATED_FUTURE'
    if (expiresMs - createdMs > lifetimeMsMax) return 'REPLAY_LIFETIME'
    if (expiresMs + skewMs <= nowMs || cache.floor.covers(expiresMs)) return 'REPLAY_EXPIRED'
    if (epoch > nowMs + epochAheadMsMax) return 'REPLAY_EPOCH_FUTURE'
    if (createdMs < this.#completeFromMs(completeFromMs)) return 'REPLAY_FORGOTTEN'
    return undefined
  }

  /**
   * What was created earlier may have been handed on by a run that nobody remembers. Such a run took what was created up to
   * `skewMs` ahead of its clock, and ended before this one began.
   */
  #completeFromMs(written: number | undefined): number {
    if (written === undefined && this.#isFirstStart) return 0
    const doubtfulMs = this.#runStart.reckon() + this.#limits.skewMs
    return Math.max(0, Math.min(written ?? Number.POSITIVE_INFINITY, doubtfulMs + 1))
  }

  #clock() {
    return { nowMs: Math.floor(this.#env.wallMs()), monotonicMs: this.#env.monotonicMs() }
  }

  #load(): Promise<Memory> {
    this.#loading ??= this.#read()
    return this.#loading
  }

  async #read(): Promise<Memory> {
    try {
      this.#memory = await loadMemory(this.#store, this.#limits, this.#isReserved)
      return this.#memory
    } catch (cause) {
      this.#loading = undefined
      this.#env.log('error', 'the replay memory cannot be read; messages are refused', { cause })
      throw cause
    }
  }

  async #write(): Promise<void> {
    if (this.#store === undefined || this.#memory === undefined) return
    const { cache, completeFromMs } = this.#memory
    try {
      await writeMemory(this.#store, cache, completeFromMs ?? this.#completeFromMs(undefined))
    } catch (cause) {
      this.#env.log('error', 'the replay memory cannot be written; messages are refused', { cause })
      throw cause
    }
  }
}

function isWellFormed({ epoch, sequence, createdMs, expiresMs }: ReplayMessage): boolean {
  return [epoch, sequence, createdMs, expiresMs].every(isU48) && createdMs < expiresMs
}

function isU48(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0 && value <= sequenceMax
}
