import type { Limits } from '../options.js'

/** Gives a slot back; a second call does nothing. */
export type ReleaseSlot = () => void

/** Connection slots: so many in all, some of them kept for links that this node dials, and so many for one address group. */
export class Slots {
  readonly #limits: Limits
  readonly #groups = new Map<string, number>()
  #inbound = 0
  #outbound = 0

  constructor(limits: Limits) {
    this.#limits = limits
  }

  get taken(): number {
    return this.#inbound + this.#outbound
  }

  /** Whether a newcomer from this group would get a slot. */
  hasInbound(group: string | undefined): boolean {
    const { connectionsMax, connectionsReservedOutbound, connectionsPerGroupMax } = this.#limits
    if (this.#inbound >= connectionsMax - connectionsReservedOutbound || this.taken >= connectionsMax) return false
    return group === undefined || (this.#groups.get(group) ?? 0) < connectionsPerGroupMax
  }

  takeInbound(group: string | undefined): ReleaseSlot | undefined {
    if (!this.hasInbound(group)) return undefined
    this.#inbound += 1
    if (group !== undefined) this.#groups.set(group, (this.#groups.get(group) ?? 0) + 1)
    return once(() => {
      this.#inbound -= 1
      if (group !== undefined) this.#leaveGroup(group)
    })
  }

  takeOutbound(): ReleaseSlot | undefined {
    if (this.taken >= this.#limits.connectionsMax) return undefined
    this.#outbound += 1
    return once(() => {
      this.#outbound -= 1
    })
  }

  #leaveGroup(group: string): void {
    const left = (this.#groups.get(group) ?? 0) - 1
    if (left > 0) this.#groups.set(group, left)
    else this.#groups.delete(group)
  }
}

function once(run: () => void): () => void {
  let isDone = false
  return () => {
    if (isDone) return
    isDone = true
    run()
  }
}
