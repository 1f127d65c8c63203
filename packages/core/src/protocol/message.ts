import type { PeerId } from '../identity/peer-id.js'

/** One message as its receiver sees it. `from` is its author; who passed it on is the handler's `from`. */
export interface Message<Payload = unknown> {
  readonly type: string
  readonly from: PeerId
  readonly to?: PeerId
  readonly payload: Payload
  /** The author's wall clock when the message left, in milliseconds: a claim, not a fact. */
  readonly timestamp: number
  /** The same text on both ends. */
  readonly messageId: string
  /** The message as its author signed it, complete: whoever has it can have `verifyMessage` hold the author to it. */
  readonly signature?: Uint8Array
  readonly protocol: string
  readonly version: number
}

/** One message as its sender writes it. Without a protocol it belongs to `app`. */
export interface OutgoingMessage<Payload = unknown> {
  readonly type: string
  readonly payload?: Payload
  readonly protocol?: string
  /** Left out: the highest version that both ends serve. */
  readonly version?: number
  /** Signed so that it can be shown to others: for what convicts, or travels further than to its receiver. */
  readonly signed?: boolean
}

export interface SendOptions {
  /**
   * Keeps the message until the peer has acknowledged it, for at most so many milliseconds while there is no session with the
   * peer; durably where the coordinator has a store that is. It may then come twice.
   */
  readonly queueMs?: number | undefined
}
