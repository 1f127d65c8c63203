import type { PayloadCodec } from './codec/payload-codec.js'
import type { CryptoProvider } from './crypto/crypto-provider.js'
import type { Env } from './env/env.js'
import type { Identity } from './identity/identity.js'
import type { SignatureSuite } from './identity/suite.js'
import type { PeerInfo } from './peers/peer-info.js'
import type { Store } from './store/store.js'
import type { TransportFactory } from './transport/transport.js'

// Every limit that core keeps, by name, with a finite default. Zero never means unlimited.

export const defaultLimits = {
  /** Links at once whose peers are proven, and dials under way. Inbound links in their handshake are counted apart. */
  connectionsMax: 1_024,
  /** Of these, kept free for links that this node dials. */
  connectionsReservedOutbound: 32,
  /** Inbound links at once from one address group, their peers proven. */
  connectionsPerGroupMax: 256,
  /** Inbound links at once of discouraged peers; when slots are short they go first. */
  connectionsDiscouragedMax: 32,
  /** Inbound links in their handshake, in all and from one address group; beyond it the oldest goes, never the newcomer. */
  strangersMax: 1_024,
  strangersPerGroupMax: 128,
  /** Inbound handshakes, in all; one costs about 0.7 ms, and one by a key never seen before counts as four. */
  handshakesPerSecond: 400,
  handshakesBurst: 512,
  /** The same, from one address group. */
  handshakesPerGroupPerSecond: 40,
  handshakesPerGroupBurst: 256,
  /** From the first byte of a link to a proven peer. */
  handshakeTimeoutMs: 10_000,
  /** One message, encoded. */
  messageBytesMax: 1_048_576,
  /** What one peer may send; a faster one is slowed down by backpressure, nothing of it is lost. */
  bytesPerSecond: 134_217_728,
  bytesBurst: 16_777_216,
  messagesPerSecond: 50_000,
  messagesBurst: 100_000,
  /** What one peer may send to one protocol that declares no rate itself; beyond it messages are refused. */
  protocolMessagesPerSecond: 50_000,
  protocolMessagesBurst: 100_000,
  /** Distinct (protocol, version, type) names a session, each way. */
  namesMax: 1_024,
  /** Requests waiting for their answer, per peer and direction. */
  requestsPerPeerMax: 1_024,
  /** Asynchronous handlers of plain messages at work for one peer before the next message waits. */
  handlersPerPeerMax: 256,
  /** How long a request waits where it names no time of its own, and the longest that a peer may ask for. */
  requestTimeoutMs: 30_000,
  requestTimeoutMsMax: 600_000,
  /**
   * Bytes that a peer has not acknowledged, with what keeping them takes, before `sendTo` refuses more; senders are asked to wait
   * from half of it on.
   */
  sendQueueBytesMax: 1_048_576,
  /** How long a broadcast waits for peers whose queue is long; they get it all the same. */
  broadcastPatienceMs: 1_000,
  /** How long such a peer may take nothing before it is cut. */
  sendTimeoutMs: 30_000,
  /** Messages of a peer that wait for a handler before its link is paused. */
  inboxMessagesMax: 1_024,
  inboxBytesMax: 1_048_576,
  /** The longest that a message may wait for a peer that is away. */
  awayMsMax: 604_800_000,
  /** Messages that are kept for one peer, until it has them. */
  awayMessagesPerPeerMax: 1_024,
  /** What they cost, 512 bytes each besides their payloads: no more than `sendQueueBytesMax`, for they all go out at once. */
  awayBytesPerPeerMax: 524_288,
  /** The same for all peers. What a restart finds beyond a limit that was lowered is dropped. */
  awayBytesMax: 67_108_864,
  /** How long a session waits for another link before it is lost. */
  sessionRecoverableMs: 120_000,
  /** Sessions that wait so at once, before the one that has waited longest is lost. */
  sessionsRecoverableMax: 256,
  /** The pause before an interrupted session's peer is dialled again: the first, doubling up to the last. */
  reconnectDelayMs: 250,
  reconnectDelayMsMax: 10_000,
  /** A channel's key is renewed after so many records, or this long, whichever comes first. */
  rekeyRecords: 1_048_576,
  rekeyIntervalMs: 120_000,
  /** A ping after this much silence; the link is given up after the other. */
  heartbeatIntervalMs: 15_000,
  heartbeatTimeoutMs: 45_000,
  /** Signatures of one peer's messages to verify; one by a key never seen before counts as ten. */
  signaturesPerSecond: 500,
  signaturesBurst: 1_000,
  /** How long a signed message is good for, and by how much clocks may differ. */
  signedLifetimeMs: 604_800_000,
  clockSkewMs: 120_000,
  /** The penalty score from which a peer or an address group is discouraged, and how long it takes to halve. */
  scoreDiscouraged: 1_000,
  scoreHalfLifeMs: 600_000,
  /** Peers whose score is remembered, and address groups; beyond it the lowest scores are forgotten. */
  scoresMax: 4_096,
  /** How long a session may take to prove that it lives when its peer dials anew. */
  probeTimeoutMs: 3_000,
  /** Streams open at once, per peer and direction. */
  streamsPerPeerMax: 64,
  /** Bytes of one stream on their way or waiting to be read: what a stream may hold of this node's memory. */
  streamWindowBytes: 262_144,
  /** What goes out of a stream at once: this fills a record, and what is larger begins another. */
  streamChunkBytesMax: 32_733,
  /** A stream on which nothing has moved for so long is given up. */
  streamIdleMsMax: 600_000,
  /** The shape of a CBOR payload. */
  cborDepthMax: 32,
  cborItemsMax: 65_536,
  cborStringBytesMax: 1_048_576,
} as const

