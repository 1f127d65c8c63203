import { assertDefinition, type Definitions, type ReasonOf, type RequestTypes, type StreamTypes } from './definition.js'
import type { ProtocolHandler } from './handler.js'
import type { Messenger } from './messenger.js'
import { assertName, assertVersion } from './names.js'
import { createProtocolClient, type ProtocolClient } from './protocol-client.js'
import { createProtocolHandler, type Handlers, type PresenceHooks } from './protocol-handler.js'
import { RequestRejection } from './request-rejection.js'

// One definition of a protocol gives all that speaks it: the types, the checks on both ends, the limits, the handler for a
// coordinator and the client.

export interface Protocol<M extends Definitions> {
  readonly name: string
  readonly version: number
  readonly messages: M
  /** What a coordinator registers. */
  handler(handlers: Handlers<M>, hooks?: PresenceHooks): ProtocolHandler
  client(messenger: Messenger): ProtocolClient<M>
  /** The error as a rejection of this request or stream, its reason typed; undefined where it is something else. */
  rejection<T extends RequestTypes<M> | StreamTypes<M>>(
    error: unknown,
    type: T,
  ): RequestRejection<ReasonOf<M[T]>> | undefined
}

/**
 * Defines a protocol.
 *
 * @example
 * const weather = defineProtocol({
 *   name: 'weather',
 *   messages: { forecast: request({ payload: v.object({ city: v.string() }), reply: v.number() }) },
 * })
 */
export function defineProtocol<const M extends Definitions>(definition: {
  readonly name: string
  /** 1 where left out. */
  readonly version?: number
  readonly messages: M
}): Protocol<M> {
  const { name, version = 1, messages } = definition
  assertName(name, 'name')
  assertVersion(version, 'version')
  for (const [type, each] of Object.entries(messages)) assertDefinition(type, each)
  return Object.freeze<Protocol<M>>({
    name,
    version,
    messages,
    handler: (handlers, hooks = {}) => createProtocolHandler(name, version, messages, handlers, hooks),
    client: (messenger) => createProtocolClient(name, version, messages, messenger),
    rejection: (error, type) => asRejection(messages, error, type),
  })
}

function asRejection<M extends Definitions, T extends RequestTypes<M> | StreamTypes<M>>(
  messages: M,
  error: unknown,
  type: T,
): RequestRejection<ReasonOf<M[T]>> | undefined {
  const definition = messages[type]
  if (!(error instanceof RequestRejection) || definition === undefined || definition.kind === 'message')
    return undefined
  return definition.errors.includes(error.reason) ? error : undefined
}
