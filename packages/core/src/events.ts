import { coreError } from './errors.js'
import type { PeerInfo } from './peers/peer-info.js'
import type { Message } from './protocol/message.js'
import type { RondoError } from './rondo-error.js'
import type { CloseReason } from './transport/transport.js'

/** What a coordinator tells: past-tense facts that steer nothing. */
export interface CoordinatorEvents {
  readonly connected: (peer: PeerInfo) => unknown
  readonly disconnected: (peer: PeerInfo, reason: CloseReason) => unknown
  /** Every admitted message and request, whatever its protocol. */
  readonly message: (message: Message, from: PeerInfo) => unknown
  /** What went wrong with nobody there to throw it at. Without a listener it goes to the log. */
  readonly error: (error: RondoError) => unknown
}

type EventName = keyof CoordinatorEvents
type AnyListener = (...facts: readonly unknown[]) => unknown

/** The contract that users see: listeners come and go, only the owner emits. */
export interface TypedEmitter {
  /** Returns what takes the listener off again. */
  on<Name extends EventName>(name: Name, listener: CoordinatorEvents[Name]): () => void
  once<Name extends EventName>(name: Name, listener: CoordinatorEvents[Name]): () => void
  off<Name extends EventName>(name: Name, listener: CoordinatorEvents[Name]): void
}

/** Typed events whose listeners, throwing or rejecting, cannot stop one another. */
export class Events implements TypedEmitter {
  // Lists are replaced, never changed, so that a listener may come or go while the list is being called through.
  readonly #listeners = new Map<EventName, readonly AnyListener[]>()
  readonly #unheard: (error: RondoError) => void

  /** `unheard` gets the errors that no listener takes. */
  constructor(unheard: (error: RondoError) => void) {
    this.#unheard = unheard
  }

  on<Name extends EventName>(name: Name, listener: CoordinatorEvents[Name]): () => void {
    this.#listeners.set(name, [...this.#of(name), listener as AnyListener])
    return () => this.off(name, listener)
  }

  once<Name extends EventName>(name: Name, listener: CoordinatorEvents[Name]): () => void {
    const off = this.on(name, ((...facts) => {
      off()
      return (listener as AnyListener)(...facts)
    }) as AnyListener)
    return off
  }

  off<Name extends EventName>(name: Name, listener: CoordinatorEvents[Name]): void {
    const listeners = this.#of(name)
    const at = listeners.indexOf(listener as AnyListener)
    if (at >= 0) this.#listeners.set(name, listeners.toSpliced(at, 1))
  }

  emit<Name extends EventName>(name: Name, ...facts: Parameters<CoordinatorEvents[Name]>): void {
    const listeners = this.#of(name)
    if (listeners.length === 0 && name === 'error') this.#unheard(facts[0] as RondoError)
    for (const listener of listeners) {
      try {
        const returned = listener(...facts)
        if (returned instanceof Promise) returned.catch((cause) => this.#report(name, cause))
      } catch (cause) {
        this.#report(name, cause)
      }
    }
  }

  #report(name: EventName, cause: unknown): void {
    const error = coreError('LISTENER_FAILED', { detail: `a listener of '${name}'`, cause })
    if (name === 'error') this.#unheard(error)
    else this.emit('error', error)
  }

  #of(name: EventName): readonly AnyListener[] {
    return this.#listeners.get(name) ?? none
  }
}

const none: readonly AnyListener[] = []
