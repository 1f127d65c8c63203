import type { Coordinator, PeerId } from '@rondo/core'
import { type Approve, requestOf } from '../approval.js'
import { musig2Error } from '../errors.js'
import type { SigningLocal } from '../machine.js'
import { turnMsMax } from '../options.js'
import type { BitcoinNetwork } from '../psbt/network.js'
import type { Signer } from '../signer.js'
import type { KeyUse } from './key-use.js'
import type { SigningTask } from './task.js'

/** What this node has agreed to sign. */
export interface Admitted {
  readonly local: SigningLocal
  /** Whether any of this node's parts may be on its way. */
  readonly hasSigned: () => boolean
  /** The round is over: its keys may be used by others. */
  readonly release: () => void
}

/** Where it is decided what this node signs: for itself and for others by the same steps. */
export class SigningDesk {
  readonly #coordinator: Coordinator
  readonly #signer: Signer
  readonly #approve: Approve
  readonly #keyUse: KeyUse
  readonly #network: BitcoinNetwork

  constructor(coordinator: Coordinator, signer: Signer, approve: Approve, keyUse: KeyUse, network: BitcoinNetwork) {
    this.#coordinator = coordinator
    this.#signer = signer
    this.#approve = approve
    this.#keyUse = keyUse
    this.#network = network
  }

  /** Rejects where this node is not to sign, and says why. */
  async admit(task: SigningTask, roster: readonly PeerId[], signal: AbortSignal): Promise<Admitted> {
    const { peerId: me } = this.#coordinator
    const [from = me] = roster
    const own = task.order.seats[roster.indexOf(me)] ?? []
    for (const key of own)
      if (!(await this.#signer.holds(key)))
        throw musig2Error('ORDER_REFUSED', { detail: 'a key is said to be mine that is not' })
    const release = this.#keyUse.take(own)
    if (release === undefined) throw musig2Error('SIGNINGS_FULL')
    try {
      await task.prepareKeys(this.#pause)
      const request = await requestOf(task, from, me, roster, this.#network, this.#pause)
      const verdict = await this.#approve(request, { signal })
      if (verdict !== true)
        throw musig2Error('SIGNING_REFUSED', { detail: typeof verdict === 'string' ? verdict : 'not approved' })
      return { ...this.#locally(), release }
    } catch (cause) {
      release()
      throw cause
    }
  }

  #locally(): Pick<Admitted, 'local' | 'hasSigned'> {
    let hasSigned = false
    const signs = (): void => {
      hasSigned = true
    }
    return { local: { signer: this.#signer, pause: this.#pause, signs }, hasSigned: () => hasSigned }
  }

  /** When the rest of the program had its last turn, as far as this knows. */
  #turnAtMs = Number.NEGATIVE_INFINITY

  /** Not by a timer: that would take a millisecond at least, each time. */
  readonly #pause = async (): Promise<void> => {
    const { env } = this.#coordinator
    if (env.monotonicMs() - this.#turnAtMs < turnMsMax) return
    await new Promise<void>((resolve) => {
      env.defer(resolve)
    })
    this.#turnAtMs = env.monotonicMs()
  }
}
