import type { Env } from '../env/env.js'
import type { PeerInfo } from '../peers/peer-info.js'
import type { CloseReason } from '../transport/transport.js'
import type { Message } from './message.js'

export interface HandlerContext {
  /** Aborts when the peer leaves, gives up its request, or the coordinator stops. */
  readonly signal: AbortSignal
  readonly env: Env
}

/** The minimal contract of a protocol; `defineProtocol` makes one from a definition. */
export interface ProtocolHandler {
  readonly protocolName: string
  /** 1 where left out. Two versions of one protocol may be served at once. */
  readonly version?: number
  /** A returned value answers a request; for a plain message it is dropped. */
  handleMessage(message: Message, from: PeerInfo, context: HandlerContext): Promise<unknown> | unknown
  /** For peers that speak this protocol in this version. */
  onPeerConnected?(peer: PeerInfo): Promise<void> | void
  onPeerDisconnected?(peer: PeerInfo, reason: CloseReason): Promise<void> | void
}
