import type { ByteWriter } from '../bytes/byte-writer.js'
import { frameHeadBytes } from './frames.js'
import type { WriterPool } from './writer-pool.js'

// What this end has sent and the other has not acknowledged: it is sent again, in order, when the session comes to another
// channel. Envelopes are counted from 0 on; an acknowledgement names how many have come.

/**
 * What one entry takes beside its bytes, here and in the link's own queue: 75,000 messages of 8 bytes, one a turn, to a peer that read
 * nothing took 28 MB of heap and counted as 1 MiB.
 */
const entryBytes = 384

/** Frames of one record, or one frame that is larger than a record. */
interface Kept {
  readonly first: number
  readonly count: number
  readonly bytes: Uint8Array
  /** Whose memory the bytes are, where they are only lent. */
  readonly writer: ByteWriter | undefined
  /** The kind and the body of a single frame, whose length two bytes cannot say. */
  readonly isWhole: boolean
}

export interface KeptFrame {
  readonly kind: number
  readonly body: Uint8Array
}

export class ResendBuffer {
  readonly #writers: WriterPool
  /** In order; those before `#oldest` are gone. */
  #kept: (Kept | undefined)[] = []
  #oldest = 0
  #sent = 0
  #acknowledged = 0
  #bytes = 0

  constructor(writers: WriterPool) {
    this.#writers = writers
  }

  /** Envelopes kept or acknowledged so far. */
  get sent(): number {
    return this.#sent
  }

  get acknowledged(): number {
    return this.#acknowledged
  }

  /** What is kept, and what keeping it takes. */
  get bytes(): number {
    return this.#bytes + (this.#kept.length - this.#oldest) * entryBytes
  }

  /** Takes the bytes over: a whole number of frames, `count` of them. */
  keep(bytes: Uint8Array, count: number): void {
    this.#add({ first: this.#sent, count, bytes, writer: undefined, isWhole: false })
  }

  /** The same for what the writer holds from `start` on: it goes back to the pool when nobody needs the bytes any more. */
  keepIn(writer: ByteWriter, start: number, count: number): void {
    this.#add({ first: this.#sent, count, bytes: writer.view(start), writer, isWhole: false })
  }

  /** The same for one frame by itself: its kind, then its body. */
  keepWhole(bytes: Uint8Array): void {
    this.#add({ first: this.#sent, count: 1, bytes, writer: undefined, isWhole: true })
  }

  /** Forgets what has come to the other end. False where that was never sent. */
  acknowledge(received: number): boolean {
    if (received > this.#sent) return false
    // Records of an earlier channel may name less than is known by now.
    if (received <= this.#acknowledged) return true
    this.#acknowledged = received
    for (let kept = this.#kept[this.#oldest]; kept !== undefined; kept = this.#kept[this.#oldest]) {
      if (kept.first + kept.count > received) break
      this.#bytes -= kept.bytes.length
      if (kept.writer !== undefined) this.#writers.give(kept.writer)
      this.#kept[this.#oldest] = undefined
      this.#oldest += 1
    }
    if (this.#oldest > 64 && this.#oldest * 2 > this.#kept.length) {
      this.#kept = this.#kept.slice(this.#oldest)
      this.#oldest = 0
    }
    return true
  }

  /** What is not acknowledged, frame by frame, oldest first. */
  *unacknowledged(): Generator<KeptFrame, void> {
    for (const kept of this.#kept.slice(this.#oldest)) {
      if (kept === undefined) continue
      let sequence = kept.first
      for (const frame of framesOf(kept)) {
        if (sequence >= this.#acknowledged) yield frame
        sequence += 1
      }
    }
  }

  /** The session is over. */
  clear(): void {
    this.#kept = []
    this.#oldest = 0
    this.#bytes = 0
  }

  #add(kept: Kept): void {
    this.#kept.push(kept)
    this.#sent += kept.count
    this.#bytes += kept.bytes.length
  }
}

function* framesOf({ bytes, isWhole }: Kept): Generator<KeptFrame, void> {
  if (isWhole) return yield { kind: bytes[0]!, body: bytes.subarray(1) }
  for (let at = 0; at < bytes.length; ) {
    const bodyAt = at + frameHeadBytes
    const end = bodyAt + ((bytes[at + 1]! << 8) | bytes[at + 2]!)
    yield { kind: bytes[at]!, body: bytes.subarray(bodyAt, end) }
    at = end
  }
}
