// Bytes go in at the end of one growing Uint8Array; views of it come out. Big-endian throughout. A value is cut to its
// width without a check, so callers bound it first. A view shares the writer's memory: it holds until the next write,
// `clear` or `length =`, since growth moves the bytes elsewhere. Whoever keeps bytes for longer takes a `slice`.

const defaults = { capacityBytes: 256, keepBytesMax: 65_536 }
/** Up to here, a loop in JavaScript beats the call into the engine. */
const shortTextMax = 32
const shortBytesMax = 24

const textEncoder = new TextEncoder()

export interface ByteWriterOptions {
  /** Memory taken at first, and again after an oversized one was dropped; 256. */
  readonly capacityBytes?: number | undefined
  /** `clear` keeps memory up to this size for the next use and drops anything larger; 65,536. */
  readonly keepBytesMax?: number | undefined
}

/**
 * A growable, reusable output buffer.
 *
 * @example
 * const writer = new ByteWriter()
 * writer.u16(5)
 * writer.utf8('hello')
 * writer.view() // 7 bytes, valid until the next write
 */
export class ByteWriter {
  readonly #capacityBytes: number
  readonly #keepBytesMax: number
  #memory: Uint8Array<ArrayBuffer>
  #length = 0

  constructor(options: ByteWriterOptions = {}) {
    this.#capacityBytes = sizeFrom('capacityBytes', options.capacityBytes ?? defaults.capacityBytes)
    const keepBytesMax = sizeFrom('keepBytesMax', options.keepBytesMax ?? defaults.keepBytesMax)
    this.#keepBytesMax = Math.max(keepBytesMax, this.#capacityBytes)
    this.#memory = new Uint8Array(this.#capacityBytes)
  }

  /** Bytes written so far. Set it to an earlier value to take back what came after; it never grows this way. */
  get length(): number {
    return this.#length
  }

  set length(value: number) {
    if (!Number.isInteger(value) || value < 0 || value > this.#length) {
      throw new TypeError(`length can only shrink: ${value} is not within 0 to ${this.#length}`)
    }
    this.#length = value
  }

  /** Makes room for `count` more bytes, so that the writes to come do not grow the memory. Writes nothing. */
  reserve(count: number): void {
    if (this.#length + count > this.#memory.length) this.#grow(this.#length + count)
  }

  /** Appends `count` zeros to be patched or filled later, and returns where they begin. */
  skip(count: number): number {
    const at = this.#advance(count)
    this.#memory.fill(0, at, at + count)
    return at
  }

  u8(value: number): void {
    const at = this.#advance(1)
    this.#memory[at] = value
  }

  u16(value: number): void {
    const at = this.#advance(2)
    const memory = this.#memory
    memory[at] = value >>> 8
    memory[at + 1] = value
  }

  u24(value: number): void {
    const at = this.#advance(3)
    const memory = this.#memory
    memory[at] = value >>> 16
    memory[at + 1] = value >>> 8
    memory[at + 2] = value
  }

  u32(value: number): void {
    const at = this.#advance(4)
    const memory = this.#memory
    memory[at] = value >>> 24
    memory[at + 1] = value >>> 16
    memory[at + 2] = value >>> 8
    memory[at + 3] = value
  }

  u48(value: number): void {
    this.u16(Math.floor(value / 0x1_0000_0000))
    this.u32(value)
  }

  /** Eight bytes of a non-negative safe integer. */
  u64(value: number): void {
    this.u32(Math.floor(value / 0x1_0000_0000))
    this.u32(value)
  }

  /** Appends a copy of `source`. */
  bytes(source: Uint8Array): void {
    const count = source.length
    const at = this.#advance(count)
    if (count > shortBytesMax) this.#memory.set(source, at)
    else for (let index = 0; index < count; index += 1) this.#memory[at + index] = source[index]!
  }

  /** Appends `text` and returns true where it is all ASCII; otherwise leaves the writer as it was. */
  ascii(text: string): boolean {
    const count = text.length
    this.reserve(count)
    const memory = this.#memory
    const start = this.#length
    if (count > shortTextMax) {
      // With a byte a character and no more, only ASCII is read to its end.
      if (textEncoder.encodeInto(text, memory.subarray(start, start + count)).read !== count) return false
    } else {
      for (let index = 0; index < count; index += 1) {
        const unit = text.charCodeAt(index)
        if (unit > 0x7f) return false
        memory[start + index] = unit
      }
    }
    this.#length = start + count
    return true
  }

  /** Appends `text` as UTF-8 and returns how many bytes that took. A lone surrogate becomes U+FFFD, as TextEncoder has it. */
  utf8(text: string): number {
    if (this.ascii(text)) return text.length
    this.reserve(text.length * 3)
    const { written } = textEncoder.encodeInto(text, this.#memory.subarray(this.#length))
    this.#length += written
    return written
  }

  /** Overwrites the two bytes at `at`, which are written already. */
  patchU16(at: number, value: number): void {
    this.#assertWritten(at, at + 2)
    this.#memory[at] = value >>> 8
    this.#memory[at + 1] = value
  }

  /** Overwrites the four bytes at `at`, which are written already. */
  patchU32(at: number, value: number): void {
    this.patchU16(at, value >>> 16)
    this.patchU16(at + 2, value)
  }

  /** What was written between `start` and `end`, sharing memory: it holds until the next write or `clear`. */
  view(start = 0, end = this.#length): Uint8Array<ArrayBuffer> {
    this.#assertWritten(start, end)
    return this.#memory.subarray(start, end)
  }

  /** A copy that the caller owns. */
  slice(start = 0, end = this.#length): Uint8Array<ArrayBuffer> {
    this.#assertWritten(start, end)
    return this.#memory.slice(start, end)
  }

  /** Starts afresh. Memory is kept for the next use, unless one large use made it outgrow `keepBytesMax`. */
  clear(): void {
    this.#length = 0
    if (this.#memory.length > this.#keepBytesMax) this.#memory = new Uint8Array(this.#capacityBytes)
  }

  #advance(count: number): number {
    const at = this.#length
    const end = at + count
    if (end > this.#memory.length) this.#grow(end)
    this.#length = end
    return at
  }

  #grow(needed: number): void {
    const memory = new Uint8Array(Math.max(needed, this.#memory.length * 2))
    memory.set(this.#memory.subarray(0, this.#length))
    this.#memory = memory
  }

  #assertWritten(start: number, end: number): void {
    if (!(start >= 0 && start <= end && end <= this.#length)) {
      throw new TypeError(`${start} to ${end} is not within the ${this.#length} bytes written`)
    }
  }
}

function sizeFrom(name: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new TypeError(`${name} must be a whole number of bytes, not ${value}`)
  return value
}
