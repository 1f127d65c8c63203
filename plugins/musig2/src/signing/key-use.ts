import { hex } from '@scure/base'
import type { Musig2Limits } from '../options.js'

/** How many rounds use each key at the moment. */
export class KeyUse {
  readonly #limits: Musig2Limits
  readonly #users = new Map<string, number>()

  constructor(limits: Musig2Limits) {
    this.#limits = limits
  }

  /** Whether one of the keys is in use as often as it may be. */
  isFull(publicKeys: readonly Uint8Array[]): boolean {
    return publicKeys.some((key) => (this.#users.get(hex.encode(key)) ?? 0) >= this.#limits.signingsPerKeyMax)
  }

  /** Undefined where one of the keys is in use as often as it may be; what is returned gives them back, once. */
  take(publicKeys: readonly Uint8Array[]): (() => void) | undefined {
    if (this.isFull(publicKeys)) return undefined
    const names = publicKeys.map((key) => hex.encode(key))
    for (const name of names) this.#change(name, 1)
    let isTaken = true
    return () => {
      if (isTaken) for (const name of names) this.#change(name, -1)
      isTaken = false
    }
  }

  #change(name: string, by: number): void {
    const users = (this.#users.get(name) ?? 0) + by
    if (users > 0) this.#users.set(name, users)
    else this.#users.delete(name)
  }
}
