import type { CloseReason, Link, LinkCapabilities, LinkReceiver } from '../src/transport/transport.js'

export const capableOf: LinkCapabilities = { ordered: true, reliable: true, frameBytesMax: 65_535 }

/** One end of a link, by hand: what it sends is kept, what it receives the test delivers. */
export class FakeLink implements Link {
  readonly remote: Link['remote']
  readonly capabilities: LinkCapabilities
  readonly binding?: Uint8Array
  readonly sent: Uint8Array[] = []
  /** What `send` answers while the link is open. */
  takesMore = true
  /** What was sent while it did not take more, until it drains. */
  queuedBytes = 0
  isPaused = false
  pauses = 0
  closedWith: CloseReason | undefined
  /** Where frames and the end go, if anywhere. */
  carry: (frame: Uint8Array) => void = () => {}
  hangUp: (reason: CloseReason) => void = () => {}
  readonly #waiting: Uint8Array[] = []
  #receiver: LinkReceiver | undefined

  constructor(
    options: {
      readonly capabilities?: Partial<LinkCapabilities>
      readonly binding?: Uint8Array
      readonly remote?: Link['remote']
    } = {},
  ) {
    this.capabilities = { ...capableOf, ...options.capabilities }
    this.remote = options.remote ?? {}
    if (options.binding !== undefined) this.binding = options.binding
  }

  attach(receiver: LinkReceiver): void {
    if (this.#receiver !== undefined) throw new TypeError('attached twice')
    this.#receiver = receiver
    this.#release()
  }

  send(frame: Uint8Array): boolean {
    if (this.closedWith !== undefined) return false
    if (frame.length > this.capabilities.frameBytesMax) throw new TypeError(`a frame of ${frame.length} bytes`)
    this.sent.push(frame)
    if (!this.takesMore) this.queuedBytes += frame.length
    this.carry(frame)
    return this.takesMore
  }

  pause(): void {
    this.isPaused = true
    this.pauses += 1
  }

  resume(): void {
    this.isPaused = false
    this.#release()
  }

  async close(reason: CloseReason = { code: 'LINK_CLOSED' }): Promise<void> {
    if (this.closedWith !== undefined) return
    this.end(reason)
    this.hangUp(reason)
  }

  /** A frame comes in: at once, or when the link is read again. */
  deliver(frame: Uint8Array): void {
    if (this.closedWith !== undefined) return
    this.#waiting.push(frame)
    this.#release()
  }

  drain(): void {
    this.takesMore = true
    this.queuedBytes = 0
    this.#receiver?.drain()
  }

  /** The medium ended the link. */
  end(reason: CloseReason): void {
    if (this.closedWith !== undefined) return
    this.closedWith = reason
    this.#receiver?.closed(reason)
  }

  #release(): void {
    while (!this.isPaused && this.closedWith === undefined && this.#receiver !== undefined) {
      const frame = this.#waiting.shift()
      if (frame === undefined) return
      this.#receiver.frame(frame)
    }
  }
}
