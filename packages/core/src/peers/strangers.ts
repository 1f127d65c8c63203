import type { Limits } from '../options.js'

// Inbound links in their handshake. A newcomer always gets in: when there are too many of its group, the oldest of that group
// goes; when there are too many in all, the oldest of the group that has the most. An honest handshake is over in two round
// trips, a mute one lasts until its deadline, so the oldest is nearly always one of the mute.

/** One link in its handshake; `drop` is called when it has to go for a newcomer. */
export interface Stranger {
  readonly group: string | undefined
  readonly drop: () => void
}

export class Strangers {
  readonly #limits: Pick<Limits, 'strangersMax' | 'strangersPerGroupMax'>
  /** Each in the order of arrival. Those without a group share one entry, which only `strangersMax` bounds. */
  readonly #groups = new Map<string | undefined, Set<Stranger>>()
  #size = 0

  constructor(limits: Pick<Limits, 'strangersMax' | 'strangersPerGroupMax'>) {
    this.#limits = limits
  }

  get size(): number {
    return this.#size
  }

  countOf(group: string | undefined): number {
    return this.#groups.get(group)?.size ?? 0
  }

  add(stranger: Stranger): void {
    const { strangersMax, strangersPerGroupMax } = this.#limits
    const own = this.#groups.get(stranger.group) ?? new Set()
    own.add(stranger)
    this.#groups.set(stranger.group, own)
    this.#size += 1
    if (stranger.group !== undefined && own.size > strangersPerGroupMax) this.#dropOldest(own)
    else if (this.#size > strangersMax) this.#dropOldest(this.#largest())
  }

  /** Whether it was still there. */
  remove(stranger: Stranger): boolean {
    const own = this.#groups.get(stranger.group)
    if (own === undefined || !own.delete(stranger)) return false
    if (own.size === 0) this.#groups.delete(stranger.group)
    this.#size -= 1
    return true
  }

  #dropOldest(group: Set<Stranger>): void {
    const [oldest] = group
    if (oldest !== undefined && this.remove(oldest)) oldest.drop()
  }

  /** Of groups alike the one that has been here longest. */
  #largest(): Set<Stranger> {
    let largest = new Set<Stranger>()
    for (const group of this.#groups.values()) if (group.size > largest.size) largest = group
    return largest
  }
}
