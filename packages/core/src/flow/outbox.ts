import { ByteWriter } from '../bytes/byte-writer.js'
import type { Env } from '../env/env.js'
import { createPromised, type Promised } from '../env/promised.js'
import { coreError } from '../errors.js'
import { Arrivals } from './arrivals.js'
import type { Carrier } from './carrier.js'
import { frameHeadBytes, frameKind, writeFrame } from './frames.js'
import { recordHeadBytes } from './record.js'
import { ResendBuffer } from './resend-buffer.js'
import type { WriterPool } from './writer-pool.js'

// The way out, stages 3 to 1 in one: a body is written straight into the open record, and the record is sealed at the end of the
// turn, or as soon as it is full. A lone message waits for nothing; a thousand in one turn share a few seals. What belongs to the
// session is kept until it is acknowledged, and waits here while there is no channel.

/** Frames in one record: bounds what one turn of the receiver works off. */
const recordFramesMax = 1_024

/** While there is no channel nobody knows what the next one carries: small enough for any. */
const detachedPlaintextMax = 32_752

/** From this size on a record is kept in the memory that it was written to: a copy costs more than what that wastes. */
const keptInPlaceBytesMin = 16_384

export interface OutboxOptions {
  readonly env: Env
  readonly writers: WriterPool
  readonly bodyBytesMax: number
  /** Unacknowledged bytes before no more is taken. Senders are asked to wait from half of it on. */
  readonly queueBytesMax: number
  /** How many envelopes have come from the other end: every record tells. */
  readonly received: () => number
  /** The record counter of the channel is used up. */
  readonly exhausted: () => void
}

/** Coalesces what one turn sends to one peer into records. */
export class Outbox {
  readonly #options: OutboxOptions
  readonly #kept: ResendBuffer
  #carrier: Carrier | undefined
  #plaintextMax = detachedPlaintextMax
  #record: ByteWriter | undefined
  /** Where the open frame starts; -1 while there is none. */
  #frameStart = -1
  #frames = 0
  /** The open record's memory stays with what is kept. */
  #isKeptInPlace = false
  #deferred = false
  #isAsking = false
  #closed = false
  /** The other end should hear from us by the end of the turn, be it nothing but the acknowledgement. */
  #owesRecord = false
  /** Since when senders wait with nothing acknowledged. */
  #waitingSinceMs: number | undefined
  #blockedSinceMs: number | undefined
  #drained: Promised<void> | undefined
  readonly #arrivals = new Arrivals()
  bytesSent = 0
  recordsSent = 0

  constructor(options: OutboxOptions) {
    this.#options = options
    this.#kept = new ResendBuffer(options.writers)
  }

  /** Whether so much waits to be acknowledged that no more is taken. */
  get isFull(): boolean {
    return this.#kept.bytes >= this.#options.queueBytesMax
  }

  /** Whether it is twice that: what must be said all the same, such as refusals, has its end, too. */
  get isOverrun(): boolean {
    return this.#kept.bytes >= 2 * this.#options.queueBytesMax
  }

  /** Envelopes that the other end has acknowledged. */
  get acknowledged(): number {
    return this.#kept.acknowledged
  }

  /** Whether senders should wait: for the link, or for the other end to acknowledge. */
  get isBlocked(): boolean {
    return this.#waitingSinceMs !== undefined
  }

  /** Envelopes that the other end has not acknowledged. */
  get unacknowledged(): number {
    return this.#kept.sent - this.#kept.acknowledged
  }

  /** How long senders have been waiting without a sign that anything arrives; 0 where they do not wait. */
  stuckMs(nowMs: number): number {
    return this.#waitingSinceMs === undefined ? 0 : nowMs - this.#waitingSinceMs
  }

  /** How long senders have been asked to wait, whatever arrives meanwhile; 0 where they are not. */
  blockedMs(nowMs: number): number {
    return this.#blockedSinceMs === undefined ? 0 : nowMs - this.#blockedSinceMs
  }

