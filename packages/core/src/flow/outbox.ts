import { ByteWriter } from '../bytes/byte-writer.js'
import type { Env } from '../env/env.js'
import { coreError } from '../errors.js'
import type { CipherState } from '../noise/cipher-state.js'
import type { Link } from '../transport/transport.js'
import { frameHeadBytes, frameKind } from './frames.js'
import { plaintextBytesMax, sealRecord, tagBytes, timestampBytes } from './record.js'

// The way out, stages 3 to 1 in one: a body is written straight into the open record, and the record is sealed at the end of the
// turn, or as soon as it is full. A lone message waits for nothing; a thousand in one turn share a few seals.

/** Memory doubles as it grows: this holds a full record and the frame that did not fit into it. */
const writerBytesMax = 65_536

/** Frames in one record: bounds what one turn of the receiver works off. */
const recordFramesMax = 1_024

/** Plaintext memory, lent to whoever has a record open: an idle session holds none. */
export class WriterPool {
  readonly #idle: ByteWriter[] = []

  take(): ByteWriter {
    return this.#idle.pop() ?? new ByteWriter({ capacityBytes: 4_096, keepBytesMax: writerBytesMax })
  }

  give(writer: ByteWriter): void {
    writer.clear()
    if (this.#idle.length < 64) this.#idle.push(writer)
  }
}

export interface OutboxOptions {
  readonly link: Link
  readonly cipher: CipherState
  readonly env: Env
  readonly writers: WriterPool
  readonly bodyBytesMax: number
  readonly queueBytesMax: number
  /** The record counter is used up. */
  readonly exhausted: () => void
}

/** Coalesces what one turn sends to one peer into records. */
export class Outbox {
  readonly #options: OutboxOptions
  readonly #plaintextMax: number
  #record: ByteWriter | undefined
  /** Where the open frame starts; -1 while there is none. */
  #frameStart = -1
  #frames = 0
  #deferred = false
  #closed = false
  #isBlocked = false
  /** What had been sent when the link went above its mark, and when that was; once that much has left, both are of now. */
  #mark = { sentBytes: 0, atMs: 0 }
  #drained: Gate | undefined
  bytesSent = 0

  constructor(options: OutboxOptions) {
    this.#options = options
    this.#plaintextMax = Math.min(plaintextBytesMax, options.link.capabilities.frameBytesMax - tagBytes)
  }

  /** Above this, nothing more should be queued. */
  get isFull(): boolean {
    return this.#options.link.queuedBytes > this.#options.queueBytesMax
  }

  /** Whether the link is above its high-water mark. */
  get isBlocked(): boolean {
    return this.#isBlocked
  }

