// The generic cell rate algorithm: a rate and a burst in one number, the theoretical arrival time of the next event.

/** Counts events against a rate. Time is handed in, on the monotonic clock. */
export class Gcra {
  readonly #intervalMs: number
  readonly #toleranceMs: number
  /** A thousandth of an event: what a sum of fractions may be off by. */
  readonly #slackMs: number
  #arrivalMs = Number.NEGATIVE_INFINITY

  constructor(perSecond: number, burst: number) {
    this.#intervalMs = 1_000 / perSecond
    this.#toleranceMs = burst * this.#intervalMs
    this.#slackMs = this.#intervalMs / 1_000
  }

  /** Zero, and counted, where `cost` events conform at `nowMs`; else the wait in milliseconds, and nothing is counted. */
  take(nowMs: number, cost = 1): number {
    const waitMs = this.waitMs(nowMs, cost)
    if (waitMs === 0) this.charge(nowMs, cost)
    return waitMs
  }

  /** How long until `cost` events conform and leave room for `reserve` more; counts nothing. */
  waitMs(nowMs: number, cost = 1, reserve = 0): number {
    const arrivalMs = Math.max(this.#arrivalMs, nowMs) + (cost + reserve) * this.#intervalMs
    const waitMs = arrivalMs - this.#toleranceMs - nowMs
    return waitMs > this.#slackMs ? waitMs : 0
  }

  /** Whether the whole burst conforms: nothing is left of what was counted. */
  isRested(nowMs: number): boolean {
    return this.#arrivalMs <= nowMs
  }

  /** Counts `cost` events that have already happened, and says how long to hold back the next ones. */
  charge(nowMs: number, cost = 1): number {
    this.#arrivalMs = Math.max(this.#arrivalMs, nowMs) + cost * this.#intervalMs
    return Math.max(0, this.#arrivalMs - this.#toleranceMs - nowMs)
  }
}
