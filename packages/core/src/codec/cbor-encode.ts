import type { ByteWriter } from '../bytes/byte-writer.js'
import { utf8Length } from '../bytes/utf8.js'
import { isCarriedAsInteger, writeFloat } from './cbor-float.js'
import { firstByte, majorType, writeHead } from './cbor-head.js'
import { bigintBytesMax, writeBigint, writeInteger } from './cbor-integer.js'
import type { CborLimits } from './cbor-options.js'
import type { KeyEncodings } from './key-encodings.js'
import { unsupported } from './unsupported.js'

// Plain data to deterministic CBOR: RFC 8949, section 4.2.1. Throws CODEC_VALUE_UNSUPPORTED for everything that would
// not come back as it went: class instances, functions, symbols, holes in arrays, half surrogate pairs.

/** One value on its way into a writer. */
export class CborEncoding {
  readonly #writer: ByteWriter
  readonly #limits: CborLimits
  readonly #keys: KeyEncodings
  #items = 0

  constructor(writer: ByteWriter, limits: CborLimits, keys: KeyEncodings) {
    this.#writer = writer
    this.#limits = limits
    this.#keys = keys
  }

  /** Appends `value`, which lies within `depth` arrays and objects. */
  write(value: unknown, depth: number): void {
    switch (typeof value) {
      case 'string':
        this.#text(value)
        break
      case 'number':
        if (isCarriedAsInteger(value)) writeInteger(this.#writer, value)
        else writeFloat(this.#writer, value)
        break
      case 'boolean':
        this.#writer.u8(value ? firstByte.true : firstByte.false)
        break
      case 'undefined':
        this.#writer.u8(firstByte.undefined)
        break
      case 'bigint':
        if (!writeBigint(this.#writer, value)) throw unsupported(`a bigint of more than ${bigintBytesMax} bytes`)
        break
      case 'object':
        if (value === null) this.#writer.u8(firstByte.null)
        else this.#object(value, depth)
        break
      default:
        throw unsupported(`a ${typeof value}`)
    }
  }

  #object(value: object, depth: number): void {
    if (value instanceof Uint8Array) this.#bytes(value)
    else if (depth >= this.#limits.depthMax) throw unsupported(`nesting deeper than ${depth}, or a cycle`)
    else if (Array.isArray(value)) this.#array(value, depth + 1)
    else if (isPlainObject(value)) this.#map(value, depth + 1)
    else throw unsupported('an object that is neither plain nor an array nor a Uint8Array')
  }

  #text(text: string): void {
    const writer = this.#writer
    this.#assertSize(text.length)
    const start = writer.length
    writeHead(writer, majorType.text, text.length)
    if (writer.ascii(text)) return
    writer.length = start
    const size = utf8Length(text)
    if (size === undefined) throw unsupported('a string with half of a surrogate pair')
    this.#assertSize(size)
    writeHead(writer, majorType.text, size)
    writer.utf8(text)
  }

  #bytes(bytes: Uint8Array): void {
    this.#assertSize(bytes.length)
    writeHead(this.#writer, majorType.bytes, bytes.length)
    this.#writer.bytes(bytes)
  }

  #array(list: readonly unknown[], depth: number): void {
    const count = list.length
    this.#countItems(count)
    writeHead(this.#writer, majorType.array, count)
    for (let index = 0; index < count; index += 1) {
      const element = list[index]
      if (element === undefined && !(index in list)) throw unsupported('an array with a hole')
      this.write(element, depth)
    }
  }

  #map(object: object, depth: number): void {
    if (Object.getOwnPropertySymbols(object).length > 0) throw unsupported('an object with a symbol for a key')
    // Each property is read once: what a getter or a proxy says is what is sent.
    let names = Object.keys(object)
    let values: readonly unknown[] = Object.values(object)
    if (names.length !== values.length) throw unsupported('an object that changes while it is read')
    if (values.includes(undefined)) {
      // As JSON has it: an optional field that is set to undefined is a field that is not there.
      names = names.filter((_, at) => values[at] !== undefined)
      values = values.filter((value) => value !== undefined)
    }
    this.#countItems(names.length)
    writeHead(this.#writer, majorType.map, names.length)
    for (const { at, encoding } of this.#keys.inOrder(names)) {
      this.#writer.bytes(encoding)
      this.write(values[at], depth)
    }
  }

  #countItems(count: number): void {
    this.#items += count
    if (this.#items > this.#limits.itemsMax) throw unsupported(`more than ${this.#limits.itemsMax} items`)
  }

  #assertSize(size: number): void {
    const { stringBytesMax } = this.#limits
    if (size > stringBytesMax) throw unsupported(`a string of more than ${stringBytesMax} bytes`)
  }
}

/** Of this realm, and not an instance of any class. */
export function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
