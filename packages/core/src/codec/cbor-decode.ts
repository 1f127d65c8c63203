import { ByteReader } from '../bytes/byte-reader.js'
import type { CoreErrorCode } from '../errors.js'
import { readFloat } from './cbor-float.js'
import { firstByte, majorType, tagBignum, tagBignumNegative } from './cbor-head.js'
import { bigintBytesMax, bigintFrom, readWord } from './cbor-integer.js'
import type { CborLimits } from './cbor-options.js'
import type { KeyTexts } from './key-texts.js'
import type { Decoded } from './payload-codec.js'
import { setOwn } from './set-own.js'

// Hostile bytes to plain data. What it takes is exactly what the encoder makes: every value has one encoding, and any
// other is refused, so equal bytes and equal values are the same thing. Nothing is allocated for what is only claimed.

/** One payload on its way out of its bytes. A refusal fails the reader, and every loop below ends with it. */
export class CborDecoding {
  readonly #reader: ByteReader
  readonly #limits: CborLimits
  readonly #keys: KeyTexts
  #items = 0
  /** Why the reader failed; undefined where it ran out of bytes. */
  #code: CoreErrorCode | undefined

  constructor(bytes: Uint8Array, limits: CborLimits, keys: KeyTexts) {
    this.#reader = new ByteReader(bytes)
    this.#limits = limits
    this.#keys = keys
  }

  /** The one item that the bytes hold. */
  read(): Decoded {
    const value = this.#item(0)
    if (this.#reader.remaining > 0) this.#refuse('CODEC_MALFORMED')
    if (this.#reader.failed) return { ok: false, code: this.#code ?? 'CODEC_MALFORMED' }
    return { ok: true, value }
  }

  #item(depth: number): unknown {
    const first = this.#reader.u8()
    const info = first & 0x1f
    switch (first >>> 5) {
      case majorType.unsigned:
        return info === 27 ? this.#word(false) : this.#argument(info)
      case majorType.negative:
        return info === 27 ? this.#word(true) : -1 - this.#argument(info)
      case majorType.bytes:
        // A copy, so that a value that is kept neither changes with its packet nor keeps it alive.
        return new Uint8Array(this.#reader.bytes(this.#size(info)))
      case majorType.text:
        return this.#reader.utf8(this.#size(info))
      case majorType.array:
        return this.#array(this.#count(info, 1), depth + 1)
      case majorType.map:
        return this.#map(this.#count(info, 2), depth + 1)
      case majorType.tag:
        return this.#bignum(this.#argument(info))
      default:
        return this.#other(first)
    }
  }

  #word(negative: boolean): number | bigint {
    const value = readWord(this.#reader, negative)
    const small = negative ? value >= -0x1_0000_0000 : value < 0x1_0000_0000
    return small ? this.#refuse('CODEC_NOT_DETERMINISTIC') : value
  }

  #array(count: number, depth: number): unknown[] {
    const list: unknown[] = []
    if (!this.#admitDepth(depth)) return list
    for (let index = 0; index < count && !this.#reader.failed; index += 1) list.push(this.#item(depth))
    return list
  }

  #map(count: number, depth: number): Record<string, unknown> {
    const object: Record<string, unknown> = {}
    if (!this.#admitDepth(depth)) return object
    const reader = this.#reader
    let previous = -1
    for (let index = 0; index < count; index += 1) {
      const start = reader.position
      const key = this.#key()
      if (previous >= 0) this.#checkOrder(previous, start, reader.position)
      const value = this.#item(depth)
      // The encoder leaves such a property out.
      if (value === undefined) this.#refuse('CODEC_NOT_DETERMINISTIC')
      if (reader.failed) return object
      setOwn(object, key, value)
      previous = start
    }
    return object
  }

  #key(): string {
    const reader = this.#reader
    const first = reader.u8()
    if (first >>> 5 !== majorType.text) this.#refuse('CODEC_KEY_REFUSED')
    const size = this.#size(first & 0x1f)
    const start = reader.position
    if (!reader.skip(size)) return ''
    const key = this.#keys.read(reader.source, start, start + size)
    if (key === undefined) this.#refuse('CODEC_MALFORMED')
    if (key === '__proto__') this.#refuse('CODEC_KEY_REFUSED')
    return key ?? ''
  }

  /** Section 4.2.1: the key that ends at `end` comes after the one before it, byte by byte of their encodings. */
  #checkOrder(previous: number, start: number, end: number): void {
    const { source } = this.#reader
    let at = 0
    while (start + at < end && source[previous + at] === source[start + at]) at += 1
    if (start + at >= end) this.#refuse('CODEC_KEY_REFUSED')
    else if (source[previous + at]! > source[start + at]!) this.#refuse('CODEC_NOT_DETERMINISTIC')
  }

  #bignum(tag: number): bigint {
    if (tag !== tagBignum && tag !== tagBignumNegative) this.#refuse('CODEC_MALFORMED')
    const first = this.#reader.u8()
    if (first >>> 5 !== majorType.bytes) this.#refuse('CODEC_MALFORMED')
    const size = this.#size(first & 0x1f, bigintBytesMax)
    const value = bigintFrom(this.#reader.bytes(size), tag === tagBignumNegative)
    if (value === undefined) this.#refuse('CODEC_NOT_DETERMINISTIC')
    return value ?? 0n
  }

  #other(first: number): unknown {
    if (first === firstByte.false) return false
    if (first === firstByte.true) return true
    if (first === firstByte.null) return null
    if (first === firstByte.undefined) return undefined
    if (first < firstByte.half || first > firstByte.double) return this.#refuse('CODEC_MALFORMED')
    return readFloat(this.#reader, first) ?? this.#refuse('CODEC_NOT_DETERMINISTIC')
  }

  /** The length of a string, within its cap. */
  #size(info: number, bytesMax = this.#limits.stringBytesMax): number {
    if (info === 31) return this.#refuse('CODEC_NOT_DETERMINISTIC')
    const size = this.#argument(info)
    return size > bytesMax ? this.#refuse('CODEC_LIMIT') : size
  }

  /** The count of an array or a map, within its cap and what the bytes that are left could hold. */
  #count(info: number, bytesEach: number): number {
    if (info === 31) return this.#refuse('CODEC_NOT_DETERMINISTIC')
    const count = this.#argument(info)
    this.#items += count
    if (this.#items > this.#limits.itemsMax) return this.#refuse('CODEC_LIMIT')
    return count * bytesEach > this.#reader.remaining ? this.#refuse('CODEC_MALFORMED') : count
  }

  #admitDepth(depth: number): boolean {
    if (depth > this.#limits.depthMax) this.#refuse('CODEC_LIMIT')
    return !this.#reader.failed
  }

  /** Section 4.2.1: a longer form than needed is refused. */
  #argument(info: number): number {
    if (info < 24) return info
    const reader = this.#reader
    switch (info) {
      case 24:
        return this.#atLeast(24, reader.u8())
      case 25:
        return this.#atLeast(0x100, reader.u16())
      case 26:
        return this.#atLeast(0x1_0000, reader.u32())
      case 27:
        return this.#atLeast(0x1_0000_0000, reader.u64())
      default:
        return this.#refuse('CODEC_MALFORMED')
    }
  }

  #atLeast(least: number, argument: number): number {
    return argument >= least ? argument : this.#refuse('CODEC_NOT_DETERMINISTIC')
  }

  /** The first refusal is the one that is told, and none is where the bytes ended before it. */
  #refuse(code: CoreErrorCode): number {
    if (!this.#reader.failed) this.#code = code
    return this.#reader.fail()
  }
}
