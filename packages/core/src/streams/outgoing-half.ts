import type { Sha256 } from '../crypto/crypto-provider.js'
import { createPromised, type Promised } from '../env/promised.js'
import type { RondoError } from '../rondo-error.js'

// The half of a stream that this end writes. Small writes gather in one chunk's worth of memory, large ones are cut into views and
// never copied here. Credit bounds what goes out, and tells what was taken: it is given back and never given away.

/** A write that credit did not let out whole. */
interface Write {
  readonly bytes: Uint8Array
  sent: number
  readonly done: Promised<void>
  next: Write | undefined
}

/**
 * open: the program may write. ending: it may not, bytes are left. ended: the end is sent. taken: the other end has taken all.
 * failed: nothing goes out any more.
 */
type State = 'open' | 'ending' | 'ended' | 'taken' | 'failed'

export interface OutgoingHalfOptions {
  readonly sha256: Sha256
  readonly chunkBytesMax: number
  /** There is something to send now. */
  readonly wake: () => void
  /** There will be at the end of this turn: `flush` then. */
  readonly linger: () => void
}

export interface End {
  readonly totalBytes: number
  readonly digest: Uint8Array
}

const nothing = Promise.resolve()

export class OutgoingHalf {
  readonly #options: OutgoingHalfOptions
  readonly #done = createPromised<void>()
  #state: State = 'open'
  #failure: RondoError | undefined
  /** What may still be sent, gathered bytes included. */
  #credit = 0
  #sentBytes = 0
  #takenBytes = 0
  #first: Write | undefined
  #last: Write | undefined
  #gathered: Uint8Array | undefined
  #gatheredBytes = 0
  #flushing = false

  constructor(options: OutgoingHalfOptions) {
    this.#options = options
  }

  get bytesWritten(): number {
    return this.#sentBytes + this.#gatheredBytes
  }

  get bytesTaken(): number {
    return this.#takenBytes
  }

  /** The end is sent. */
  get isEnded(): boolean {
    return this.#state === 'ended' || this.#state === 'taken'
  }

  /** The other end has taken everything. */
  get isTaken(): boolean {
    return this.#state === 'taken'
  }

