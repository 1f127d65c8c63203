import type { Channel } from '../flow/channel.js'
import type { CloseReason, LinkReceiver } from '../transport/transport.js'

/** What a channel reports, to the session that it bears. */
export interface PathOwner {
  frame(path: Path, bytes: Uint8Array): void
  drain(path: Path): void
  closed(path: Path, reason: CloseReason): void
}

/** The channel that bears a session, until another does: what an earlier one still brings can be told apart. */
export class Path implements LinkReceiver {
  readonly channel: Channel
  readonly #owner: PathOwner

  constructor(channel: Channel, owner: PathOwner) {
    this.channel = channel
    this.#owner = owner
  }

  frame(bytes: Uint8Array): void {
    this.#owner.frame(this, bytes)
  }

  drain(): void {
    this.#owner.drain(this)
  }

  closed(reason: CloseReason): void {
    this.#owner.closed(this, reason)
  }
}
