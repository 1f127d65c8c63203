export { platformCrypto } from '#platform'
export { ByteReader } from './bytes/byte-reader.js'
export { ByteWriter, type ByteWriterOptions } from './bytes/byte-writer.js'
export { bytesCodec } from './codec/bytes-codec.js'
export { createCborCodec } from './codec/cbor-codec.js'
export type { CborCodecOptions } from './codec/cbor-options.js'
export type { Decoded, PayloadCodec } from './codec/payload-codec.js'
export { completeLimits } from './complete-limits.js'
export type {
  AdoptLinkOptions,
  Coordinator,
  CoordinatorHost,
  CoordinatorStats,
  Listening,
  OwnMessageDraft,
  PeerTarget,
} from './coordinator/coordinator.js'
export { createCoordinator } from './coordinator/create-coordinator.js'
export type { CoordinatorState } from './coordinator/lifecycle.js'
export type { AeadKey, CryptoProvider, Ed25519Backend, MaybePromise, Sha256 } from './crypto/crypto-provider.js'
export { nobleCrypto } from './crypto/noble-crypto.js'
export type { Cancel, Env, Logger, LogLevel } from './env/env.js'
export { createSystemEnv, type SystemEnvOptions } from './env/system-env.js'
export { coreErrorGuide } from './error-guide.js'
export { type CoreErrorCode, coreError, coreErrorTable } from './errors.js'
export type { CoordinatorEvents, TypedEmitter } from './events.js'
export { Gcra } from './flow/gcra.js'
export { type GenerateIdentityOptions, generateIdentity, type Identity, identityFromSeed } from './identity/identity.js'
export { encodePeerId, type PeerId, parsePeerId, publicKeyOf, type SuiteName, suiteNameOf } from './identity/peer-id.js'
export type { SignatureSuite } from './identity/suite.js'
export { isName } from './names.js'
export { type AdmitPeer, type CoordinatorOptions, defaultLimits, type Limits } from './options.js'
export type { MailboxStats } from './peers/mailbox.js'
export type { PeerInfo } from './peers/peer-info.js'
export type { RequestOptions } from './peers/requests.js'
export { defineProtocol, type Protocol } from './protocol/define-protocol.js'
export {
  type Definitions,
  type MessageDefinition,
  message,
  type RequestDefinition,
  request,
  type StreamDefinition,
  stream,
} from './protocol/definition.js'
export type { HandlerContext, MessageRules, ProtocolHandler } from './protocol/handler.js'
export type { Message, OutgoingMessage, SendOptions } from './protocol/message.js'
export type {
  BroadcastOptions,
  BroadcastOutcome,
  Messenger,
  RequestOutcome,
} from './protocol/messenger.js'
export type { ProtocolClient } from './protocol/protocol-client.js'
export type {
  Handlers,
  MessageContext,
  PresenceHooks,
  RequestHandlerContext,
  StreamHandlerContext,
} from './protocol/protocol-handler.js'
export type { Rate } from './protocol/rate.js'
export { RequestRejection } from './protocol/request-rejection.js'
export {
  checkSchema,
  type Schema,
  type SchemaInput,
  type SchemaIssue,
  type SchemaOutput,
  type SchemaVerdict,
} from './protocol/schema.js'
export type { OpenStreamOptions, ReadableBytes, Stream, StreamProgress, StreamSource } from './protocol/stream.js'
export {
  type AuthorClock,
  type AuthorClockOptions,
  type AuthorPosition,
  openAuthorClock,
} from './replay/author-clock.js'
export {
  createReplayGuard,
  type ReplayGuard,
  type ReplayGuardOptions,
  type ReplayGuardStats,
  type ReplayMessage,
  type ReplayRefusal,
  type ReplayVerdict,
} from './replay/replay-guard.js'
export { defaultReplayLimits, type ReplayLimitOptions, type ReplayLimits } from './replay/replay-limits.js'
export type { ReplayStore, ReplayStoreOperation } from './replay/replay-store.js'
export {
  defineErrors,
  type ErrorAdvice,
  type ErrorEntry,
  type Fault,
  RondoError,
  type RondoErrorOptions,
} from './rondo-error.js'
export { conflicts } from './signing/evidence.js'
export { type MessageDraft, type SignMessageOptions, signMessage } from './signing/sign-message.js'
export { decodeSignedMessage } from './signing/signed-message.js'
export type { SigningCode, SigningRefusal } from './signing/signing-refusal.js'
export { decodeStatement, type Position } from './signing/statement.js'
export type { Audience, StatementContext } from './signing/statement-head.js'
export type { VerifiedMessage } from './signing/verified-message.js'
export type { VerifySignature } from './signing/verified-roots.js'
export {
  createMessageVerifier,
  type MessageVerifier,
  type MessageVerifierOptions,
  type VerifyMessageOptions,
  verifyMessage,
} from './signing/verify-message.js'
export { compareBytes, equalBytes } from './store/byte-order.js'
export { createStore } from './store/create-store.js'
export { createMemoryBackend } from './store/memory-backend.js'
export { createMemoryStore, type MemoryStoreOptions } from './store/memory-store.js'
export { type OpenStoreOptions, openStore, resolveOpenStoreOptions } from './store/open-store.js'
export type {
  BatchOptions,
  OpenStore,
  RangeOptions,
  Store,
  StoreDurability,
  StoreEntry,
  StoreExpectation,
  StoreOperation,
  WriteOptions,
} from './store/store.js'
export type { BackendChange, BackendEntry, KeySpan, StoreBackend } from './store/store-backend.js'
export { defaultStoreLimits, type StoreLimits, type StoreLimitsOption } from './store/store-limits.js'
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
