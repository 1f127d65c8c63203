import type { PeerInfo } from '../peers/peer-info.js'
import type { CloseReason } from '../transport/transport.js'
import {
  type Definition,
  type Definitions,
  isSigned,
  type MessageTypes,
  type Output,
  type ReasonOf,
  type ReplyInput,
  type RequestTypes,
  type StreamTypes,
} from './definition.js'
import type { HandlerContext, MessageRules, ProtocolHandler } from './handler.js'
import type { Message } from './message.js'
import { RequestRejection } from './request-rejection.js'
import { assertSchemaFits, checkSchema, type Schema } from './schema.js'
import type { Stream } from './stream.js'

// From a definition and one function a type to the handler that a coordinator registers.

/** What a handler is told besides the payload. */
export interface MessageContext<Payload = unknown> extends HandlerContext {
  /** The neighbour the message came through. */
  readonly from: PeerInfo
  readonly message: Message<Payload>
  /** Of a signed message: all of it, as its author signed it, for `verifyMessage` and for others. */
  readonly signature: Uint8Array | undefined
}

export interface RequestHandlerContext<Payload, Reason extends string> extends MessageContext<Payload> {
  /** Ends the request with one of the errors that the protocol declares. `detail` is for a person. */
  reject(reason: Reason, detail?: string): never
}

export interface StreamHandlerContext<Payload, Reason extends string> extends RequestHandlerContext<Payload, Reason> {
  readonly stream: Stream
}

/** One function a type: those of requests and streams are required, and what a request's returns is the reply. */
export type Handlers<M extends Definitions> = {
  readonly [T in MessageTypes<M>]?: (payload: Output<M[T]>, context: MessageContext<Output<M[T]>>) => unknown
} & {
  readonly [T in RequestTypes<M>]: (
    payload: Output<M[T]>,
    context: RequestHandlerContext<Output<M[T]>, ReasonOf<M[T]>>,
  ) => ReplyInput<M[T]> | Promise<ReplyInput<M[T]>>
} & {
  readonly [T in StreamTypes<M>]: (
    payload: Output<M[T]>,
    context: StreamHandlerContext<Output<M[T]>, ReasonOf<M[T]>>,
  ) => Promise<void> | void
}

export interface PresenceHooks {
  /** Whether this peer is served; see `ProtocolHandler`. */
  readonly admit?: ((peer: PeerInfo) => boolean) | undefined
  readonly onPeerConnected?: ((peer: PeerInfo) => Promise<void> | void) | undefined
  readonly onPeerDisconnected?: ((peer: PeerInfo, reason: CloseReason) => Promise<void> | void) | undefined
}

type AnyHandler = (payload: unknown, context: RequestHandlerContext<unknown, string>) => unknown

export function createProtocolHandler<M extends Definitions>(
  protocolName: string,
  version: number,
  definitions: M,
  handlers: Handlers<M>,
  { admit, onPeerConnected, onPeerDisconnected }: PresenceHooks,
): ProtocolHandler {
  const byType = new Map<string, AnyHandler>()
  for (const [type, definition] of Object.entries(definitions)) {
    const handler: unknown = Object.hasOwn(handlers, type) ? handlers[type as keyof typeof handlers] : undefined
    if (typeof handler === 'function') byType.set(type, handler as AnyHandler)
    else if (definition.kind !== 'message')
      throw new TypeError(`${protocolName} has no handler for the ${definition.kind} ${type}`)
  }
  return {
    protocolName,
    version,
    messages: new Map(Object.entries(definitions).map(([type, definition]) => [type, rulesOf(definition)])),
    handleMessage(message, from, context) {
      const handler = byType.get(message.type)
      const definition = definitions[message.type]
      if (handler === undefined || definition === undefined || definition.kind === 'stream') return undefined
      const value = handler(message.payload, new HandlerCall(message, from, context))
      return definition.kind === 'request' ? checkReply(definition.reply, value) : value
    },
    handleStream(message, stream, from, context) {
      const definition = definitions[message.type]
      // The guards let no other kind through; whoever calls this by hand may be mistaken.
      if (definition?.kind !== 'stream') throw new TypeError(`${protocolName} has no stream ${message.type}`)
      return byType.get(message.type)?.(message.payload, new StreamCall(message, stream, from, context))
    },
    ...(admit === undefined ? {} : { admit }),
    ...(onPeerConnected === undefined ? {} : { onPeerConnected }),
    ...(onPeerDisconnected === undefined ? {} : { onPeerDisconnected }),
  }
}

/** What one call of a handler is told; a class, since one is made for every message. */
class HandlerCall implements RequestHandlerContext<unknown, string> {
  readonly message: Message
  readonly from: PeerInfo
  readonly #context: HandlerContext

  constructor(message: Message, from: PeerInfo, context: HandlerContext) {
    this.message = message
    this.from = from
    this.#context = context
  }

  get signal(): AbortSignal {
    return this.#context.signal
  }

  get signature(): Uint8Array | undefined {
    return this.message.signature
  }

  get env(): HandlerContext['env'] {
    return this.#context.env
  }

  reject(reason: string, detail?: string): never {
    throw new RequestRejection(reason, { detail })
  }
}

class StreamCall extends HandlerCall implements StreamHandlerContext<unknown, string> {
  readonly stream: Stream

  constructor(message: Message, stream: Stream, from: PeerInfo, context: HandlerContext) {
    super(message, from, context)
    this.stream = stream
  }
}

function rulesOf(definition: Definition): MessageRules {
  const { kind, payload, bytesMax, rate } = definition
  const signed = isSigned(definition)
  return { kind, bytesMax, rate, signed, check: (value) => checkSchema(payload, value) }
}

/** A reply that does not fit its schema is the handler's failure; the requester never sees it. */
function checkReply(schema: Schema, value: unknown): unknown {
  if (value instanceof Promise) return value.then((settled) => checkReply(schema, settled))
  assertSchemaFits(schema, value, 'the reply')
  return value
}
