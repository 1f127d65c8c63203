import { Gcra } from '../flow/gcra.js'
import type { Limits } from '../options.js'

// What strangers may cost this node in handshakes: one budget for each address group, one for all. The common one is kept by
// reserves, as trunk lines are: newcomers leave a quarter of the burst to groups this node knows, and groups that misbehaved
// leave three quarters. So whoever comes first in rank is served however hard the others press.

type HandshakeLimits = Pick<
  Limits,
  'handshakesPerSecond' | 'handshakesBurst' | 'handshakesPerGroupPerSecond' | 'handshakesPerGroupBurst'
>

/** How a group stands with this node. */
export type GroupRank = 'familiar' | 'unknown' | 'discouraged'

/** The share of the common burst that each rank leaves untouched. */
const reserved: Readonly<Record<GroupRank, number>> = { familiar: 0, unknown: 1 / 4, discouraged: 3 / 4 }

/** What a handshake counts for, and what comes on top where its key was never checked: about 2 ms beside 0.7. */
export const handshakeCost = { begin: 1, newKey: 3 } as const

export class HandshakeBudget {
  readonly #limits: HandshakeLimits
  readonly #common: Gcra
  /**
   * Groups whose budget is not rested, the one that took last at the end. A rested one is as good as new and is forgotten, so
   * nothing is lost; and since every take passes the common budget, these are at most its burst and what its rate adds while
   * one group rests.
   */
  readonly #groups = new Map<string, Gcra>()

  constructor(limits: HandshakeLimits) {
    this.#limits = limits
    this.#common = new Gcra(limits.handshakesPerSecond, limits.handshakesBurst)
  }

  /** Groups that it has to remember at present. */
  get groups(): number {
    return this.#groups.size
  }

  /** Zero, and counted against both budgets, or the wait in milliseconds. Without a group the common one alone counts. */
  take(nowMs: number, group: string | undefined, rank: GroupRank, cost: number): number {
    const { handshakesBurst, handshakesPerGroupPerSecond, handshakesPerGroupBurst } = this.#limits
    this.#forgetRested(nowMs)
    const reserve = reserved[rank] * handshakesBurst
    // However small the bursts, a rested budget takes one.
    const commonCost = Math.min(cost, handshakesBurst - reserve)
    const commonWaitMs = this.#common.waitMs(nowMs, commonCost, reserve)
    if (group === undefined) {
      if (commonWaitMs === 0) this.#common.charge(nowMs, commonCost)
      return commonWaitMs
    }
    const own = this.#groups.get(group) ?? new Gcra(handshakesPerGroupPerSecond, handshakesPerGroupBurst)
    const ownCost = Math.min(cost, handshakesPerGroupBurst)
    const waitMs = Math.max(commonWaitMs, own.waitMs(nowMs, ownCost))
    if (waitMs > 0) return waitMs
    this.#common.charge(nowMs, commonCost)
    own.charge(nowMs, ownCost)
    this.#groups.delete(group)
    this.#groups.set(group, own)
    return 0
  }

  #forgetRested(nowMs: number): void {
    for (const [group, own] of this.#groups) {
      if (!own.isRested(nowMs)) return
      this.#groups.delete(group)
    }
  }
}
