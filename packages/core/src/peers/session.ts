import type { Codecs } from '../codec/codecs.js'
import type { Env } from '../env/env.js'
import { type CoreErrorCode, coreError, coreErrorTable } from '../errors.js'
import type { Events } from '../events.js'
import type { Channel } from '../flow/channel.js'
import type { ControlEnvelope } from '../flow/envelope.js'
import { type BrokenCode, Flow, type FlowOwner } from '../flow/flow.js'
import type { WriterPool } from '../flow/outbox.js'
import type { EncodedPayload, MessageName } from '../flow/sender.js'
import type { PeerId } from '../identity/peer-id.js'
import type { Limits } from '../options.js'
import type { OutgoingMessage } from '../protocol/message.js'
import { appProtocol } from '../protocol/names.js'
import type { Offer, Registry } from '../protocol/registry.js'
import { Served } from '../protocol/served.js'
import { negotiateVersion } from '../protocol/version.js'
import type { RondoError } from '../rondo-error.js'
import type { CloseReason, LinkReceiver } from '../transport/transport.js'
import type { PeerInfo } from './peer-info.js'
import { type RequestOptions, Requests } from './requests.js'

// One connected peer. A session greets with what this node serves, is ready once it has greeted and been greeted, and ends
// exactly once, whichever end or failure ends it.

/** What all sessions of a coordinator share. */
export interface SessionNode {
  readonly peerId: PeerId
  readonly env: Env
  readonly limits: Limits
  readonly codecs: Codecs
  readonly registry: Registry
  readonly events: Events
  readonly writers: WriterPool
}

/** What a session tells the table it belongs to. */
export interface SessionOwner {
  /** Greeted both ways: messages may follow in the very same record. */
  ready(session: Session): void
  /** The peer serves something else than it said before. */
  offerChanged(session: Session): void
  refused(session: Session, code: string): void
  /** This end gave it up: for what came by it, or did not come in time. */
  broken(session: Session, code: string): void
  ended(session: Session, reason: CloseReason): void
}

/** Messages and bytes since the session began. */
export interface SessionCounts {
  readonly messagesSent: number
  readonly messagesReceived: number
  readonly bytesSent: number
  readonly bytesReceived: number
}

const resolved = Promise.resolve()
const appOffer: Offer = new Map([[appProtocol, [1]]])

export class Session implements FlowOwner, LinkReceiver {
  readonly peerId: PeerId
  readonly info: PeerInfo
  /** What this node serves to this peer. */
  readonly served: Served
  /** Settles with the peer's greeting, or rejects with the session's end. */
  readonly greeted: Promise<void>
  readonly #node: SessionNode
  readonly #channel: Channel
  readonly #owner: SessionOwner
  readonly #flow: Flow
  readonly #requests: Requests
  #settleGreeted = { resolve: (): void => {}, reject: (_reason: unknown): void => {} }
  #offer: Offer = new Map()
  /** The state of the registry that the peer was told of; undefined until it was greeted. */
  #offeredGeneration: number | undefined
  #isGreeted = false
  #isReady = false
  #endedWith: CloseReason | undefined
  /** On the monotonic clock: the last record that held. */
  #heardAtMs: number
  /** What `send` negotiated, for as long as both ends serve what they do. */
  #versions = new Map<string, number>()
  #versionsGeneration = -1
  #probes: ((isAlive: boolean) => void)[] = []

  constructor(node: SessionNode, channel: Channel, transport: string, owner: SessionOwner) {
    const { env, limits, codecs } = node
    this.#node = node
    this.#channel = channel
    this.#owner = owner
    this.#heardAtMs = env.monotonicMs()
    this.peerId = channel.peerId
    this.info = this.#describe(transport)
    this.served = new Served(node.registry, node.events, this.info)
    this.greeted = new Promise((resolve, reject) => {
      this.#settleGreeted = { resolve, reject }
    })
    this.greeted.catch(() => {})
    this.#flow = new Flow({ ...node, registry: this.served, channel, from: this.info, to: node.peerId, owner: this })
    this.#requests = new Requests({ env, limits, codecs, peerId: this.peerId, sender: this.#flow.sender })
    channel.attach(this)
  }

  get isReady(): boolean {
    return this.#isReady
  }

  get hasEnded(): boolean {
    return this.#endedWith !== undefined
  }

