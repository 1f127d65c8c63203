import { platformCrypto } from '#platform'
import { bytesCodec } from '../codec/bytes-codec.js'
import { createCborCodec } from '../codec/cbor-codec.js'
import { type Codecs, createCodecs } from '../codec/codecs.js'
import type { MaybePromise } from '../crypto/crypto-provider.js'
import type { Env } from '../env/env.js'
import { createSystemEnv } from '../env/system-env.js'
import { coreError } from '../errors.js'
import { type CoordinatorEvents, Events } from '../events.js'
import { encodePayload } from '../flow/sender.js'
import { SharedSigner, type SharedStatement } from '../flow/signer.js'
import { WriterPool } from '../flow/writer-pool.js'
import { createEd25519 } from '../identity/ed25519.js'
import { type PeerId, parsePeerId } from '../identity/peer-id.js'
import { createSuites, type Suites } from '../identity/suite.js'
import { type CoordinatorOptions, type Limits, resolveLimits, resolveNetwork } from '../options.js'
import type { Dialler } from '../peers/dials.js'
import { Mailbox } from '../peers/mailbox.js'
import type { PeerInfo } from '../peers/peer-info.js'
import { Peers } from '../peers/peers.js'
import type { RequestOptions } from '../peers/requests.js'
import type { Session } from '../peers/session.js'
import type { ProtocolHandler } from '../protocol/handler.js'
import type { OutgoingMessage, SendOptions } from '../protocol/message.js'
import type { BroadcastOptions, BroadcastOutcome, RequestOutcome } from '../protocol/messenger.js'
import { appProtocol } from '../protocol/names.js'
import { type Registration, Registry } from '../protocol/registry.js'
import type { OpenStreamOptions, Stream } from '../protocol/stream.js'
import { type AuthorClock, openAuthorClock } from '../replay/author-clock.js'
import { RondoError } from '../rondo-error.js'
import { createMessageSigner } from '../signing/sign-message.js'
import { VerifiedRoots } from '../signing/verified-roots.js'
import { createVerifierOf, type MessageVerifier } from '../signing/verify-message.js'
import type { Store } from '../store/store.js'
import type { Link, Listener, Transport } from '../transport/transport.js'
import { broadcastTo } from './broadcast.js'
import type {
  AdoptLinkOptions,
  Coordinator,
  CoordinatorStats,
  Listening,
  OwnMessageDraft,
  PeerTarget,
} from './coordinator.js'
import { Heartbeat } from './heartbeat.js'
import { type CoordinatorState, Lifecycle } from './lifecycle.js'

/**
 * Makes a node. It opens nothing until it is started, listens or connects.
 *
 * @example
 * const node = createCoordinator({ identity: generateIdentity(), transports: [webSocket()] })
 */
export function createCoordinator(options: CoordinatorOptions): Coordinator {
  return new Node(options)
}

interface Signalled {
  readonly signal?: AbortSignal | undefined
}

class Node implements Coordinator {
  readonly peerId: PeerId
  readonly env: Env
  readonly network: string
  readonly store: Store | undefined
  readonly verifyMessage: MessageVerifier
  readonly #signMessage: ReturnType<typeof createMessageSigner>
  readonly #suites: Suites
  readonly #codecs: Codecs
  readonly #events: Events
  readonly #limits: Limits
  readonly #registry = new Registry()
  readonly #shared: SharedSigner
  readonly #transports: readonly Transport[]
  readonly #mailbox: Mailbox
  readonly #peers: Peers
  readonly #heartbeat: Heartbeat
  readonly #lifecycle: Lifecycle
  readonly #listeners = new Set<Listener>()
  /** Where this node's signed messages stand. */
  #clock: AuthorClock = notStarted

