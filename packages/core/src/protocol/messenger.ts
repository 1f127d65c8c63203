import type { PeerId } from '../identity/peer-id.js'
import type { RequestOptions } from '../peers/requests.js'
import type { RondoError } from '../rondo-error.js'
import type { OutgoingMessage, SendOptions } from './message.js'
import type { OpenStreamOptions, Stream } from './stream.js'

/** What one peer of a `requestMany` did. */
export type RequestOutcome<Value = unknown, Failure extends RondoError = RondoError> =
  | { readonly status: 'fulfilled'; readonly peerId: PeerId; readonly value: Value }
  | { readonly status: 'timeout'; readonly peerId: PeerId; readonly error: RondoError<'REQUEST_TIMEOUT'> }
  | { readonly status: 'disconnected'; readonly peerId: PeerId; readonly error: RondoError }
  | { readonly status: 'rejected'; readonly peerId: PeerId; readonly error: Failure }

/** What became of a broadcast: who took it, and who could not. */
export interface BroadcastOutcome {
  readonly sent: readonly PeerId[]
  readonly failed: readonly { readonly peerId: PeerId; readonly error: RondoError }[]
}

export interface BroadcastOptions {
  /** Only these; every connected peer that speaks the protocol where left out. */
  readonly to?: Iterable<PeerId> | undefined
}

/** The part of the coordinator that typed clients speak through. */
export interface Messenger {
  sendTo(peerId: PeerId, message: OutgoingMessage, options?: SendOptions): Promise<void>
  broadcast(message: OutgoingMessage, options?: BroadcastOptions): Promise<BroadcastOutcome>
  request(peerId: PeerId, message: OutgoingMessage, options?: RequestOptions): Promise<unknown>
  requestMany(
    peerIds: Iterable<PeerId>,
    message: OutgoingMessage,
    options?: RequestOptions,
  ): Promise<readonly RequestOutcome[]>
  /** Resolves when the peer's handler takes the stream up; rejects as a request does where it will not. */
  openStream(peerId: PeerId, message: OutgoingMessage, options?: OpenStreamOptions): Promise<Stream>
}
