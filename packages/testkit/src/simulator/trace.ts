import { nobleCrypto } from '@rondo/core'

// What happened in a world, in order. The hash covers all of it; only the end is kept, for people.

/** One thing that happened: to a peer, or to the world where `peer` is undefined. */
export interface TraceEvent {
  readonly atMs: number
  readonly peer: number | undefined
  readonly what: string
  readonly detail: string
}

/** Two runs with one hash went the same way, frame by frame. */
export interface Trace {
  /** SHA-256 over every event so far, in hex. */
  readonly hash: string
  /** How many events there were. */
  readonly length: number
  /** The last of them, oldest first. */
  readonly tail: readonly TraceEvent[]
  /** The last `lines` of them, a line each. */
  print(lines?: number): string
}

const tailLength = 256
const printedLines = 24
/** Lines that are hashed at once: a hash a line would cost more than the rest of the trace. */
const linesPerBlock = 64

const text = new TextEncoder()

export class TraceRecorder implements Trace {
  readonly #nowMs: () => number
  #tail: TraceEvent[] = []
  #digest: Uint8Array = new Uint8Array(32)
  #lines: string[] = []
  length = 0

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  record(peer: number | undefined, what: string, detail = ''): void {
    const event: TraceEvent = { atMs: this.#nowMs(), peer, what, detail }
    this.length += 1
    this.#tail.push(event)
    if (this.#tail.length >= 2 * tailLength) this.#tail = this.#tail.slice(-tailLength)
    this.#lines.push(lineOf(event))
    if (this.#lines.length < linesPerBlock) return
    this.#digest = this.#fold()
    this.#lines = []
  }

  get hash(): string {
    return hexOf(this.#fold())
  }

  get tail(): readonly TraceEvent[] {
    return this.#tail.slice(-tailLength)
  }

  print(lines = printedLines): string {
    return this.tail.slice(-lines).map(lineOf).join('\n')
  }

  #fold(): Uint8Array {
    const block = text.encode(this.#lines.join('\n'))
    const chained = new Uint8Array(this.#digest.length + block.length)
    chained.set(this.#digest)
    chained.set(block, this.#digest.length)
    return nobleCrypto.sha256(chained)
  }
}

/** A short name for bytes: their length, and 64 bits that tell them apart (FNV-1a, twice). No hash that an enemy could not match. */
export function describeBytes(bytes: Uint8Array): string {
  let low = 0x811c9dc5
  let high = 0x9dc5811c
  for (const byte of bytes) {
    low = Math.imul(low ^ byte, 0x01000193)
    high = Math.imul(high ^ byte, 0x01000197)
  }
  return `${bytes.length} bytes ${hexOf32(high)}${hexOf32(low)}`
}

function hexOf32(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0')
}

function lineOf({ atMs, peer, what, detail }: TraceEvent): string {
  return `${atMs.toFixed(3).padStart(12)}  ${peer ?? '-'}  ${what}${detail === '' ? '' : `  ${detail}`}`
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
