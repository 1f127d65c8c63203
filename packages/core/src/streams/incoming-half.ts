import type { Sha256 } from '../crypto/crypto-provider.js'
import { createPromised, type Promised } from '../env/promised.js'
import type { RondoError } from '../rondo-error.js'

// The half of a stream that this end reads. What arrives is copied into blocks that are filled to the brim, so that a peer's choice
// of chunks cannot make it hold more than its window and one block; what fills its own memory well enough is a block as it is.
// Credit goes back as the program takes.

type Step = IteratorResult<Uint8Array, undefined>

interface Block {
  readonly bytes: Uint8Array
  filled: number
}

export interface IncomingHalfOptions {
  readonly sha256: Sha256
  readonly windowBytes: number
  readonly blockBytes: number
  /** May be given back to the other end now. */
  readonly giveCredit: (bytes: number) => void
  /** Some was taken and too little for credit: `settle` at the end of this turn. */
  readonly linger: () => void
  /** Everything was taken, and its digest held. */
  readonly complete: () => void
}

/** A chunk is kept as it is where no more than one part in so many is wasted. */
const wasteShareMax = 16

const done: Step = { done: true, value: undefined }

export class IncomingHalf {
  readonly #options: IncomingHalfOptions
  #blocks: Block[] = []
  #waiting: Promised<Step> | undefined
  #failure: RondoError | undefined
  #ended = false
  #abandoned = false
  #wasUnread = false
  /** What the other end may still send. */
  #allowed = 0
  /** Taken, and not yet given back. */
  #owed = 0
  #heldBytes = 0
  #receivedBytes = 0
  #readBytes = 0

  constructor(options: IncomingHalfOptions) {
    this.#options = options
  }

  get bytesRead(): number {
    return this.#readBytes
  }

  get bytesReceived(): number {
    return this.#receivedBytes
  }

  /** Arrived and not yet taken. */
  get heldBytes(): number {
    return this.#heldBytes
  }

  /** The other end sent its end, and the digest held. */
  get isEnded(): boolean {
    return this.#ended
  }

  get isTaken(): boolean {
    return this.#ended && this.#heldBytes === 0 && !this.#wasUnread
  }

  /** Bytes came, or lay here, that nobody will read. */
  get wasUnread(): boolean {
    return this.#wasUnread
  }

  /** The other end may send this much. */
  allow(bytes: number): void {
    this.#allowed += bytes
  }

  /** False where the peer may not send this now. */
  receive(chunk: Uint8Array): boolean {
    if (this.#ended || chunk.length === 0 || chunk.length > this.#allowed) return false
    this.#allowed -= chunk.length
    this.#receivedBytes += chunk.length
    if (this.#abandoned) {
      this.#wasUnread = true
      return true
    }
    this.#options.sha256.update(chunk)
    const waiting = this.#waiting
    if (waiting === undefined) this.#hold(chunk)
    else {
      this.#waiting = undefined
      this.#taken(chunk.length)
      waiting.resolve({ done: false, value: this.#isBlock(chunk) ? chunk : new Uint8Array(chunk) })
      // Whoever waits drains: what comes next in this turn finds it at work, so the rest of the debt is settled when it ends.
      this.#options.linger()
    }
    return true
  }

  /** Whether that is what arrived; undefined where there was an end already. */
  end(totalBytes: number, digest: Uint8Array): boolean | undefined {
    if (this.#ended) return undefined
    if (this.#wasUnread) return true
    if (totalBytes !== this.#receivedBytes || !isEqual(digest, this.#options.sha256.digest())) return false
    this.#ended = true
    if (this.#heldBytes > 0) return true
    this.#options.complete()
    this.#waiting?.resolve(done)
    this.#waiting = undefined
    return true
  }

  next(): Promise<Step> {
    if (this.#waiting !== undefined) return Promise.reject(new TypeError('a stream has one reader at a time'))
    const value = this.#take()
    if (value !== undefined) return Promise.resolve({ done: false, value })
    const waiting = createPromised<Step>()
    if (this.#failure !== undefined) waiting.reject(this.#failure)
    else if (this.#ended || this.#abandoned) waiting.resolve(done)
    else {
      this.#waiting = waiting
      if (this.#owed > 0) this.#options.linger()
    }
    return waiting.promise
  }

  /** Gives back what is owed where the reader has caught up. */
  settle(): void {
    if (this.#waiting !== undefined && this.#owed > 0 && !this.#ended) this.#giveBack()
  }

  /** Nobody will read on. What lies here is dropped. */
  abandon(): void {
    this.#abandoned = true
    if (this.#heldBytes > 0) this.#wasUnread = true
    this.#drop()
    this.#waiting?.resolve(done)
    this.#waiting = undefined
  }

  /** What arrived whole and was taken whole has not failed. */
  fail(failure: RondoError): void {
    if (this.isTaken) return
    this.#failure ??= failure
    this.#drop()
    this.#waiting?.reject(failure)
    this.#waiting = undefined
  }

  #hold(chunk: Uint8Array): void {
    const { blockBytes, windowBytes } = this.#options
    this.#heldBytes += chunk.length
    const last = this.#blocks.at(-1)
    const isAligned = last === undefined || last.filled === last.bytes.length
    if (isAligned && this.#isBlock(chunk)) {
      this.#blocks.push({ bytes: chunk, filled: chunk.length })
      return
    }
    for (let at = 0; at < chunk.length; ) {
      let block = this.#blocks.at(-1)
      if (block === undefined || block.filled === block.bytes.length) {
        block = { bytes: new Uint8Array(Math.min(blockBytes, windowBytes)), filled: 0 }
        this.#blocks.push(block)
      }
      const part = chunk.subarray(at, at + block.bytes.length - block.filled)
      block.bytes.set(part, block.filled)
      block.filled += part.length
      at += part.length
    }
  }

  /** Whether a chunk is as good as a block: large, and nearly all of the memory that keeping it would keep. */
  #isBlock({ length, buffer }: Uint8Array): boolean {
    return length * 2 >= this.#options.blockBytes && buffer.byteLength - length <= length / wasteShareMax
  }

  /** A block as it is. One that is half empty is copied, or programs that keep what they read would keep the gaps. */
  #take(): Uint8Array | undefined {
    const block = this.#blocks.shift()
    if (block === undefined) return undefined
    this.#heldBytes -= block.filled
    this.#taken(block.filled)
    if (this.#ended && this.#heldBytes === 0) this.#options.complete()
    const { bytes, filled } = block
    return filled * 2 < bytes.length ? bytes.slice(0, filled) : bytes.subarray(0, filled)
  }

  #taken(bytes: number): void {
    this.#readBytes += bytes
    this.#owed += bytes
    if (!this.#ended && this.#owed * 2 >= this.#options.windowBytes) this.#giveBack()
  }

  #giveBack(): void {
    const bytes = this.#owed
    this.#owed = 0
    this.#allowed += bytes
    this.#options.giveCredit(bytes)
  }

  #drop(): void {
    this.#blocks = []
    this.#heldBytes = 0
  }
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at])
}
