import type { StatementHead } from './statement-head.js'

const headsMax = 8

/** The heads that came last, so that an author's next statement of the same kind is compared and not read again. */
export class KnownHeads {
  readonly #heads: StatementHead[] = []

  /** The last used comes first. */
  get list(): readonly StatementHead[] {
    return this.#heads
  }

  use(head: StatementHead): void {
    if (this.#heads[0] === head) return
    const at = this.#heads.indexOf(head)
    if (at >= 0) this.#heads.splice(at, 1)
    this.#heads.unshift(head)
    if (this.#heads.length > headsMax) this.#heads.pop()
  }
}
