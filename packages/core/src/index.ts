export { ByteWriter, type ByteWriterOptions } from './bytes/byte-writer.js'
export { bytesCodec } from './codec/bytes-codec.js'
export { createCborCodec } from './codec/cbor-codec.js'
export type { CborCodecOptions } from './codec/cbor-options.js'
export type { Decoded, PayloadCodec } from './codec/payload-codec.js'
export type {
  AdoptLinkOptions,
  Coordinator,
  CoordinatorStats,
  Listening,
  PeerTarget,
} from './coordinator/coordinator.js'
export { createCoordinator } from './coordinator/create-coordinator.js'
export type { CoordinatorState } from './coordinator/lifecycle.js'
export type { AeadKey, CryptoProvider, Ed25519Backend, MaybePromise } from './crypto/crypto-provider.js'
export { nobleCrypto } from './crypto/noble-crypto.js'
export type { Cancel, Env, Logger, LogLevel } from './env/env.js'
export { createSystemEnv, type SystemEnvOptions } from './env/system-env.js'
export { coreErrorGuide } from './error-guide.js'
export { type CoreErrorCode, coreError, coreErrorTable } from './errors.js'
export type { CoordinatorEvents, TypedEmitter } from './events.js'
export { type GenerateIdentityOptions, generateIdentity, type Identity, identityFromSeed } from './identity/identity.js'
export { encodePeerId, type PeerId, parsePeerId, publicKeyOf } from './identity/peer-id.js'
export { type AdmitPeer, type CoordinatorOptions, defaultLimits, type Limits } from './options.js'
export type { PeerInfo } from './peers/peer-info.js'
export type { RequestOptions } from './peers/requests.js'
export { defineProtocol, type Protocol } from './protocol/define-protocol.js'
export {
  type Definitions,
  type MessageDefinition,
  message,
  type RequestDefinition,
  request,
} from './protocol/definition.js'
export type { HandlerContext, MessageRules, ProtocolHandler } from './protocol/handler.js'
export type { Message, OutgoingMessage } from './protocol/message.js'
export type { BroadcastOptions, BroadcastOutcome, Messenger, RequestOutcome } from './protocol/messenger.js'
export type { ProtocolClient } from './protocol/protocol-client.js'
export type { Handlers, MessageContext, PresenceHooks, RequestHandlerContext } from './protocol/protocol-handler.js'
export type { Rate } from './protocol/rate.js'
export { RequestRejection } from './protocol/request-rejection.js'
export type { Schema, SchemaIssue, SchemaVerdict } from './protocol/schema.js'
export {
  defineErrors,
  type ErrorAdvice,
  type ErrorEntry,
  type Fault,
  RondoError,
  type RondoErrorOptions,
} from './rondo-error.js'
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