/** What the wire cannot say beyond. */
const ceilings: { readonly [Name in keyof typeof defaultLimits]?: number } = {
  namesMax: 65_536,
  requestTimeoutMsMax: 0xffff_ffff,
  awayMsMax: 0xff_ffff_ffff,
  streamWindowBytes: 0xffff_ffff,
  streamChunkBytesMax: 32_768,
}

export type Limits = { readonly [Name in keyof typeof defaultLimits]: number }

/** Whether this node talks to a peer; anything but true is no. */
export type AdmitPeer = (peer: PeerInfo) => boolean | Promise<boolean>

export interface CoordinatorOptions {
  readonly identity: Identity
  readonly transports?: readonly TransportFactory[] | undefined
  /** Kinds of keys that peers may have besides Ed25519, such as `secp256k1()`. */
  readonly suites?: readonly SignatureSuite[] | undefined
  /** Peers talk only within one network. */
  readonly network?: string | undefined
  readonly limits?: { readonly [Name in keyof Limits]?: number | undefined } | undefined
  /**
   * Asked about every proven peer, whoever dialled, before it counts as connected and within `handshakeTimeoutMs`. Whoever is not
   * let in hears PEER_NOT_ADMITTED; a throw is a no. What the peer serves may not be known yet.
   */
  readonly admit?: AdmitPeer | undefined
  /**
   * What messages for peers that are away outlive the process in; without one they are kept in memory. Whoever opened it closes it,
   * after `stop`.
   */
  readonly store?: Store | undefined
  /** Asked before the built-in ones. */
  readonly codecs?: readonly PayloadCodec[] | undefined
  readonly env?: Env | undefined
  readonly crypto?: CryptoProvider | undefined
}

const networkBytesMax = 255

/** Checks every limit once; what comes out is complete and frozen. */
export function resolveLimits(given: CoordinatorOptions['limits'] = {}): Limits {
  const limits: Record<string, number> = { ...defaultLimits }
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(defaultLimits, name)) throw new TypeError(`limits.${name} is not a limit`)
    if (value === undefined) continue
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new TypeError(`limits.${name} must be a whole number from 1 up, not ${String(value)}`)
    }
    const ceiling = ceilings[name as keyof Limits] ?? value
    if (value > ceiling) throw new TypeError(`limits.${name} must be at most ${ceiling}, not ${value}`)
    limits[name] = value
  }
  const { connectionsMax, connectionsReservedOutbound, heartbeatIntervalMs, heartbeatTimeoutMs } = limits as Limits
  if (heartbeatTimeoutMs <= heartbeatIntervalMs) {
    throw new TypeError('limits.heartbeatTimeoutMs must be above limits.heartbeatIntervalMs')
  }
  if (connectionsReservedOutbound >= connectionsMax) {
    if (given.connectionsReservedOutbound !== undefined) {
      throw new TypeError('limits.connectionsReservedOutbound must be below limits.connectionsMax')
    }
    limits['connectionsReservedOutbound'] = Math.floor(connectionsMax / 4)
  }
  const { awayBytesPerPeerMax, sendQueueBytesMax } = limits as Limits
  if (awayBytesPerPeerMax > sendQueueBytesMax) {
    if (given.awayBytesPerPeerMax !== undefined) {
      throw new TypeError('limits.awayBytesPerPeerMax must be at most limits.sendQueueBytesMax')
    }
    limits['awayBytesPerPeerMax'] = Math.ceil(sendQueueBytesMax / 2)
  }
  return Object.freeze(limits) as Limits
}

/** Checks the network's name, which both ends must give alike. */
export function resolveNetwork(network = 'main'): string {
  if (typeof network !== 'string' || network === '') throw new TypeError('network must be a non-empty text')
  if (new TextEncoder().encode(network).length > networkBytesMax) {
    throw new TypeError(`network may have at most ${networkBytesMax} bytes`)
  }
  return network
}
