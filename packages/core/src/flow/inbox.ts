import type { MessageEnvelope } from './envelope.js'

// Messages that came and may not be handled yet, because handlers are at work or the signature of one of them is still to come: in
// order, and bounded. Answers and acknowledgements pass them by, since a handler may wait for just those.

export interface InboxLimits {
  readonly inboxMessagesMax: number
  readonly inboxBytesMax: number
}

/** What may come before a seal, whatever the limits: its sender does not know them. */
const sealBehindMax = 16_384
const sealBehindBytesMax = 33_554_432

/** A payload is a view of its record, and holds on to all of it: what shares one costs it once. */
const memoryOf = (envelope: MessageEnvelope | undefined): ArrayBufferLike | undefined => envelope?.payload.buffer

export class Inbox {
  readonly #limits: InboxLimits
  #waiting: MessageEnvelope[] = []
  #next = 0
  #bytes = 0

  constructor(limits: InboxLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#waiting.length - this.#next
  }

  /** Whether the link should not be read. */
  get isFull(): boolean {
    return this.size >= this.#limits.inboxMessagesMax || this.#bytes >= this.#limits.inboxBytesMax
  }

  /** The next one that may be handled. One without a verdict holds up all behind it. */
  get isReady(): boolean {
    const next = this.#waiting[this.#next]
    return next !== undefined && (next.signed === undefined || next.signed.verdict !== undefined)
  }

  /** Whether what is next waits for the other end: then reading on is the only way. */
  get awaitsSeal(): boolean {
    return this.#waiting[this.#next]?.signed?.isSealed === false
  }

  /** Whether it holds more than waiting for a seal can explain. */
  get isOverrun(): boolean {
    const { inboxMessagesMax, inboxBytesMax } = this.#limits
    return this.size >= inboxMessagesMax + sealBehindMax || this.#bytes >= inboxBytesMax + sealBehindBytesMax
  }

  push(envelope: MessageEnvelope): void {
    if (memoryOf(this.#waiting.at(-1)) !== memoryOf(envelope)) this.#bytes += envelope.payload.buffer.byteLength
    this.#waiting.push(envelope)
  }

  shift(): MessageEnvelope | undefined {
    const envelope = this.#waiting[this.#next]
    if (envelope === undefined) return undefined
    this.#next += 1
    if (memoryOf(this.#waiting[this.#next]) !== memoryOf(envelope)) this.#bytes -= envelope.payload.buffer.byteLength
    if (this.#next * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#next)
      this.#next = 0
    }
    return envelope
  }
}
