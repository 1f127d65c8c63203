export type { Cancel, Env, Logger, LogLevel } from './env/env.js'
export { type CoreErrorCode, coreErrorTable } from './errors.js'
export type { PeerId } from './identity/peer-id.js'
export type { PeerInfo } from './peers/peer-info.js'
export type { HandlerContext, ProtocolHandler } from './protocol/handler.js'
export type { Message, OutgoingMessage } from './protocol/message.js'
export { defineErrors, type ErrorEntry, type Fault, RondoError, type RondoErrorOptions } from './rondo-error.js'
export type {
  CloseReason,
  DialOptions,
  Link,
  LinkCapabilities,
  LinkReceiver,
  Listener,
  ListenOptions,
  Transport,
  TransportFactory,
  TransportHost,
} from './transport/transport.js'
