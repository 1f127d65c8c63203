import { ByteReader } from '../bytes/byte-reader.js'
import type { PeerId } from '../identity/peer-id.js'
import { readStatementHead, type StatementHead } from '../signing/statement-head.js'
import type { InboundName } from './name-table.js'

// The head of a signed message (who says what kind of thing to whom) travels once a session; after that, two bytes stand for it.
// What is signed is never abbreviated: the receiver puts the very bytes of the head before each body again.

/** A head that the other end has declared, and the name that the guards know its messages by. */
export interface InboundHead {
  readonly head: StatementHead
  readonly name: InboundName
}

export interface InboundHeadsOptions {
  readonly headsMax: number
  readonly network: string
  /** Whoever is at the other end: nobody else's word comes this way. */
  readonly author: PeerId
  readonly to: PeerId
}

/** The heads that the other end has declared: ids are given in order, from 0. */
export class InboundHeads {
  readonly #options: InboundHeadsOptions
  readonly #heads: InboundHead[] = []

  constructor(options: InboundHeadsOptions) {
    this.#options = options
  }

  /** False where the id is not the next one, the table is full, or the head is not this author's word to this node. */
  declare(id: number, bytes: Uint8Array): boolean {
    if (id !== this.#heads.length || id >= this.#options.headsMax) return false
    const reader = new ByteReader(bytes)
    const head = readStatementHead(reader)
    if (!head.ok || reader.remaining > 0 || !this.#isForUs(head)) return false
    const { protocol, version, type } = head
    const name = { protocol, version, type, registration: undefined, rate: undefined, generation: -1 }
    this.#heads.push({ head, name })
    return true
  }

  find(id: number): InboundHead | undefined {
    return this.#heads[id]
  }

  #isForUs({ author, network, audience }: StatementHead): boolean {
    const { author: expected, network: ours, to } = this.#options
    if (author !== expected || network !== ours) return false
    return audience === 'anyone' || ('to' in audience && audience.to === to)
  }
}

/** The heads that this end has declared. */
export class OutboundHeads {
  readonly #ids = new Map<StatementHead, number>()
  readonly #headsMax: number

  constructor(headsMax: number) {
    this.#headsMax = headsMax
  }

  find(head: StatementHead): number | undefined {
    return this.#ids.get(head)
  }

  /** The id to declare the head under; undefined where the table is full. */
  add(head: StatementHead): number | undefined {
    const id = this.#ids.size
    if (id >= this.#headsMax) return undefined
    this.#ids.set(head, id)
    return id
  }
}
