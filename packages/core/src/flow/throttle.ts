import type { Env } from '../env/env.js'
import type { Link } from '../transport/transport.js'

/** Why a link is not read for a while: one bit each. */
const reasons = { rate: 1, handlers: 2 } as const
type Reason = keyof typeof reasons

/** Inbound backpressure: the link stays paused for as long as anybody holds it. */
export class Throttle {
  readonly #link: Link
  readonly #env: Env
  #heldSinceMs = 0
  #held = 0

  constructor(link: Link, env: Env) {
    this.#link = link
    this.#env = env
  }

  /** Since when it is, in milliseconds; 0 where it is not. */
  heldMs(nowMs: number): number {
    return this.#held === 0 ? 0 : Math.max(1, nowMs - this.#heldSinceMs)
  }

  hold(reason: Reason): void {
    if (this.#held === 0) {
      this.#heldSinceMs = this.#env.monotonicMs()
      this.#link.pause()
    }
    this.#held |= reasons[reason]
  }

  release(reason: Reason): void {
    const before = this.#held
    this.#held &= ~reasons[reason]
    if (before !== 0 && this.#held === 0) this.#link.resume()
  }
}
