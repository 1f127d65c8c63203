import type { PeerId } from '../identity/peer-id.js'
import type { RequestOptions } from '../peers/requests.js'
import type { RondoError } from '../rondo-error.js'
import {
  type Definitions,
  type Input,
  isSigned,
  type MessageTypes,
  type ReasonOf,
  type ReplyOutput,
  type RequestTypes,
  type StreamTypes,
} from './definition.js'
import type { OutgoingMessage, SendOptions } from './message.js'
import type { BroadcastOptions, BroadcastOutcome, Messenger, RequestOutcome } from './messenger.js'
import type { RequestRejection } from './request-rejection.js'
import { assertSchemaFits } from './schema.js'
import type { OpenStreamOptions, Stream } from './stream.js'

// From a definition to the typed way of speaking it: payloads are checked before they leave, replies when they arrive.

/** Speaks a protocol to other peers. */
export interface ProtocolClient<M extends Definitions> {
  send<T extends MessageTypes<M>>(peerId: PeerId, type: T, payload: Input<M[T]>, options?: SendOptions): Promise<void>
  broadcast<T extends MessageTypes<M>>(
    type: T,
    payload: Input<M[T]>,
    options?: BroadcastOptions,
  ): Promise<BroadcastOutcome>
  /** Rejects with a `RequestRejection` where the peer rejects it: `protocol.rejection(error, type)` tells. */
  request<T extends RequestTypes<M>>(
    peerId: PeerId,
    type: T,
    payload: Input<M[T]>,
    options?: RequestOptions,
  ): Promise<ReplyOutput<M[T]>>
  /** One outcome a peer, in their order. */
  requestMany<T extends RequestTypes<M>>(
    peerIds: Iterable<PeerId>,
    type: T,
    payload: Input<M[T]>,
    options?: RequestOptions,
  ): Promise<readonly RequestOutcome<ReplyOutput<M[T]>, RequestRejection<ReasonOf<M[T]>> | RondoError>[]>
  /** Rejects with a `RequestRejection` where the peer's handler rejects it. */
  openStream<T extends StreamTypes<M>>(
    peerId: PeerId,
    type: T,
    payload: Input<M[T]>,
    options?: OpenStreamOptions,
  ): Promise<Stream>
}

export function createProtocolClient<M extends Definitions>(
  protocol: string,
  version: number,
  definitions: M,
  messenger: Messenger,
): ProtocolClient<M> {
  const outgoing = (type: string, payload: unknown): OutgoingMessage => {
    const definition = Object.hasOwn(definitions, type) ? definitions[type] : undefined
    if (definition === undefined) throw new TypeError(`${protocol} has no message type ${type}`)
    assertSchemaFits(definition.payload, payload, type)
    return isSigned(definition)
      ? { protocol, version, type, payload, signed: true }
      : { protocol, version, type, payload }
  }
  const readReply = <T extends RequestTypes<M>>(type: T, reply: unknown): ReplyOutput<M[T]> => {
    const definition = definitions[type]
    if (definition?.kind !== 'request') throw new TypeError(`${protocol} has no request ${type}`)
    return assertSchemaFits(definition.reply, reply, `the reply to ${type}`) as ReplyOutput<M[T]>
  }
  return Object.freeze<ProtocolClient<M>>({
    // Not an async function: a promise a message would cost as much as the message.
    send(peerId, type, payload, options) {
      try {
        return messenger.sendTo(peerId, outgoing(type, payload), options)
      } catch (error) {
        return Promise.reject(error)
      }
    },
    async broadcast(type, payload, options) {
      return messenger.broadcast(outgoing(type, payload), options)
    },
    async request(peerId, type, payload, options) {
      return readReply(type, await messenger.request(peerId, outgoing(type, payload), options))
    },
    async requestMany(peerIds, type, payload, options) {
      const outcomes = await messenger.requestMany(peerIds, outgoing(type, payload), options)
      return outcomes.map((outcome) => {
        if (outcome.status !== 'fulfilled') return outcome
        const { peerId } = outcome
        try {
          return { status: 'fulfilled', peerId, value: readReply(type, outcome.value) }
        } catch (error) {
          return { status: 'rejected', peerId, error: error as RondoError }
        }
      })
    },
    async openStream(peerId, type, payload, options) {
      return messenger.openStream(peerId, outgoing(type, payload), options)
    },
  })
}
