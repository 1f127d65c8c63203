/** Values in the order in which they come, for whoever asks for the next. */
export class Endings<T> {
  readonly #come: T[] = []
  readonly #asking: ((value: T) => void)[] = []

  add(value: T): void {
    const asking = this.#asking.shift()
    if (asking === undefined) this.#come.push(value)
    else asking(value)
    if (this.#come.length > comeMax) this.#come.shift()
  }

  next(): Promise<T> {
    const come = this.#come.shift()
    if (come !== undefined) return Promise.resolve(come)
    return new Promise((resolve) => {
      this.#asking.push(resolve)
    })
  }
}

/** Where nobody asks. */
const comeMax = 256