  constructor(options: CoordinatorOptions) {
    const { identity, transports = [], suites = [], codecs = [] } = options
    const { env = createSystemEnv(), crypto = platformCrypto } = options
    this.#suites = createSuites([createEd25519(crypto.ed25519), ...suites])
    this.peerId = this.#suites.supported(parsePeerId(identity.peerId))
    const limits = resolveLimits(options.limits)
    const network = resolveNetwork(options.network)
    this.env = env
    this.network = network
    this.store = options.store
    this.#limits = limits
    const { cborDepthMax, cborItemsMax, cborStringBytesMax } = limits
    const cbor = createCborCodec({
      depthMax: cborDepthMax,
      itemsMax: cborItemsMax,
      stringBytesMax: cborStringBytesMax,
    })
    this.#codecs = createCodecs([...codecs, bytesCodec, cbor])
    this.#events = new Events(({ code, message, peerId }) => env.log('warn', message, { code, peerId }))
    const author = { identity, network, env, crypto, limits, events: this.#events, clock: () => this.#clock }
    this.#shared = new SharedSigner(author)
    this.#signMessage = createMessageSigner({ identity, codecs: this.#codecs, sha256: crypto.sha256, env })
    const roots = new VerifiedRoots((peerId, message, signature) => this.#suites.verify(peerId, message, signature))
    this.verifyMessage = createVerifierOf({
      sha256: crypto.sha256,
      roots,
      codecs: this.#codecs,
      signedMessageBytesMax: limits.messageBytesMax + wrappingBytesMax,
    })
    const { peerId } = this
    const kept = { store: options.store, limits, codecs: this.#codecs, events: this.#events }
    this.#mailbox = new Mailbox({ ...kept, peerId, env, crypto })
    this.#peers = new Peers({
      peerId,
      env,
      crypto,
      limits,
      codecs: this.#codecs,
      registry: this.#registry,
      events: this.#events,
      writers: new WriterPool(),
      author,
      roots,
      suites: this.#suites,
      channel: {
        env,
        crypto,
        suites: this.#suites,
        identity,
        network,
        noiseSecret: env.random(32),
      },
      admit: options.admit,
      mailbox: this.#mailbox,
      diallerFor: (address) => this.#diallerFor(address),
    })
    this.#heartbeat = new Heartbeat(env, limits, () => {
      this.#peers.sweep()
      this.#mailbox.sweep()
      return this.#peers.all()
    })
    this.#lifecycle = new Lifecycle(
      async () => {
        await this.#mailbox.open()
        // One for the node's whole life: no position is taken twice, however often it stops and starts.
        if (this.#clock === notStarted)
          this.#clock = await openAuthorClock({ env, store: epochStore(options.store, peerId) })
        this.#peers.open()
        this.#heartbeat.start()
      },
      () => this.#close(),
    )
    const host = {
      env,
      peerId,
      registerProtocol: (handler: ProtocolHandler) => this.registerProtocol(handler),
      sendTo: (peerId: PeerId, message: OutgoingMessage) => this.sendTo(peerId, message),
    }
    this.#transports = transports.map((create) => create(host))
  }

  get state(): CoordinatorState {
    return this.#lifecycle.state
  }

  start(): Promise<void> {
    return this.#lifecycle.start()
  }

  stop(): Promise<void> {
    return this.#lifecycle.stop()
  }

  shutdown(): Promise<void> {
    return this.stop()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  on<Name extends keyof CoordinatorEvents>(name: Name, listener: CoordinatorEvents[Name]): () => void {
    return this.#events.on(name, listener)
  }

  once<Name extends keyof CoordinatorEvents>(name: Name, listener: CoordinatorEvents[Name]): () => void {
    return this.#events.once(name, listener)
  }

  off<Name extends keyof CoordinatorEvents>(name: Name, listener: CoordinatorEvents[Name]): void {
    this.#events.off(name, listener)
  }

  signMessage(draft: OwnMessageDraft): MaybePromise<Uint8Array> {
    // Numbers in sequence are given by the node's clock, to what it sends: one given twice would convict it.
    if (!('slot' in draft.position)) throw new TypeError('what is signed outside of sessions stands in a slot')
    return this.#signMessage({ ...draft, network: this.network })
  }

  registerProtocol(handler: ProtocolHandler): void {
    this.#registry.add(handler)
    this.#peers.offerOurs()
  }

  unregisterProtocol(protocolName: string, version?: number): boolean {
    const wasRegistered = this.#registry.remove(protocolName, version).length > 0
    if (wasRegistered) this.#peers.offerOurs()
    return wasRegistered
  }

  async listen(address: string, { signal }: Signalled = {}): Promise<Listening> {
    signal?.throwIfAborted()
    const transport = this.#transportFor(address)
    if (transport.listen === undefined) throw coreError('LISTEN_UNSUPPORTED', { detail: transport.name })
    await this.#lifecycle.startImplicitly()
    const listener = await transport.listen(address, {
      accept: (link) => this.#peers.welcome(link, transport.name),
      admit: (group) => this.#peers.hasInboundSlot(group),
      signal,
    })
    if (this.state !== 'running') {
      await listener.close()
      throw coreError('COORDINATOR_STOPPED')
    }
    this.#listeners.add(listener)
    return {
      addresses: listener.addresses,
      close: async () => {
        this.#listeners.delete(listener)
        await listener.close()
      },
    }
  }

  async connectToPeer({ peerId, addresses }: PeerTarget, { signal }: Signalled = {}): Promise<PeerInfo> {
    signal?.throwIfAborted()
    const target = this.#suites.supported(parsePeerId(peerId))
    await this.#lifecycle.startImplicitly()
    const session = await this.#peers.connect(target, addresses, signal)
    return session.info
  }

  async movePeer({ peerId, addresses }: PeerTarget, { signal }: Signalled = {}): Promise<PeerInfo> {
    signal?.throwIfAborted()
    const target = this.#suites.supported(parsePeerId(peerId))
    await this.#lifecycle.startImplicitly()
    const session = await this.#peers.move(target, addresses, signal)
    return session.info
  }

  async adoptLink(link: Link, { role, expect, signal }: AdoptLinkOptions): Promise<PeerInfo> {
    if (role !== 'dialler' && role !== 'listener')
      throw new TypeError(`role must be dialler or listener, not ${String(role)}`)
    try {
      signal?.throwIfAborted()
      await this.#lifecycle.startImplicitly()
    } catch (error) {
      await link.close({ code: 'LINK_CLOSED' })
      throw error
    }
    const session = await this.#peers.adopt(link, 'adopted', { role, expect, signal })
    return session.info
  }

  async disconnectFromPeer(peerId: PeerId, detail?: string): Promise<void> {
    await this.#peers.find(peerId)?.close(detail === undefined ? closedHere : { ...closedHere, detail })
  }

  getConnectedPeers(): readonly PeerInfo[] {
    return this.#connected().map(({ info }) => info)
  }

  getPeer(peerId: PeerId): PeerInfo | undefined {
    return this.#peers.find(peerId)?.info
  }

  isConnected(peerId: PeerId): boolean {
    return this.#peers.find(peerId)?.state === 'connected'
  }

  // Not async functions: a promise a message would cost more than the message.
  sendTo(peerId: PeerId, message: OutgoingMessage, options?: SendOptions): Promise<void> {
    if (options?.queueMs !== undefined) return this.#keep(peerId, message, options.queueMs)
    const session = this.#peers.find(peerId)
    if (session === undefined) return Promise.reject(this.#notConnected(peerId))
    try {
      return session.send(message)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  async broadcast(message: OutgoingMessage, { to }: BroadcastOptions = {}): Promise<BroadcastOutcome> {
    const absent: { peerId: PeerId; error: RondoError }[] = []
    const sessions = to === undefined ? this.#speakers(message) : this.#named(to, absent)
    const patienceMs = this.#limits.broadcastPatienceMs
    const { sent, failed } = await broadcastTo(sessions, { env: this.env, patienceMs, say: this.#announcer(message) })
    return { sent, failed: [...absent, ...failed] }
  }

  /** How each gets it: encoded once, and where it is to be signed, signed once in each version. */
  #announcer(message: OutgoingMessage): (session: Session) => Promise<void> | undefined {
    const payload = encodePayload(this.#codecs, message.payload)
    if (message.signed !== true) return (session) => session.sendEncoded(message, payload)
    const statements = new Map<number, SharedStatement>()
    return (session) => {
      const name = session.nameOf(message)
      const statement = statements.get(name.version) ?? this.#shared.say(name, payload)
      statements.set(name.version, statement)
      return session.sendShared(statement)
    }
  }

  async request(peerId: PeerId, message: OutgoingMessage, options: RequestOptions = {}): Promise<unknown> {
    options.signal?.throwIfAborted()
    const session = this.#peers.find(peerId)
    if (session === undefined) throw this.#notConnected(peerId)
    return session.request(message, options)
  }

  async openStream(peerId: PeerId, message: OutgoingMessage, options: OpenStreamOptions = {}): Promise<Stream> {
    options.signal?.throwIfAborted()
    const session = this.#peers.find(peerId)
    if (session === undefined) throw this.#notConnected(peerId)
    return session.openStream(message, options)
  }

  async requestMany(
    peerIds: Iterable<PeerId>,
    message: OutgoingMessage,
    options: RequestOptions = {},
  ): Promise<readonly RequestOutcome[]> {
    options.signal?.throwIfAborted()
    const ask = async (peerId: PeerId): Promise<RequestOutcome> => {
      try {
        return { status: 'fulfilled', peerId, value: await this.request(peerId, message, options) }
      } catch (error) {
        options.signal?.throwIfAborted()
        return outcomeOf(peerId, error)
      }
    }
    return Promise.all([...peerIds].map(ask))
  }

  getStats(): CoordinatorStats {
    const { stats: mailbox } = this.#mailbox
    return { state: this.state, peers: this.#connected().length, ...this.#peers.counts(), mailbox }
  }

  cleanup(): void {
    this.#heartbeat.beat()
  }

  async #close(): Promise<void> {
    this.#heartbeat.stop()
    await Promise.all(this.#registry.all().map((registration) => this.#tellStop(registration)))
    const listeners = [...this.#listeners]
    this.#listeners.clear()
    try {
      await Promise.all(listeners.map((listener) => listener.close()))
    } finally {
      await this.#peers.closeAll({ code: 'COORDINATOR_STOPPED' })
      await this.#mailbox.settle()
    }
  }

  async #tellStop({ handler, name, version }: Registration): Promise<void> {
    try {
      await handler.onStop?.()
    } catch (cause) {
      this.#events.emit('error', coreError('HANDLER_FAILED', { detail: `${name}/${version} stop`, cause }))
    }
  }

  async #keep(peerId: PeerId, message: OutgoingMessage, queueMs: number): Promise<void> {
    const target = this.#suites.supported(parsePeerId(peerId))
    if (target === this.peerId) throw coreError('HANDSHAKE_SELF', { peerId })
    if (this.state === 'stopping' || this.state === 'stopped') throw coreError('COORDINATOR_STOPPED', { peerId })
    await this.#mailbox.keep(target, message, queueMs, () => this.#peers.find(target))
  }

  #connected(): readonly Session[] {
    return this.#peers.all().filter(({ state }) => state === 'connected')
  }

  #transportFor(address: string): Transport {
    const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(address)?.[0].toLowerCase()
    if (scheme === undefined) throw coreError('ADDRESS_INVALID', { detail: address })
    const transport = this.#transports.find(({ schemes }) => schemes.includes(scheme))
    if (transport === undefined) throw coreError('ADDRESS_UNSUPPORTED', { detail: address })
    return transport
  }

  #diallerFor(address: string): Dialler {
    const transport = this.#transportFor(address)
    return { transport: transport.name, dial: (to, signal) => transport.dial(to, { signal }) }
  }

  #speakers({ protocol = appProtocol }: OutgoingMessage): readonly Session[] {
    const sessions = this.#peers.all().filter(({ served }) => !served.excludes(protocol))
    return protocol === appProtocol ? sessions : sessions.filter(({ offer }) => offer.has(protocol))
  }

  #named(peerIds: Iterable<PeerId>, failed: { peerId: PeerId; error: RondoError }[]): readonly Session[] {
    const sessions: Session[] = []
    for (const peerId of peerIds) {
      const session = this.#peers.find(peerId)
      if (session === undefined) failed.push({ peerId, error: this.#notConnected(peerId) })
      else sessions.push(session)
    }
    return sessions
  }

  #notConnected(peerId: PeerId): RondoError {
    return this.state === 'stopped'
      ? coreError('COORDINATOR_STOPPED', { peerId })
      : coreError('PEER_NOT_CONNECTED', { peerId })
  }
}

/** A store that forgets is no better than the wall clock. */
function epochStore(store: Store | undefined, peerId: PeerId): Store | undefined {
  return store?.durability === 'durable' ? store.scope('author').scope(peerId) : undefined
}

const notStarted: AuthorClock = {
  epoch: 0,
  next() {
    throw coreError('COORDINATOR_STOPPED')
  },
}

/** A statement, a path and the rest around a payload. */
const wrappingBytesMax = 4_096

const closedHere = { code: 'PEER_DISCONNECTED' }

function outcomeOf(peerId: PeerId, error: unknown): RequestOutcome {
  if (!(error instanceof RondoError)) throw error
  if (hasCode(error, 'REQUEST_TIMEOUT')) return { status: 'timeout', peerId, error }
  if (error.code === 'PEER_NOT_CONNECTED' || error.code === 'PEER_DISCONNECTED') {
    return { status: 'disconnected', peerId, error }
  }
  return { status: 'rejected', peerId, error }
}

function hasCode<Code extends string>(error: RondoError, code: Code): error is RondoError<Code> {
  return error.code === code
}
