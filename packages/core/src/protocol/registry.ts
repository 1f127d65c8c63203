import { coreError } from '../errors.js'
import type { ProtocolHandler } from './handler.js'
import { assertName, assertVersion } from './names.js'
import { type ResolvedRate, resolveRate } from './rate.js'

/** A handler with everything about it checked and filled in. */
export interface Registration {
  readonly handler: ProtocolHandler
  readonly name: string
  readonly version: number
  readonly rates: ReadonlyMap<string, ResolvedRate>
}

/** What a node serves, as it is told to its peers: protocol name to versions, ascending. */
export type Offer = ReadonlyMap<string, readonly number[]>

/** What a greeting holds at most. */
export const offeredProtocolsMax = 256
export const offeredVersionsMax = 16

/** The protocols that this node serves. */
export class Registry {
  readonly #registrations = new Map<string, Map<number, Registration>>()
  #generation = 0

  /** Changes with every registration, so that whoever cached a `find` knows to look again. */
  get generation(): number {
    return this.#generation
  }

  add(handler: ProtocolHandler): Registration {
    const name: unknown = handler.protocolName
    const version: unknown = handler.version ?? 1
    assertName(name, 'protocolName')
    assertVersion(version, 'version')
    if (typeof handler.handleMessage !== 'function') throw new TypeError(`${name} has no handleMessage`)
    if (handler.admit !== undefined && typeof handler.admit !== 'function')
      throw new TypeError(`admit of ${name} must be a function`)
    const versions = this.#registrations.get(name) ?? new Map<number, Registration>()
    if (versions.has(version)) throw coreError('PROTOCOL_REGISTERED', { detail: `${name}/${version}` })
    if (versions.size === 0 && this.#registrations.size >= offeredProtocolsMax) {
      throw new TypeError(`a node serves at most ${offeredProtocolsMax} protocols`)
    }
    if (versions.size >= offeredVersionsMax) {
      throw new TypeError(`${name} is served in at most ${offeredVersionsMax} versions`)
    }
    const registration = { handler, name, version, rates: ratesOf(handler) }
    this.#registrations.set(name, versions.set(version, registration))
    this.#generation += 1
    return registration
  }

  /** Takes off one version, or all of them; returns what was taken. */
  remove(name: string, version?: number): readonly Registration[] {
    const versions = this.#registrations.get(name)
    if (versions === undefined) return []
    const removed = [...versions.values()].filter((each) => version === undefined || each.version === version)
    for (const each of removed) versions.delete(each.version)
    if (versions.size === 0) this.#registrations.delete(name)
    if (removed.length > 0) this.#generation += 1
    return removed
  }

  find(name: string, version: number): Registration | undefined {
    return this.#registrations.get(name)?.get(version)
  }

  /** Ascending. */
  versions(name: string): readonly number[] {
    return [...(this.#registrations.get(name)?.keys() ?? [])].sort((a, b) => a - b)
  }

  all(): readonly Registration[] {
    return [...this.#registrations.values()].flatMap((versions) => [...versions.values()])
  }

  offer(): Offer {
    return new Map([...this.#registrations.keys()].map((name) => [name, this.versions(name)]))
  }
}

function ratesOf(handler: ProtocolHandler): ReadonlyMap<string, ResolvedRate> {
  const rates = new Map<string, ResolvedRate>()
  for (const [type, rules] of handler.messages ?? []) {
    assertName(type, 'message type')
    if (rules.rate !== undefined) rates.set(type, resolveRate(rules.rate))
  }
  return rates
}
