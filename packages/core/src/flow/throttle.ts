import type { Env } from '../env/env.js'
import type { Link } from '../transport/transport.js'

/** Why a link is not read for a while: one bit each. */
const reasons = { rate: 1, inbox: 2 } as const
type Reason = keyof typeof reasons

/** Inbound backpressure: the link stays paused for as long as anybody holds it. */
export class Throttle {
  readonly #env: Env
  #link: Link | undefined
  #heldSinceMs = 0
  #held = 0

  constructor(env: Env) {
    this.#env = env
  }

  /** The session goes on over this link, held as the one before was; over none, where it is undefined. */
  moveTo(link: Link | undefined): void {
    this.#link = link
    if (this.#held !== 0) link?.pause()
  }

  /** Somebody else may have let it be read: it stays held. */
  insist(): void {
    if (this.#held !== 0) this.#link?.pause()
  }

  /** Since when it is, in milliseconds; 0 where it is not. */
  heldMs(nowMs: number): number {
    return this.#held === 0 ? 0 : Math.max(1, nowMs - this.#heldSinceMs)
  }

  hold(reason: Reason): void {
    if (this.#held === 0) {
      this.#heldSinceMs = this.#env.monotonicMs()
      this.#link?.pause()
    }
    this.#held |= reasons[reason]
  }

  release(reason: Reason): void {
    const before = this.#held
    this.#held &= ~reasons[reason]
    if (before !== 0 && this.#held === 0) this.#link?.resume()
  }
}
