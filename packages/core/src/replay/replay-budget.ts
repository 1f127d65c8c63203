import type { PeerId } from '../identity/peer-id.js'
import type { ReplayLimits } from './replay-limits.js'

// Whose memory is whose: the authors that one forwarder brought share its quota, reserved authors have a share that nobody
// else may touch and no quota. Nothing is ever taken from one to give it to another.

/** Who answers for some memory. */
export interface Debtor {
  readonly forwarder: PeerId
  readonly isReserved: boolean
}

export class ReplayBudget {
  readonly #limits: ReplayLimits
  readonly #bytesOf = new Map<PeerId, number>()
  #bytes = 0
  /** Of these, those of authors that are not reserved. */
  #commonBytes = 0

  constructor(limits: ReplayLimits) {
    this.#limits = limits
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Forwarders that anything is charged to. */
  get forwarders(): number {
    return this.#bytesOf.size
  }

  /** Whether `bytes` more fit. */
  fits({ forwarder, isReserved }: Debtor, bytes: number): boolean {
    const { cacheBytesMax, reservedBytes, forwarderBytesMax } = this.#limits
    if (this.#bytes + bytes > cacheBytesMax) return false
    if (isReserved) return true
    if (this.#commonBytes + bytes > cacheBytesMax - reservedBytes) return false
    return (this.#bytesOf.get(forwarder) ?? 0) + bytes <= forwarderBytesMax
  }

  /** Books `bytes` without asking; a negative number gives them back. */
  charge({ forwarder, isReserved }: Debtor, bytes: number): void {
    this.#bytes += bytes
    if (isReserved) return
    this.#commonBytes += bytes
    const owed = (this.#bytesOf.get(forwarder) ?? 0) + bytes
    if (owed > 0) this.#bytesOf.set(forwarder, owed)
    else this.#bytesOf.delete(forwarder)
  }
}