  /** How long what waited, when the link went above its mark or last had shed as much, has waited since; 0 below the mark. */
  stuckMs(nowMs: number): number {
    if (!this.#isBlocked) return 0
    const leftBytes = this.bytesSent - this.#options.link.queuedBytes
    if (leftBytes >= this.#mark.sentBytes) this.#mark = { sentBytes: this.bytesSent, atMs: nowMs }
    return nowMs - this.#mark.atMs
  }

  /** Counts that time from now on. */
  forgive(nowMs: number): void {
    this.#mark = { ...this.#mark, atMs: nowMs }
  }

  /** Opens a frame: write its body, then `commit` or `rollback` in the same turn. */
  begin(kind: number): ByteWriter {
    this.assertClosed()
    const writer = this.#record ?? this.#open()
    this.#frameStart = writer.length
    writer.u8(kind)
    writer.u16(0)
    return writer
  }

  /** Throws a TypeError while a frame is open. */
  assertClosed(): void {
    if (this.#frameStart >= 0) throw new TypeError('a payload must not send messages while it is encoded')
  }

  /** Takes back the open frame. */
  rollback(): void {
    if (this.#record !== undefined && this.#frameStart >= 0) this.#record.length = this.#frameStart
    this.#frameStart = -1
  }

  /** Queues the open frame. Throws where it is larger than a message may be. */
  commit(): void {
    const writer = this.#record
    const start = this.#frameStart
    if (writer === undefined || start < 0) return
    const bodyBytes = writer.length - start - frameHeadBytes
    if (writer.length <= this.#plaintextMax) {
      writer.patchU16(start + 1, bodyBytes)
      this.#frames += 1
      this.#frameStart = -1
    } else {
      if (bodyBytes > this.#options.bodyBytesMax) {
        this.rollback()
        throw oversized(bodyBytes, this.#options.bodyBytesMax)
      }
      this.#frameStart = -1
      this.#overflow(writer, start)
    }
    if (this.#frames >= recordFramesMax) this.flush()
    else this.#deferFlush()
  }

  /** Undefined while the link takes more; else the promise of its drain. */
  blocked(): Promise<void> | undefined {
    if (!this.#isBlocked) return undefined
    this.#drained ??= gate()
    return this.#drained.opened
  }

  /** The link fell below its high-water mark: whoever waited goes on. */
  drain(): void {
    this.#isBlocked = false
    this.#drained?.open()
    this.#drained = undefined
  }

  /** Seals what is queued and hands it to the link now. */
  flush(): void {
    const writer = this.#record
    if (writer === undefined) return
    this.#record = undefined
    this.#frames = 0
    if (writer.length > timestampBytes && !this.#closed) this.#seal(writer.view())
    this.#options.writers.give(writer)
  }

  /** Flushes, and takes nothing more. Whoever waits is told that what waits with them is lost. */
  close(reason: unknown): void {
    this.flush()
    this.#closed = true
    this.#drained?.shut(reason)
    this.#drained = undefined
    this.#isBlocked = false
  }

  #open(): ByteWriter {
    const writer = this.#options.writers.take()
    writer.u48(this.#options.env.wallMs())
    this.#record = writer
    return writer
  }

  #deferFlush(): void {
    if (this.#deferred) return
    this.#deferred = true
    this.#options.env.defer(() => {
      this.#deferred = false
      this.flush()
    })
  }

  /** The open frame does not fit behind the others: it goes into the next record, in parts where it is larger than one. */
  #overflow(writer: ByteWriter, start: number): void {
    const frame = writer.slice(start)
    writer.length = start
    this.flush()
    if (timestampBytes + frame.length <= this.#plaintextMax) {
      this.#append(frame[0]!, frame.subarray(frameHeadBytes))
      return
    }
    // A part's bodies joined are the kind and the body of the whole: the kind moves next to the body.
    frame[frameHeadBytes - 1] = frame[0]!
    const whole = frame.subarray(frameHeadBytes - 1)
    const partBytes = this.#plaintextMax - timestampBytes - frameHeadBytes
    for (let at = 0; at < whole.length; at += partBytes) {
      const isLast = at + partBytes >= whole.length
      this.#append(isLast ? frameKind.last : frameKind.part, whole.subarray(at, at + partBytes))
      if (!isLast) this.flush()
    }
  }

  #append(kind: number, body: Uint8Array): void {
    const writer = this.#record ?? this.#open()
    writer.u8(kind)
    writer.u16(body.length)
    writer.bytes(body)
    this.#frames += 1
  }

  #seal(plaintext: Uint8Array): void {
    const { cipher, link, env, exhausted } = this.#options
    const sealed = sealRecord(cipher, plaintext)
    if (sealed === undefined) {
      // Closed first: whoever is told will want to say goodbye.
      this.#closed = true
      return exhausted()
    }
    this.bytesSent += sealed.length
    if (link.send(sealed) || this.#isBlocked) return
    this.#isBlocked = true
    this.#mark = { sentBytes: this.bytesSent, atMs: env.monotonicMs() }
  }
}

interface Gate {
  readonly opened: Promise<void>
  readonly open: () => void
  readonly shut: (reason: unknown) => void
}

function gate(): Gate {
  let open = (): void => {}
  let shut = (_reason: unknown): void => {}
  const opened = new Promise<void>((resolve, reject) => {
    open = resolve
    shut = reject
  })
  // Whoever sends and does not wait learns of the end by the event alone.
  opened.catch(() => {})
  return { opened, open, shut }
}

export function oversized(bytes: number, bytesMax: number) {
  return coreError('MESSAGE_OVERSIZED', { detail: `${bytes} bytes, at most ${bytesMax}`, details: { bytes, bytesMax } })
}
