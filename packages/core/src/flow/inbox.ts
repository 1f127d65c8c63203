import type { MessageEnvelope } from './envelope.js'

// Messages that came and may not be handled yet, because handlers are at work: in order, and bounded. Answers and
// acknowledgements pass them by, since a handler may wait for just those.

export interface InboxLimits {
  readonly inboxMessagesMax: number
  readonly inboxBytesMax: number
}

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

  push(envelope: MessageEnvelope): void {
    this.#waiting.push(envelope)
    this.#bytes += envelope.payload.length
  }

  shift(): MessageEnvelope | undefined {
    const envelope = this.#waiting[this.#next]
    if (envelope === undefined) return undefined
    this.#next += 1
    this.#bytes -= envelope.payload.length
    if (this.#next * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#next)
      this.#next = 0
    }
    return envelope
  }
}
