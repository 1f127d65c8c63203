import { BoundedCache } from '../identity/bounded-cache.js'

/** How long a group has to keep a proven peer connected before this node knows it. */
const acquaintanceMs = 60_000
const rememberedMax = 1_024

/**
 * Address groups from which peers were connected for a while. Whoever wants to push the honest ones out of it has to hold a
 * connection from a thousand other groups for a minute each: the slots, and not fresh keys, are the price.
 */
export class FamiliarGroups {
  /** Groups with a proven peer, and since when there has been one without a break. At most one a slot. */
  readonly #present = new Map<string, { links: number; readonly sinceMs: number }>()
  readonly #remembered = new BoundedCache<string, true>(rememberedMax)

  get size(): number {
    return this.#present.size + this.#remembered.size
  }

  arrived(group: string, nowMs: number): void {
    const present = this.#present.get(group)
    if (present === undefined) this.#present.set(group, { links: 1, sinceMs: nowMs })
    else present.links += 1
  }

  left(group: string, nowMs: number): void {
    const present = this.#present.get(group)
    if (present === undefined) return
    present.links -= 1
    if (present.links > 0) return
    this.#present.delete(group)
    if (nowMs - present.sinceMs >= acquaintanceMs) this.#remembered.set(group, true)
  }

  has(group: string, nowMs: number): boolean {
    const present = this.#present.get(group)
    if (present !== undefined && nowMs - present.sinceMs >= acquaintanceMs) return true
    return this.#remembered.get(group) === true
  }
}
