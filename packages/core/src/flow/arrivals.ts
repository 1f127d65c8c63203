// Who wants to know that an envelope has come to the other end: in the order in which the envelopes were sent.

interface Waiting {
  readonly sequence: number
  readonly arrived: () => void
}

export class Arrivals {
  #waiting: Waiting[] = []
  #next = 0

  /** Calls `arrived` once so many envelopes are acknowledged. A later call names no fewer. */
  await(sequence: number, arrived: () => void): void {
    this.#waiting.push({ sequence, arrived })
  }

  reach(acknowledged: number): void {
    for (let first = this.#waiting[this.#next]; first !== undefined; first = this.#waiting[this.#next]) {
      if (first.sequence > acknowledged) break
      this.#next += 1
      first.arrived()
    }
    if (this.#next * 2 < this.#waiting.length) return
    this.#waiting = this.#waiting.slice(this.#next)
    this.#next = 0
  }

  /** The session is over: nothing arrives any more. */
  clear(): void {
    this.#waiting = []
    this.#next = 0
  }
}