  /** The address group that its link comes from. */
  get group(): string | undefined {
    return this.#channel.link.remote.group
  }

  get offer(): Offer {
    return this.#offer
  }

  get counts(): SessionCounts {
    const { sender, outbox, messagesReceived, bytesReceived } = this.#flow
    return { messagesSent: sender.messagesSent, messagesReceived, bytesSent: outbox.bytesSent, bytesReceived }
  }

  /** Tells the peer what this node serves: once to begin, and whenever that changes. */
  greet(): void {
    if (this.hasEnded) return
    this.#offeredGeneration = this.served.generation
    this.#flow.sender.hello(this.served.offer())
    this.#becomeReady()
  }

  /** Resolves when the message is accepted below the high-water mark. */
  send(message: OutgoingMessage): Promise<void> {
    const name = this.#nameOf(message)
    this.#assertRoom()
    this.#flow.sender.message(name, message.payload)
    return this.#flow.outbox.blocked() ?? resolved
  }

  /** The same for a payload that was encoded once for many; undefined where it is accepted at once. */
  sendEncoded(message: OutgoingMessage, payload: EncodedPayload): Promise<void> | undefined {
    const name = this.#nameOf(message)
    this.#assertRoom()
    this.#flow.sender.encodedMessage(name, payload)
    return this.#flow.outbox.blocked()
  }

  request(message: OutgoingMessage, options: RequestOptions): Promise<unknown> {
    const name = this.#nameOf(message)
    this.#assertRoom()
    return this.#requests.start(name, message.payload, options)
  }

  /** One beat of the heart: pings a silent peer, gives up one that stays silent or does not read. */
  beat(nowMs: number): void {
    const { limits } = this.#node
    const { outbox, sender } = this.#flow
    // A link that is not read is silent by this node's own doing: long enough for a ping, which keeps the other end patient. Not
    // for ever: the line may be dead, and handlers that hold the link may wait for just that.
    if (this.#flow.heldMs(nowMs) > 0 && this.#flow.heldMs(nowMs) < limits.requestTimeoutMsMax) {
      this.#heardAtMs = Math.max(this.#heardAtMs, nowMs - limits.heartbeatIntervalMs)
    }
    const silentMs = nowMs - this.#heardAtMs
    const stuckMs = outbox.stuckMs(nowMs)
    if (stuckMs >= limits.sendTimeoutMs) this.#giveUp({ code: 'PEER_SLOW', detail: `unread for ${stuckMs} ms` })
    else if (silentMs >= limits.heartbeatTimeoutMs) this.#giveUp({ code: 'PEER_SILENT', detail: `for ${silentMs} ms` })
    else if (silentMs >= limits.heartbeatIntervalMs && !outbox.isBlocked) sender.ping()
  }

  /** This node slept: what it did not hear meanwhile is held against nobody. */
  forgive(nowMs: number): void {
    this.#heardAtMs = nowMs
    this.#flow.outbox.forgive(nowMs)
  }

