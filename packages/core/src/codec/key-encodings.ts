import { ByteWriter } from '../bytes/byte-writer.js'
import { utf8Length } from '../bytes/utf8.js'
import { majorType, writeHead } from './cbor-head.js'
import { unsupported } from './unsupported.js'

/** Keys repeat from one object to the next; what is beyond these is encoded anew each time. */
const cachedKeysMax = 1_024
const cachedKeyLengthMax = 64
const cachedNamesMax = 64

/** A key of an object: its place among the names as they were given, and its encoding. */
export interface OrderedKey {
  readonly at: number
  readonly encoding: Uint8Array
}

interface KnownOrder {
  readonly names: readonly string[]
  readonly order: readonly OrderedKey[]
}

/** Remembers how keys are encoded and ordered: the objects that a program sends have few shapes. */
export class KeyEncodings {
  readonly #keyBytesMax: number
  readonly #cache = new Map<string, Uint8Array>()
  /** By the first name: the last object that began with it. */
  readonly #orders = new Map<string, KnownOrder>()
  readonly #writer = new ByteWriter()

  constructor(keyBytesMax: number) {
    this.#keyBytesMax = keyBytesMax
  }

  /** The names in the order in which deterministic CBOR has them; throws where one is none that may be sent. */
  inOrder(names: readonly string[]): readonly OrderedKey[] {
    const [first] = names
    if (first === undefined) return []
    const known = this.#orders.get(first)
    if (known !== undefined && isSame(known.names, names)) return known.order
    const order = names.map((name, at) => ({ at, encoding: this.#of(name) }))
    order.sort((a, b) => compareKeys(a.encoding, b.encoding))
    if (names.length <= cachedNamesMax && this.#cache.has(first)) {
      if (this.#orders.size >= cachedKeysMax) this.#orders.clear()
      this.#orders.set(first, { names, order })
    }
    return order
  }

  #of(key: string): Uint8Array {
    return this.#cache.get(key) ?? this.#encode(key)
  }

  #encode(key: string): Uint8Array {
    const size = utf8Length(key)
    if (size === undefined) throw unsupported('a key with half of a surrogate pair')
    if (size > this.#keyBytesMax) throw unsupported(`a key of more than ${this.#keyBytesMax} bytes`)
    if (key === '__proto__') throw unsupported('the key __proto__')
    const writer = this.#writer
    writer.clear()
    writeHead(writer, majorType.text, size)
    writer.utf8(key)
    const encoding = writer.slice()
    if (key.length <= cachedKeyLengthMax) {
      // Starting over when full is cheaper to keep than an order of use, and an application's own keys soon return.
      if (this.#cache.size >= cachedKeysMax) this.#cache.clear()
      this.#cache.set(key, encoding)
    }
    return encoding
  }
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false
  for (let index = 0; index < a.length; index += 1) if (a[index] !== b[index]) return false
  return true
}

/** Section 4.2.1: bytewise. The length comes first in an encoding, so no key is the beginning of another. */
function compareKeys(a: Uint8Array, b: Uint8Array): number {
  let at = 0
  while (at < a.length && a[at] === b[at]) at += 1
  return a[at]! - b[at]!
}
