import type { Registration } from '../protocol/registry.js'
import type { Gcra } from './gcra.js'

// A message's protocol, version and type travel once a session; after that, two bytes stand for them.

/** A name as the receiver of messages knows it, with what its guards found out about it. */
export interface InboundName {
  readonly protocol: string
  readonly version: number
  readonly type: string
  /** What serves it, as of `generation` of the registry. */
  registration: Registration | undefined
  rate: Gcra | undefined
  generation: number
}

/** The names that the other end has declared: ids are given in order, from 0. */
export class InboundNames {
  readonly #names: InboundName[] = []
  readonly #namesMax: number

  constructor(namesMax: number) {
    this.#namesMax = namesMax
  }

  /** False where the id is not the next one or the table is full. */
  declare(id: number, protocol: string, version: number, type: string): boolean {
    if (id !== this.#names.length || id >= this.#namesMax) return false
    this.#names.push({ protocol, version, type, registration: undefined, rate: undefined, generation: -1 })
    return true
  }

  find(id: number): InboundName | undefined {
    return this.#names[id]
  }
}

/** The names that this end has declared. */
export class OutboundNames {
  readonly #ids = new Map<string, Map<number, Map<string, number>>>()
  readonly #namesMax: number
  #count = 0

  constructor(namesMax: number) {
    this.#namesMax = namesMax
  }

  find(protocol: string, version: number, type: string): number | undefined {
    return this.#ids.get(protocol)?.get(version)?.get(type)
  }

  /** The id to declare the name under; undefined where the table is full. */
  add(protocol: string, version: number, type: string): number | undefined {
    if (this.#count >= this.#namesMax) return undefined
    const versions = this.#ids.get(protocol) ?? new Map<number, Map<string, number>>()
    const types = versions.get(version) ?? new Map<string, number>()
    const id = this.#count
    this.#count += 1
    this.#ids.set(protocol, versions.set(version, types.set(type, id)))
    return id
  }
}