  /** Asks for a sign of life: true with the next record that comes, false once the session has ended. */
  probe(): Promise<boolean> {
    if (this.hasEnded) return Promise.resolve(false)
    this.#flow.sender.ping()
    return new Promise((resolve) => this.#probes.push(resolve))
  }

  /** Ends the session and tells the peer why. Resolves when the link is closed. */
  close(reason: CloseReason): Promise<void> {
    if (this.hasEnded) return resolved
    this.#flow.sender.goodbye(reason)
    this.#flow.outbox.flush()
    const closed = this.#channel.link.close(reason)
    this.#end(reason)
    return closed
  }

  // From the link.

  frame(bytes: Uint8Array): void {
    if (this.hasEnded) return
    this.#flow.receive(bytes)
    if (this.hasEnded) return
    this.#heardAtMs = this.#node.env.monotonicMs()
    this.#answerProbes(true)
  }

  drain(): void {
    this.#flow.outbox.drain()
  }

  closed(reason: CloseReason): void {
    this.#end(reason)
  }

  // From the flow.

  control(envelope: ControlEnvelope): void {
    switch (envelope.kind) {
      case 'hello':
        return this.#hear(envelope.offer)
      case 'goodbye':
        return this.#leave(envelope.reason)
      case 'reply':
        return this.#requests.fulfil(envelope.requestId, envelope.codecId, envelope.payload)
      case 'reject':
        return this.#requests.reject(envelope.requestId, envelope.rejection)
      case 'cancel':
        return this.#flow.outcomes.cancel(envelope.requestId)
      case 'ping':
        return this.#flow.sender.pong()
      case 'name':
      case 'pong':
        return
    }
  }

  refused(code: string): void {
    this.#owner.refused(this, code)
  }

  broken(code: BrokenCode): void {
    if (this.hasEnded) return
    this.#giveUp({ code })
    // Before that, it is one more failed handshake.
    if (this.#isReady) this.#node.events.emit('error', coreError(code, { peerId: this.peerId }))
  }

  #giveUp(reason: CloseReason): void {
    this.#owner.broken(this, reason.code)
    void this.close(reason)
  }

  #hear(offer: Offer): void {
    this.#offer = offer
    this.#versions.clear()
    if (this.#isReady) return this.#owner.offerChanged(this)
    this.#isGreeted = true
    this.#becomeReady()
    this.#settleGreeted.resolve()
  }

  #becomeReady(): void {
    if (this.#isReady || !this.#isGreeted || this.#offeredGeneration === undefined) return
    this.#isReady = true
    // What was registered between the two greetings.
    if (this.#offeredGeneration !== this.#node.registry.generation) this.greet()
    this.#owner.ready(this)
  }

  /** The peer said goodbye: its reason is the reason. */
  #leave(reason: CloseReason): void {
    void this.#channel.link.close(reason)
    this.#end(reason)
  }

  #end(reason: CloseReason): void {
    if (this.hasEnded) return
    this.#endedWith = reason
    const error = coreError('PEER_DISCONNECTED', {
      peerId: this.peerId,
      detail: describeReason(reason),
      details: { reason },
    })
    this.#flow.close(error)
    this.#requests.close(error)
    this.#settleGreeted.reject(notGreeted(reason, this.peerId))
    this.#answerProbes(false)
    this.#owner.ended(this, reason)
  }

  #answerProbes(isAlive: boolean): void {
    if (this.#probes.length === 0) return
    const probes = this.#probes
    this.#probes = []
    for (const answer of probes) answer(isAlive)
  }

  #assertRoom(): void {
    if (this.#flow.outbox.isFull) throw coreError('PEER_SLOW', { peerId: this.peerId })
  }

  /** Where a message belongs, in a version that the peer serves. */
  #nameOf({ protocol = appProtocol, version: wanted, type }: OutgoingMessage): MessageName {
    // Everybody takes messages of `app`; a handler for them may add versions.
    const offer = protocol === appProtocol && !this.#offer.has(appProtocol) ? appOffer : this.#offer
    if (wanted !== undefined && offer.get(protocol)?.includes(wanted)) return { protocol, version: wanted, type }
    const { registry } = this.#node
    if (this.#versionsGeneration !== registry.generation) {
      this.#versionsGeneration = registry.generation
      this.#versions.clear()
    }
    const known = wanted === undefined ? this.#versions.get(protocol) : undefined
    if (known !== undefined) return { protocol, version: known, type }
    const version = negotiateVersion(protocol, wanted, registry.versions(protocol), offer, this.peerId)
    this.#versions.set(protocol, version)
    return { protocol, version, type }
  }

  #describe(transport: string): PeerInfo {
    const { link, peerId, role } = this.#channel
    const offer = (): Offer => this.#offer
    return Object.freeze({
      peerId,
      direction: role === 'dialler' ? 'outbound' : 'inbound',
      transport,
      ...(link.remote.address === undefined ? {} : { address: link.remote.address }),
      connectedAt: this.#node.env.wallMs(),
      get protocols() {
        return offer()
      },
    })
  }
}

/** What becomes of a session that ends before it is greeted: the handshake's own reasons keep their codes. */
function notGreeted(reason: CloseReason, peerId: PeerId): RondoError {
  const { code } = reason
  const detail = describeReason(reason)
  return coreError(isHandshakeCode(code) ? code : 'LINK_CLOSED', { peerId, detail, details: { reason } })
}

function isHandshakeCode(code: string): code is CoreErrorCode {
  return Object.entries(coreErrorTable).some(([known, { layer }]) => known === code && layer === 'handshake')
}

/** One line for a person. */
export function describeReason({ code, detail }: CloseReason): string {
  return detail === undefined ? code : `${code} (${detail})`
}
