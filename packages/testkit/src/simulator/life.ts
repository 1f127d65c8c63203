import type { Coordinator, Env, Link, Store } from '@rondo/core'
import type { Owner } from './event-queue.js'
import type { VirtualClock } from './virtual-clock.js'

/** A peer from its start to its crash, as its scenario sees it. */
export interface Life {
  /** 0 to begin with, one more with every restart. */
  readonly incarnation: number
  /** What survives a crash: all that was written durably, where the crash keeps the store. */
  readonly store: Store
  /** Aborts when this life crashes: for what a test keeps outside of the world. */
  readonly signal: AbortSignal
  /** Waits on this peer's clock: a peer that is suspended oversleeps, one that crashed never wakes. */
  sleep(ms: number): Promise<void>
}

export interface PeerLifeParts {
  readonly index: number
  readonly incarnation: number
  readonly clock: VirtualClock
  readonly coordinator: Coordinator
  readonly env: Env
  readonly store: Store
  /** Whose events its coordinator's are. */
  readonly owner: Owner
  /** A link that its coordinator knows nothing of. */
  readonly dial: (address: string) => Promise<Link>
}

export class PeerLife implements Life {
  readonly index: number
  readonly incarnation: number
  readonly store: Store
  readonly coordinator: Coordinator
  readonly env: Env
  readonly owner: Owner
  readonly dial: (address: string) => Promise<Link>
  /** What the scenario is given: the coordinator, or what malice makes of it. */
  face: Coordinator
  readonly #controller = new AbortController()
  readonly #clock: VirtualClock
  /** Apart from the coordinator's events, which must leave nothing behind when it stops. */
  readonly #sleeper: Owner

  constructor({ index, incarnation, clock, coordinator, env, store, owner, dial }: PeerLifeParts) {
    this.index = index
    this.incarnation = incarnation
    this.coordinator = coordinator
    this.env = env
    this.face = coordinator
    this.store = store
    this.owner = owner
    this.dial = dial
    this.#clock = clock
    this.#sleeper = { peer: index, isGone: false }
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  get isOver(): boolean {
    return this.owner.isGone
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.#clock.schedule(this.#sleeper, ms, resolve))
  }

  /** Nothing of it happens any more. */
  end(reason: Error): void {
    this.owner.isGone = true
    this.#sleeper.isGone = true
    this.#controller.abort(reason)
  }
}
