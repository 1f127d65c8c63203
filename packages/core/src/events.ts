import { coreError } from './errors.js'
import type { PeerInfo } from './peers/peer-info.js'
import type { Message } from './protocol/message.js'
import type { RondoError } from './rondo-error.js'
import type { CloseReason } from './transport/transport.js'

/** What a coordinator tells: past-tense facts that steer nothing. */
export interface CoordinatorEvents {
  /** A session began. */
  readonly connected: (peer: PeerInfo) => unknown
  /** Its link is gone, and it waits for another: nothing is lost yet. */
  readonly interrupted: (peer: PeerInfo, reason: CloseReason) => unknown
  /** It goes on over another link, exactly where it stopped. */
  readonly resumed: (peer: PeerInfo) => unknown
  /** The session ended, for good. */
  readonly disconnected: (peer: PeerInfo, reason: CloseReason) => unknown
  /** Every admitted message and request, whatever its protocol. */
  readonly message: (message: Message, from: PeerInfo) => unknown
  /** What went wrong with nobody there to throw it at. Without a listener it goes to the log. */
  readonly error: (error: RondoError) => unknown
}

type EventName = keyof CoordinatorEvents
type AnyListener = (...facts: readonly unknown[]) => unknown

/** What `off` knows a listener by, and what is called in its place. */
interface Entry {
  readonly listener: AnyListener
  readonly call: AnyListener
}

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
  readonly #entries = new Map<EventName, readonly Entry[]>()
  readonly #unheard: (error: RondoError) => void

  /** `unheard` gets the errors that no listener takes. */
  constructor(unheard: (error: RondoError) => void) {
    this.#unheard = unheard
  }

  on<Name extends EventName>(name: Name, listener: CoordinatorEvents[Name]): () => void {
    return this.#add(name, listener as AnyListener, listener as AnyListener)
  }

  once<Name extends EventName>(name: Name, listener: CoordinatorEvents[Name]): () => void {
    // Asked again when it is called: a fact within a fact may have come first.
    const remove = this.#add(
      name,
      listener as AnyListener,
      (...facts) => remove() && (listener as AnyListener)(...facts),
    )
    return remove
  }

  off<Name extends EventName>(name: Name, listener: CoordinatorEvents[Name]): void {
    const entry = this.#of(name).find((each) => each.listener === listener)
    if (entry !== undefined) this.#remove(name, entry)
  }

  emit<Name extends EventName>(name: Name, ...facts: Parameters<CoordinatorEvents[Name]>): void {
    const entries = this.#of(name)
    if (entries.length === 0 && name === 'error') this.#unheard(facts[0] as RondoError)
    for (const { call } of entries) {
      try {
        const returned = call(...facts)
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

  #add(name: EventName, listener: AnyListener, call: AnyListener): () => boolean {
    if (typeof listener !== 'function')
      throw new TypeError(`a listener of '${name}' is a function, not ${typeof listener}`)
    const entry: Entry = { listener, call }
    this.#entries.set(name, [...this.#of(name), entry])
    return () => this.#remove(name, entry)
  }

  /** Whether it was still there. */
  #remove(name: EventName, entry: Entry): boolean {
    const entries = this.#of(name)
    const at = entries.indexOf(entry)
    if (at < 0) return false
    this.#entries.set(name, entries.toSpliced(at, 1))
    return true
  }

  #of(name: EventName): readonly Entry[] {
    return this.#entries.get(name) ?? none
  }
}

const none: readonly Entry[] = []
