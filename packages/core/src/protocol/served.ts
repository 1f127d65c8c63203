import { coreError } from '../errors.js'
import type { Events } from '../events.js'
import type { PeerInfo } from '../peers/peer-info.js'
import type { Offer, Registration, Registry } from './registry.js'

/** What a node serves to one peer: the registry without the protocols whose handler does not admit the peer. */
export class Served {
  readonly #registry: Registry
  readonly #events: Events
  readonly #peer: PeerInfo
  readonly #verdicts = new Map<Registration, boolean>()
  readonly #excluded = new Map<string, boolean>()
  #askedGeneration: number | undefined

  constructor(registry: Registry, events: Events, peer: PeerInfo) {
    this.#registry = registry
    this.#events = events
    this.#peer = peer
  }

  /** Changes with every registration, and every handler is asked again. */
  get generation(): number {
    return this.#registry.generation
  }

  find(name: string, version: number): Registration | undefined {
    const registration = this.#registry.find(name, version)
    return registration !== undefined && this.#admits(registration) ? registration : undefined
  }

  /** Whether it is registered, and this peer is not let near it. */
  withholds(name: string, version: number): boolean {
    const registration = this.#registry.find(name, version)
    return registration !== undefined && !this.#admits(registration)
  }

  /** Whether this node serves the protocol, and this peer is admitted to no version of it: then it hears no broadcast either. */
  excludes(name: string): boolean {
    this.#forgetIfChanged()
    const known = this.#excluded.get(name)
    if (known !== undefined) return known
    const isServed = this.#registry.versions(name).length > 0
    const isExcluded = isServed && this.versions(name).length === 0
    if (isServed) this.#excluded.set(name, isExcluded)
    return isExcluded
  }

  /** Ascending. */
  versions(name: string): readonly number[] {
    return this.#registry.versions(name).filter((version) => !this.withholds(name, version))
  }

  all(): readonly Registration[] {
    return this.#registry.all().filter((registration) => this.#admits(registration))
  }

  offer(): Offer {
    const names = [...this.#registry.offer().keys()]
    return new Map(names.map((name) => [name, this.versions(name)] as const).filter(([, { length }]) => length > 0))
  }

  /** A handler is asked once, and again when registrations have changed: what it says holds until then. */
  #admits(registration: Registration): boolean {
    this.#forgetIfChanged()
    const known = this.#verdicts.get(registration)
    if (known !== undefined) return known
    const verdict = this.#ask(registration)
    this.#verdicts.set(registration, verdict)
    return verdict
  }

  #forgetIfChanged(): void {
    if (this.#askedGeneration === this.#registry.generation) return
    this.#askedGeneration = this.#registry.generation
    this.#verdicts.clear()
    this.#excluded.clear()
  }

  /** Anything but true refuses, a promise included: the answer decides what the peer is told next. */
  #ask({ handler, name, version }: Registration): boolean {
    if (handler.admit === undefined) return true
    let cause: unknown
    try {
      const verdict: unknown = handler.admit(this.#peer)
      if (typeof verdict === 'boolean') return verdict
      cause = new TypeError(`admit of ${name} must return true or false`)
      if (verdict instanceof Promise) verdict.catch(() => {})
    } catch (thrown) {
      cause = thrown
    }
    const { peerId } = this.#peer
    this.#events.emit('error', coreError('HANDLER_FAILED', { detail: `${name}/${version} admit`, peerId, cause }))
    return false
  }
}