  /** Whether `next` or `takeEnd` has something. */
  get isReady(): boolean {
    if (this.#state !== 'open' && this.#state !== 'ending') return false
    if (this.#first !== undefined) return this.#credit > 0
    const whole = this.#gatheredBytes >= this.#options.chunkBytesMax
    return whole || this.#state === 'ending' || (this.#flushing && this.#gatheredBytes > 0)
  }

  write(bytes: Uint8Array): Promise<void> {
    if (this.#failure !== undefined) return rejected(this.#failure)
    if (this.#state !== 'open') return Promise.reject(new TypeError('the stream’s writing half has ended'))
    if (this.#first === undefined && this.#gather(bytes)) {
      if (this.isReady) this.#options.wake()
      else if (bytes.length > 0) this.#options.linger()
      return nothing
    }
    const write: Write = { bytes, sent: 0, done: createPromised(), next: undefined }
    if (this.#last === undefined) this.#first = write
    else this.#last.next = write
    this.#last = write
    if (this.isReady) this.#options.wake()
    return write.done.promise
  }

  end(): Promise<void> {
    if (this.#state === 'open') {
      this.#state = 'ending'
      if (this.isReady) this.#options.wake()
    }
    return this.#done.promise
  }

  /** What lingers goes out as it is. */
  flush(): void {
    if (this.#gatheredBytes === 0) return
    this.#flushing = true
    if (this.isReady) this.#options.wake()
  }

  /** The next chunk, valid until the next call. */
  next(): Uint8Array | undefined {
    this.#absorb()
    const size = Math.min(this.#options.chunkBytesMax, this.#credit)
    if (!this.isReady || size === 0) return undefined
    const chunk = this.#gatheredBytes > 0 ? this.#fill(size) : this.#cut(size)
    if (chunk === undefined) return undefined
    this.#credit -= chunk.length
    this.#sentBytes += chunk.length
    this.#options.sha256.update(chunk)
    return chunk
  }

  /** Once, when everything else has left. */
  takeEnd(): End | undefined {
    if (this.#state !== 'ending' || this.bytesWritten !== this.#sentBytes || this.#first !== undefined) return undefined
    this.#state = 'ended'
    this.#gathered = undefined
    return { totalBytes: this.#sentBytes, digest: this.#options.sha256.digest() }
  }

  /** What the other end lets come before it has taken any. */
  begin(creditBytes: number): void {
    this.#credit = creditBytes
    this.#absorb()
    if (this.isReady) this.#options.wake()
  }

  /** Bytes that the other end took; 0 when it took all. False where that cannot be. */
  credit(bytes: number): boolean {
    if (bytes === 0) return this.#finish()
    if (this.#takenBytes + bytes > this.#sentBytes || this.#state === 'taken') return false
    this.#takenBytes += bytes
    this.#credit += bytes
    this.#absorb()
    if (this.isReady) this.#options.wake()
    return true
  }

  fail(failure: RondoError): void {
    if (this.#state === 'taken' || this.#state === 'failed') return
    this.#state = 'failed'
    this.#failure = failure
    for (let write = this.#first; write !== undefined; write = write.next) write.done.reject(failure)
    this.#first = undefined
    this.#last = undefined
    this.#gathered = undefined
    this.#done.reject(failure)
  }

  /** The other end reads nothing more, which is no failure where nothing was written. */
  dismiss(failure: RondoError): void {
    if (this.#first === undefined && this.bytesWritten === 0) this.#done.resolve()
    this.fail(failure)
  }

  #finish(): boolean {
    if (this.#state !== 'ended') return false
    this.#state = 'taken'
    this.#takenBytes = this.#sentBytes
    this.#done.resolve()
    return true
  }

  /** Takes a small write in where there is room and credit for the whole of it: its memory is the caller's again. */
  #gather(bytes: Uint8Array, from = 0): boolean {
    const length = bytes.length - from
    const { chunkBytesMax } = this.#options
    const total = this.#gatheredBytes + length
    if (length === 0) return true
    if (total > chunkBytesMax || total > this.#credit || length === chunkBytesMax) return false
    this.#gathered ??= new Uint8Array(chunkBytesMax)
    this.#gathered.set(from === 0 ? bytes : bytes.subarray(from), this.#gatheredBytes)
    this.#gatheredBytes = total
    return true
  }

  /** A chunk out of gathered bytes, filled up from the writes behind them. */
  #fill(size: number): Uint8Array | undefined {
    const gathered = this.#gathered
    if (gathered === undefined) return undefined
    let length = this.#gatheredBytes
    for (let write = this.#first; write !== undefined && length < size; write = this.#first) {
      const part = write.bytes.subarray(write.sent, write.sent + size - length)
      gathered.set(part, length)
      length += part.length
      this.#advance(write, part.length)
    }
    this.#gatheredBytes = 0
    // A stream that writes little at a time holds no memory in between.
    if (this.#flushing) this.#gathered = undefined
    this.#flushing = false
    return gathered.subarray(0, length)
  }

  /** A chunk that is a view of the first write. */
  #cut(size: number): Uint8Array | undefined {
    const write = this.#first
    if (write === undefined) return undefined
    const chunk = write.bytes.subarray(write.sent, write.sent + size)
    this.#advance(write, chunk.length)
    return chunk
  }

  #advance(write: Write, bytes: number): void {
    write.sent += bytes
    if (write.sent < write.bytes.length) return
    this.#first = write.next
    if (this.#first === undefined) this.#last = undefined
    write.done.resolve()
  }

  /** Gathers the waiting writes that have become small enough. */
  #absorb(): void {
    const before = this.#gatheredBytes
    for (let write = this.#first; write !== undefined; write = this.#first) {
      if (!this.#gather(write.bytes, write.sent)) break
      this.#advance(write, write.bytes.length - write.sent)
    }
    // Asked when all that could be is gathered: a write that still waits would have made it look ready.
    if (this.#gatheredBytes > before && !this.isReady) this.#options.linger()
  }
}

/** For a caller that may not look at it. */
function rejected(failure: RondoError): Promise<never> {
  const promise = Promise.reject(failure)
  promise.catch(() => {})
  return promise
}
