import { decodeUtf8 } from './utf8.js'

// Reads hostile bytes, big-endian, and never throws. A read past the end gives zero or nothing, and from then on the
// reader has failed and every read fails; so a parser reads a whole structure straight through and asks `failed` once.
// What it read is not to be acted on before that, and a count is not to be looped over or allocated for.

const nothing = new Uint8Array(0)

/**
 * A bounds-checked reader.
 *
 * @example
 * const reader = new ByteReader(bytes)
 * const text = reader.utf8(reader.u16())
 * if (reader.failed || reader.remaining > 0) return { ok: false, code: 'FRAME_MALFORMED' }
 */
export class ByteReader {
  /** All the bytes, read or not. */
  readonly source: Uint8Array
  #position = 0
  #failed = false

  constructor(source: Uint8Array) {
    this.source = source
  }

  /** Where the next read begins. */
  get position(): number {
    return this.#position
  }

  get remaining(): number {
    return this.source.length - this.#position
  }

  /** Whether any read went past the end, any text was no UTF-8, or `fail` was called. */
  get failed(): boolean {
    return this.#failed
  }

  /** Makes this and every later read a failure: for a parser that met something it refuses. Returns 0. */
  fail(): number {
    this.#failed = true
    this.#position = this.source.length
    return 0
  }

  u8(): number {
    const at = this.#position
    if (at >= this.source.length) return this.fail()
    this.#position = at + 1
    return this.source[at]!
  }

  u16(): number {
    const at = this.#position
    const source = this.source
    if (at + 2 > source.length) return this.fail()
    this.#position = at + 2
    return (source[at]! << 8) | source[at + 1]!
  }

  u24(): number {
    const at = this.#position
    const source = this.source
    if (at + 3 > source.length) return this.fail()
    this.#position = at + 3
    return (source[at]! << 16) | (source[at + 1]! << 8) | source[at + 2]!
  }

  u32(): number {
    const at = this.#position
    const source = this.source
    if (at + 4 > source.length) return this.fail()
    this.#position = at + 4
    return ((source[at]! << 24) | (source[at + 1]! << 16) | (source[at + 2]! << 8) | source[at + 3]!) >>> 0
  }

  u48(): number {
    if (this.remaining < 6) return this.fail()
    return this.u16() * 0x1_0000_0000 + this.u32()
  }

  /** Eight bytes as a number, which is rounded beyond `Number.MAX_SAFE_INTEGER`: the caller bounds it. */
  u64(): number {
    if (this.remaining < 8) return this.fail()
    return this.u32() * 0x1_0000_0000 + this.u32()
  }

  /** The next `count` bytes, sharing memory with `source`; empty where there are fewer. */
  bytes(count: number): Uint8Array {
    const at = this.#position
    return this.skip(count) ? this.source.subarray(at, at + count) : nothing
  }

  /** The next `count` bytes as UTF-8; empty, and a failure, where there are fewer or they are not valid. */
  utf8(count: number): string {
    const at = this.#position
    if (!this.skip(count)) return ''
    const text = decodeUtf8(this.source, at, at + count)
    if (text === undefined) this.fail()
    return text ?? ''
  }

  /** Passes over `count` bytes; false, and a failure, where there are fewer. */
  skip(count: number): boolean {
    if (!(count >= 0 && count <= this.remaining)) {
      this.fail()
      return false
    }
    this.#position += count
    return true
  }

  /** Everything that is left, sharing memory with `source`. */
  rest(): Uint8Array {
    return this.bytes(this.remaining)
  }
}
