import { ByteWriter } from '../bytes/byte-writer.js'
import { utf8Length } from '../bytes/utf8.js'
import { majorType, writeHead } from './cbor-head.js'
import { unsupported } from './unsupported.js'

/** Keys repeat from one object to the next; what is beyond these is encoded anew each time. */
const cachedKeysMax = 1_024
const cachedKeyLengthMax = 64

/** Remembers how keys are encoded, so that putting them in order and writing them is work on ready bytes. */
export class KeyEncodings {
  readonly #keyBytesMax: number
  readonly #cache = new Map<string, Uint8Array>()
  readonly #writer = new ByteWriter()

  constructor(keyBytesMax: number) {
    this.#keyBytesMax = keyBytesMax
  }

  /** `key` as a CBOR text string; throws where it is none that may be sent. */
  of(key: string): Uint8Array {
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
