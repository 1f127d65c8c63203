import { type Coordinator, type PeerId, RondoError } from '@rondo/core'
import { type Approve, requestOf, type SigningRequest } from '../approval.js'
import { musig2Error } from '../errors.js'
import type { SigningLocal } from '../machine.js'
import { turnMsMax } from '../options.js'
import type { BitcoinNetwork } from '../psbt/network.js'
import type { Signer } from '../signer.js'
import type { KeyUse } from './key-use.js'
import type { SigningTask } from './task.js'
import { unlessAborted } from './unless-aborted.js'

export type Admission = Admitted | Refused

/** What this node has agreed to sign. */
export interface Admitted {
  readonly ok: true
  readonly local: SigningLocal
  /** Whether any of this node's parts may be on its way. */
  readonly hasSigned: () => boolean
  /** The round is over: its keys may be used by others. */
  readonly release: () => void
}

export interface Refused {
  readonly ok: false
  /** For this node. */
  readonly error: RondoError
  /** For whoever asked, and anybody can: which keys lie here, for one, is not theirs to know. */
  readonly told: string
}

/** Where it is decided what this node signs: for itself and for others by the same steps. */
export class SigningDesk {
  readonly #coordinator: Coordinator
  readonly #signer: Signer
  readonly #approve: Approve
  readonly #keyUse: KeyUse
  readonly #network: BitcoinNetwork
  #turns: Promise<void> = Promise.resolve()

  constructor(coordinator: Coordinator, signer: Signer, approve: Approve, keyUse: KeyUse, network: BitcoinNetwork) {
    this.#coordinator = coordinator
    this.#signer = signer
    this.#approve = approve
    this.#keyUse = keyUse
    this.#network = network
  }

  /** Rejects where the signer or `approve` fails, and once the signal aborts: a person may never answer. */
  async admit(task: SigningTask, roster: readonly PeerId[], signal: AbortSignal): Promise<Admission> {
    const { peerId: me } = this.#coordinator
    const [from = me] = roster
    const own = task.order.seats[roster.indexOf(me)] ?? []
    for (const key of own)
      if ((await unlessAborted(signal, () => this.#signer.holds(key))) !== true)
        return refuse(musig2Error('ORDER_REFUSED', { detail: 'a key is said to be mine that is not' }))
    if (this.#keyUse.isFull(own)) return refuseOneTooMany()
    const asked = await this.#read(task, from, roster, signal)
    if (asked instanceof RondoError) return refuse(asked)
    // A copy: whatever a program does to the bytes that it shows, these are signed.
    const verdict: unknown = await unlessAborted(signal, () => this.#approve(structuredClone(asked), { signal }))
    if (verdict !== true) return refuseUnapproved(verdict)
    // Only now: whoever invites could otherwise use the key up while a person thinks.
    const release = this.#keyUse.take(own)
    return release === undefined ? refuseOneTooMany() : { ok: true, ...this.#locally(), release }
  }

  /** Or what is wrong with it. */
  async #read(
    task: SigningTask,
    from: PeerId,
    roster: readonly PeerId[],
    signal: AbortSignal,
  ): Promise<SigningRequest | RondoError> {
    // It may take seconds, and anybody can ask for it, and call it off: what nobody wants any more ends here.
    const pause = async (): Promise<void> => {
      await this.#turn()
      signal.throwIfAborted()
    }
    try {
      await task.prepareKeys(pause)
      return await requestOf(task, from, this.#coordinator.peerId, roster, this.#network, pause)
    } catch (cause) {
      if (cause instanceof RondoError) return cause
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

  /** One piece of one request, and then the rest of the program: however many are read, they hold it up no longer than one does. */
  #turn(): Promise<void> {
    this.#turns = this.#turns.then(this.#pause)
    return this.#turns
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

const notApproved = 'not approved'

function refuse(error: RondoError, told = notApproved): Refused {
  return { ok: false, error, told }
}

function refuseOneTooMany(): Refused {
  return refuse(musig2Error('SIGNINGS_FULL'), 'as many rounds use a key as may at a time')
}

/** A text is a reason that is meant for the others as well. */
function refuseUnapproved(verdict: unknown): Refused {
  const reason = typeof verdict === 'string' ? verdict : notApproved
  return refuse(musig2Error('SIGNING_REFUSED', { detail: reason }), reason)
}
