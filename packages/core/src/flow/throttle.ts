import type { Link } from '../transport/transport.js'

/** Why a link is not read for a while: one bit each. */
const reasons = { rate: 1, handlers: 2 } as const
type Reason = keyof typeof reasons

/** Inbound backpressure: the link stays paused for as long as anybody holds it. */
export class Throttle {
  readonly #link: Link
  #held = 0

  constructor(link: Link) {
    this.#link = link
  }

  get isHeld(): boolean {
    return this.#held !== 0
  }

  hold(reason: Reason): void {
    if (this.#held === 0) this.#link.pause()
    this.#held |= reasons[reason]
  }

  release(reason: Reason): void {
    const before = this.#held
    this.#held &= ~reasons[reason]
    if (before !== 0 && this.#held === 0) this.#link.resume()
  }
}
