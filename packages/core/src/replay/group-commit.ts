/**
 * Writes in turn, and what came while a write was under way together with the next: however many wait, there is one
 * write at work and one to come. `write` encodes, before it first waits, everything that stood when `join` was called.
 */
export class GroupCommit {
  readonly #write: () => Promise<void>
  #atWork: Promise<void> | undefined
  #next: Promise<void> | undefined

  constructor(write: () => Promise<void>) {
    this.#write = write
  }

  /** Settles as the first write does that begins after this call. */
  join(): Promise<void> {
    this.#next ??= this.#follow(this.#atWork)
    return this.#next
  }

  async #follow(before: Promise<void> | undefined): Promise<void> {
    // Also where nothing is under way: whoever joins in the same turn shares the write.
    await before?.catch(() => undefined)
    this.#atWork = this.#next
    this.#next = undefined
    await this.#write()
  }
}
