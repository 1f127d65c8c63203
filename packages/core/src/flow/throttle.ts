import type { Link } from '../transport/transport.js'

/** Why a link is not read for a while. */
type Reason = 'rate' | 'handlers'

/** Inbound backpressure: the link stays paused for as long as anybody holds it. */
export class Throttle {
  readonly #link: Link
  readonly #held = new Set<Reason>()

  constructor(link: Link) {
    this.#link = link
  }

  hold(reason: Reason): void {
    if (this.#held.size === 0) this.#link.pause()
    this.#held.add(reason)
  }

  release(reason: Reason): void {
    if (this.#held.delete(reason) && this.#held.size === 0) this.#link.resume()
  }
}
