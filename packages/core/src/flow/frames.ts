import { ByteWriter } from '../bytes/byte-writer.js'
import { type OpenedRecord, recordHeadBytes } from './record.js'

// Stage 2. A record's plaintext is the sender's wall clock and its acknowledgement, then frames: kind (1 byte), length (2), body.
// What does not fit into one record travels in `part` frames and a `last` one, whose bodies joined are the kind and the body of
// the whole.

export const frameKind = {
  // Of the channel: these are not counted, and not sent again.
  hello: 1,
  ping: 2,
  goodbye: 3,
  rekey: 4,
  // Of the session: each whole one is counted, and sent again on the next channel until it is acknowledged.
  offer: 5,
  name: 6,
  message: 7,
  request: 8,
  reply: 9,
  reject: 10,
  cancel: 11,
  part: 12,
  last: 13,
  open: 14,
  data: 15,
  credit: 16,
  end: 17,
  reset: 18,
  head: 19,
  signed: 20,
  seal: 21,
} as const

/** Whether a whole frame belongs to the session, and so outlives its channel. */
export function isCounted(kind: number): boolean {
  return kind >= frameKind.offer
}

export const frameHeadBytes = 3

/** Appends one frame, whose body `write` writes. */
export function writeFrame(writer: ByteWriter, kind: number, write: (writer: ByteWriter) => void = () => {}): void {
  const start = writer.length
  writer.u8(kind)
  writer.u16(0)
  write(writer)
  writer.patchU16(start + 1, writer.length - start - frameHeadBytes)
}

/** One frame: `bytes` from `start` to `end` is its body. Valid until the reader moves on; its bytes stay. */
class Frame {
  declare protected readonly stage: 'frames'
  readonly ok = true
  kind = 0
  bytes: Uint8Array = new Uint8Array(0)
  start = 0
  end = 0
  /** When the sender began the record, by its own wall clock. */
  timestamp = 0
  /** Which of the session's envelopes it is, from 1 on; the flow counts. */
  sequence = 0
}

export type { Frame }

const malformed = { ok: false, code: 'FRAME_MALFORMED' } as const
const oversized = { ok: false, code: 'MESSAGE_OVERSIZED' } as const
export type FrameRefusal = typeof malformed | typeof oversized

/** Reads frame after frame, joining the parts of large ones across records. */
export class FrameReader {
  readonly #frame = new Frame()
  readonly #bodyBytesMax: number
  #plaintext: Uint8Array = new Uint8Array(0)
  #at = 0
  /** What came of a large frame so far: copied, since a part of one byte would hold on to its whole record. */
  #parts: ByteWriter | undefined
  /** How many of our envelopes the sender of the record had by then. */
  acknowledged = 0

  /** `bodyBytesMax` bounds what is kept of a large frame before its last part is here. */
  constructor(bodyBytesMax: number) {
    this.#bodyBytesMax = bodyBytesMax
  }

  /** Whether a large frame is under way. */
  get isJoining(): boolean {
    return this.#parts !== undefined
  }

  /** The channel is another one: a frame that was under way begins anew. */
  reset(): void {
    this.#parts = undefined
  }

  /** Begins with the next record; what was left of the one before is dropped. */
  enter(record: OpenedRecord): boolean {
    const { plaintext } = record
    if (plaintext.length < recordHeadBytes) return false
    this.#plaintext = plaintext
    this.#at = recordHeadBytes
    this.#frame.timestamp = readU48(plaintext, 0)
    this.acknowledged = readU48(plaintext, 6)
    return true
  }

  /** The next whole frame; undefined at the end of the record. */
  next(): Frame | FrameRefusal | undefined {
    const bytes = this.#plaintext
    while (this.#at < bytes.length) {
      const start = this.#at + frameHeadBytes
      if (start > bytes.length) return malformed
      const kind = bytes[this.#at]!
      const end = start + ((bytes[this.#at + 1]! << 8) | bytes[this.#at + 2]!)
      if (end > bytes.length) return malformed
      this.#at = end
      if (kind === frameKind.part || kind === frameKind.last) {
        this.#parts ??= new ByteWriter()
        if (this.#parts.length + end - start > this.#bodyBytesMax + 1) return oversized
        this.#parts.bytes(bytes.subarray(start, end))
        if (kind === frameKind.last) return this.#join(this.#parts)
        continue
      }
      return this.#yield(kind, bytes, start, end)
    }
    return undefined
  }

  #join(parts: ByteWriter): Frame | FrameRefusal {
    this.#parts = undefined
    const whole = parts.view()
    const kind = whole[0]
    if (kind === undefined || kind === frameKind.part || kind === frameKind.last) return malformed
    return this.#yield(kind, whole, 1, whole.length)
  }

  #yield(kind: number, bytes: Uint8Array, start: number, end: number): Frame {
    const frame = this.#frame
    frame.kind = kind
    frame.bytes = bytes
    frame.start = start
    frame.end = end
    return frame
  }
}

function readU48(bytes: Uint8Array, at: number): number {
  const high = (bytes[at]! << 8) | bytes[at + 1]!
  const low = ((bytes[at + 2]! << 24) | (bytes[at + 3]! << 16) | (bytes[at + 4]! << 8) | bytes[at + 5]!) >>> 0
  return high * 0x1_0000_0000 + low
}
