import type { Env } from '../env/env.js'
import type { PeerInfo } from '../peers/peer-info.js'
import type { CloseReason } from '../transport/transport.js'
import type { Message } from './message.js'
import type { Rate } from './rate.js'
import type { SchemaVerdict } from './schema.js'
import type { Stream } from './stream.js'

export interface HandlerContext {
  /** Aborts when the peer leaves, gives up its request, or the coordinator stops. */
  readonly signal: AbortSignal
  readonly env: Env
}

/** What the guards hold a message type to before its handler sees it. */
export interface MessageRules {
  readonly kind: 'message' | 'request' | 'stream'
  readonly bytesMax?: number | undefined
  readonly rate?: Rate | undefined
  /** Without a signature it is refused. */
  readonly signed?: boolean | undefined
  /** The payload that passes is the one the handler gets. */
  check?(payload: unknown): SchemaVerdict
}

/** The minimal contract of a protocol; `defineProtocol` makes one from a definition. */
export interface ProtocolHandler {
  readonly protocolName: string
  /** 1 where left out. Two versions of one protocol may be served at once. */
  readonly version?: number
  /** Where given, other message types are refused; where left out, every type comes through unchecked. */
  readonly messages?: ReadonlyMap<string, MessageRules>
  /**
   * Whether this peer is served; where left out, everybody is. Others are told that the protocol is not served, and `onPeerConnected`
   * does not see them. Asked once a session, and again whenever a protocol is registered or unregistered.
   */
  admit?(peer: PeerInfo): boolean
  /** A returned value answers a request; for a plain message it is dropped. */
  handleMessage(message: Message, from: PeerInfo, context: HandlerContext): Promise<unknown> | unknown
  /**
   * What it returns or resolves to is dropped: the writing half ends, and bytes left unread reset the stream. Nothing flows
   * before it first reads or writes, so what it throws until then refuses the stream.
   */
  handleStream?(message: Message, stream: Stream, from: PeerInfo, context: HandlerContext): Promise<unknown> | unknown
  /** For peers that speak this protocol in this version. */
  onPeerConnected?(peer: PeerInfo): Promise<void> | void
  onPeerDisconnected?(peer: PeerInfo, reason: CloseReason): Promise<void> | void
  /** The node stops: time to say a last word, for its peers are still there, and to let go of what was scheduled. */
  onStop?(): Promise<void> | void
}
