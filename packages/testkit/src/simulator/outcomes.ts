// What became of every life of every peer, and what a test gets to see of it.

/** How one life of a peer ended. */
export type LifeEnd<Value> =
  | { readonly status: 'returned'; readonly value: Value }
  /** Its scenario had not returned. */
  | { readonly status: 'crashed'; readonly atMs: number }
  /** Only malicious peers: the scenario of another ends the run. */
  | { readonly status: 'failed'; readonly reason: unknown }
  /** Only malicious peers, which nobody waits for. */
  | { readonly status: 'unfinished' }

/** What stands among the outcomes in place of a value: the peer's last life crashed, or nothing it says counts. */
export interface Absence {
  readonly status: 'crashed' | 'malicious'
}

/** What the last life of a peer came to. */
export type Outcome<Value> = Value | Absence

const crashed: Absence = Object.freeze({ status: 'crashed' })
const malicious: Absence = Object.freeze({ status: 'malicious' })

/**
 * Tells the peers that have no outcome from those that have one.
 *
 * @example
 * expect(outcomes.every((outcome) => isAbsent(outcome) || outcome === 4)).toBe(true)
 */
export function isAbsent(outcome: unknown): outcome is Absence {
  return outcome === crashed || outcome === malicious
}

export class Outcomes<Value> {
  readonly #lives: LifeEnd<Value>[][]
  readonly #isMalicious: (index: number) => boolean

  constructor(peers: number, isMalicious: (index: number) => boolean) {
    this.#lives = Array.from({ length: peers }, () => [])
    this.#isMalicious = isMalicious
  }

  begin(index: number): void {
    this.#lives[index]?.push(unfinished)
  }

  /** The first end of a life counts: a crash after the scenario returned takes nothing back. */
  end(index: number, how: LifeEnd<Value>): void {
    const lives = this.#lives[index]
    if (lives?.at(-1) === unfinished) lives[lives.length - 1] = how
  }

  get lives(): readonly (readonly LifeEnd<Value>[])[] {
    return this.#lives
  }

  list(): readonly Outcome<Value>[] {
    return this.#lives.map((lives, index) => {
      if (this.#isMalicious(index)) return malicious
      const last = lives.at(-1)
      return last?.status === 'returned' ? last.value : crashed
    })
  }
}

const unfinished = Object.freeze({ status: 'unfinished' })