  /** Counts that time from now on. */
  forgive(nowMs: number): void {
    if (this.#waitingSinceMs !== undefined) this.#waitingSinceMs = nowMs
  }

  /**
   * Goes on over another channel: first all that the other end has not got, of which it has `received`, or had when it claimed
   * to: what it acknowledged since then it has, too. False where it cannot have so many.
   */
  carryBy(carrier: Carrier, received: number): boolean {
    if (!this.#kept.acknowledge(received)) return false
    this.#arrivals.reach(this.#kept.acknowledged)
    this.detach()
    this.#carrier = carrier
    this.#plaintextMax = carrier.plaintextMax
    // While there was no link the other end could acknowledge nothing.
    this.forgive(this.#options.env.monotonicMs())
    this.#sendAgain()
    this.#weigh()
    return true
  }

  /** The channel is gone; what is sent from now on waits for the next. */
  detach(): void {
    this.#keepOpen()
    this.#carrier = undefined
    this.#plaintextMax = detachedPlaintextMax
    this.#sealOpen()
    this.#weigh()
  }

  /** The other end has so many of our envelopes. False where they were never sent. */
  acknowledge(received: number): boolean {
    const before = this.#kept.acknowledged
    if (!this.#kept.acknowledge(received)) return false
    if (this.#kept.acknowledged !== before) this.#progressed()
    return true
  }

  /** Calls back once the other end has all that was queued so far; never where this closes before. */
  whenArrived(arrived: () => void): void {
    this.#arrivals.await(this.#kept.sent + this.#frames, arrived)
  }

  /** Opens a frame of the session: write its body, then `commit` or `rollback` in the same turn. */
  begin(kind: number): ByteWriter {
    this.assertClosed()
    if (this.#closed) return new ByteWriter()
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

  /** Sends a frame of the channel now, in a record of its own behind what is queued. Without a channel it is dropped. */
  sendControl(kind: number, write: (writer: ByteWriter) => void = () => {}): void {
    this.assertClosed()
    this.flush()
    if (this.#carrier === undefined || this.#closed) return
    writeFrame(this.#open(), kind, write)
    this.#sealOpen()
  }

  /** Lets the other end know by the end of the turn what has come. */
  tell(): void {
    this.#owesRecord = true
    this.#deferFlush()
  }

  /** Undefined while more may be sent; else the promise of room. */
  blocked(): Promise<void> | undefined {
    if (!this.isBlocked) return undefined
    this.#drained ??= createPromised<void>()
    return this.#drained.promise
  }

  /** The link fell below its high-water mark. */
  drain(): void {
    if (this.#carrier === undefined) return
    this.#carrier.isBlocked = false
    this.#weigh()
  }

  /** Seals what is queued and hands it to the link now. */
  flush(): void {
    if (this.#record === undefined) {
      if (!this.#owesRecord || this.#carrier === undefined) return
      this.#open()
    }
    this.#keepOpen()
    this.#sealOpen()
    this.#weigh()
  }

  /** Flushes, and takes nothing more. Whoever waits is told that what waits with them is lost. */
  close(reason: unknown): void {
    this.flush()
    this.#closed = true
    this.#carrier = undefined
    this.#kept.clear()
    this.#arrivals.clear()
    this.#drained?.reject(reason)
    this.#drained = undefined
    this.#waitingSinceMs = undefined
  }

  #open(): ByteWriter {
    const { writers, env, received } = this.#options
    const writer = writers.take()
    writer.u48(env.wallMs())
    writer.u48(received())
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

  /** What the open record holds may have to be sent again. */
  #keepOpen(): void {
    const writer = this.#record
    if (this.#frames === 0 || writer === undefined) return
    this.#isKeptInPlace = writer.length >= keptInPlaceBytesMin
    if (this.#isKeptInPlace) this.#kept.keepIn(writer, recordHeadBytes, this.#frames)
    else this.#kept.keep(writer.slice(recordHeadBytes), this.#frames)
    this.#frames = 0
  }

  /** The open record leaves, where there is a channel for it. */
  #sealOpen(): void {
    const writer = this.#record
    if (writer === undefined) return
    this.#record = undefined
    // What was taken back leaves nothing to say.
    const plaintext = writer.length > recordHeadBytes || this.#owesRecord ? writer.view() : undefined
    const isKept = this.#isKeptInPlace
    this.#isKeptInPlace = false
    if (plaintext !== undefined) this.#seal(plaintext)
    if (!isKept) this.#options.writers.give(writer)
  }

  /** The open frame does not fit behind the others: it goes into the next record, in parts where it is larger than one. */
  #overflow(writer: ByteWriter, start: number): void {
    const frame = writer.slice(start)
    writer.length = start
    this.flush()
    if (recordHeadBytes + frame.length <= this.#plaintextMax) {
      const next = this.#open()
      next.bytes(frame)
      next.patchU16(recordHeadBytes + 1, frame.length - frameHeadBytes)
      this.#frames += 1
      return
    }
    // The kind moves next to the body: that is how the whole is kept, and what its parts joined are.
    frame[frameHeadBytes - 1] = frame[0]!
    const whole = frame.subarray(frameHeadBytes - 1)
    this.#kept.keepWhole(whole)
    this.#sealParts(whole)
    this.#weigh()
  }

  /** Records full of one frame: `whole` is its kind and its body. */
  #sealParts(whole: Uint8Array): void {
    const partBytes = this.#plaintextMax - recordHeadBytes - frameHeadBytes
    for (let at = 0; at < whole.length && this.#carrier !== undefined; at += partBytes) {
      const kind = at + partBytes >= whole.length ? frameKind.last : frameKind.part
      writeFrame(this.#open(), kind, (writer) => writer.bytes(whole.subarray(at, at + partBytes)))
      this.#sealOpen()
    }
  }

  /** All that is not acknowledged, in records of this channel's size. It is kept already. */
  #sendAgain(): void {
    let frames = 0
    for (const { kind, body } of this.#kept.unacknowledged()) {
      const bytes = frameHeadBytes + body.length
      if (frames === recordFramesMax || (this.#record?.length ?? 0) + bytes > this.#plaintextMax) {
        this.#sealOpen()
        frames = 0
      }
      if (recordHeadBytes + bytes > this.#plaintextMax) {
        this.#sealParts(wholeOf(kind, body))
      } else {
        writeFrame(this.#record ?? this.#open(), kind, (writer) => writer.bytes(body))
        frames += 1
      }
    }
    this.#sealOpen()
  }

  #seal(plaintext: Uint8Array): void {
    const carrier = this.#carrier
    if (carrier === undefined) return
    const sealedBytes = carrier.seal(plaintext)
    if (sealedBytes === undefined) {
      // Dropped first: whoever is told will want to say goodbye.
      this.#carrier = undefined
      return this.#options.exhausted()
    }
    this.#owesRecord = false
    this.bytesSent += sealedBytes
    this.recordsSent += 1
    if (!carrier.isRekeyDue()) return
    // The last record under the old key says so.
    this.sendControl(frameKind.rekey)
    carrier.rekey()
  }

  #progressed(): void {
    this.#arrivals.reach(this.#kept.acknowledged)
    this.forgive(this.#options.env.monotonicMs())
    this.#weigh()
    // What was sent since it was asked would wait until it tells by itself.
    if (this.#waitingSinceMs !== undefined && this.#kept.bytes >= this.#options.queueBytesMax / 4) this.#ask()
  }

  /** Decides whether senders wait. They are let go only when half of what held them is gone, or they would be held at once. */
  #weigh(): void {
    if (this.#closed) return
    const { queueBytesMax, env } = this.#options
    const isLinkFull = this.#carrier?.isBlocked === true
    if (this.#waitingSinceMs === undefined) {
      const isHeavy = this.#kept.bytes >= queueBytesMax / 2
      if (!isLinkFull && !isHeavy) return
      this.#waitingSinceMs = env.monotonicMs()
      this.#blockedSinceMs = this.#waitingSinceMs
      // The other end need not tell what has come until it is asked.
      if (isHeavy) this.#ask()
    } else if (!isLinkFull && this.#kept.bytes < queueBytesMax / 4) {
      this.#waitingSinceMs = undefined
      this.#blockedSinceMs = undefined
      this.#drained?.resolve()
      this.#drained = undefined
    }
  }

  #ask(): void {
    if (this.#isAsking) return
    this.#isAsking = true
    this.#options.env.defer(() => {
      this.#isAsking = false
      this.sendControl(frameKind.ping)
    })
  }
}

function wholeOf(kind: number, body: Uint8Array): Uint8Array {
  const whole = new Uint8Array(1 + body.length)
  whole[0] = kind
  whole.set(body, 1)
  return whole
}

export function oversized(bytes: number, bytesMax: number) {
  return coreError('MESSAGE_OVERSIZED', { detail: `${bytes} bytes, at most ${bytesMax}`, details: { bytes, bytesMax } })
}
