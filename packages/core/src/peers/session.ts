import { bytesToHex, equalBytes } from '@noble/curves/utils.js'
import type { Codecs } from '../codec/codecs.js'
import type { CryptoProvider } from '../crypto/crypto-provider.js'
import type { Env } from '../env/env.js'
import { coreError } from '../errors.js'
import type { Events } from '../events.js'
import type { Channel } from '../flow/channel.js'
import type { ResumeClaim } from '../flow/envelope.js'
import { type ChannelFault, Flow, type FlowOwner, type SessionEnvelope, type SessionFault } from '../flow/flow.js'
import { type EncodedPayload, encodePayload, type MessageName } from '../flow/sender.js'
import type { Author, SharedStatement } from '../flow/signer.js'
import type { WriterPool } from '../flow/writer-pool.js'
import type { PeerId } from '../identity/peer-id.js'
import type { Suites } from '../identity/suite.js'
import type { Limits } from '../options.js'
import type { OutgoingMessage } from '../protocol/message.js'
import { appProtocol } from '../protocol/names.js'
import type { Offer, Registry } from '../protocol/registry.js'
import type { Served } from '../protocol/served.js'
import type { OpenStreamOptions, Stream } from '../protocol/stream.js'
import { negotiateVersion } from '../protocol/version.js'
import type { VerifiedRoots } from '../signing/verified-roots.js'
import { describeReason } from '../transport/close-reason.js'
import type { CloseReason } from '../transport/transport.js'
import { Path, type PathOwner } from './path.js'
import type { PeerInfo } from './peer-info.js'
import type { PeerRecord } from './peer-record.js'
import { type RequestOptions, Requests } from './requests.js'
import { ResumeKey } from './resume-key.js'

// What two peers share across successive channels:
//   connected -> recoverable -> connected … -> ended
// A channel that closes or fails leaves the session recoverable: what is sent waits, and a new channel carries on exactly where
// the last one stopped. A goodbye, a broken rule or too long a wait ends it, exactly once.

/** What all sessions of a coordinator share. */
export interface SessionNode {
  readonly peerId: PeerId
  readonly env: Env
  readonly crypto: CryptoProvider
  readonly limits: Limits
  readonly codecs: Codecs
  readonly registry: Registry
  readonly events: Events
  readonly writers: WriterPool
  readonly author: Author
  readonly roots: VerifiedRoots
  readonly suites: Pick<Suites, 'isKeyChecked'>
}

/** What a session tells the table it belongs to. */
export interface SessionOwner {
  began(session: Session): void
  interrupted(session: Session, reason: CloseReason): void
  resumed(session: Session): void
  /** The peer serves something else than it said before. */
  offerChanged(session: Session): void
  refused(session: Session, code: string): void
  /** This end gave the link or the session up: for what came by it, or did not come in time. */
  broken(session: Session, code: string): void
  ended(session: Session, reason: CloseReason): void
}

/** What a session begins with. */
export interface SessionStart {
  readonly record: PeerRecord
  /** What this node serves to this peer. */
  readonly served: Served
  /** The state of the registry that the peer was told of. */
  readonly offeredGeneration: number
  /** Where this node has reached the peer. */
  readonly addresses?: readonly string[] | undefined
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
const sessionIdBytes = 8

export class Session implements FlowOwner, PathOwner {
  readonly id: string
  readonly peerId: PeerId
  readonly info: PeerInfo
  readonly served: Served
  /** Where this node has reached the peer, and may again; none where it was reached. */
  addresses: readonly string[]
  readonly #node: SessionNode
  readonly #owner: SessionOwner
  readonly #flow: Flow
  readonly #requests: Requests
  readonly #resumeKey: ResumeKey
  readonly #record: PeerRecord
  #path: Path
  #offeredGeneration: number
  /** Of the last claim made, whatever became of it. */
  #claimedGeneration = 0
  /** On the monotonic clock: the last record that held. */
  #heardAtMs: number
  #interruptedAtMs = 0
  /** What `send` negotiated, for as long as both ends serve what they do. */
  #versions = new Map<string, number>()
  #versionsGeneration = -1
  #probes: ((isAlive: boolean) => void)[] = []

  constructor(node: SessionNode, start: SessionStart, owner: SessionOwner) {
    const { env, limits, codecs, crypto } = node
    const { record, served, offeredGeneration, addresses = [] } = start
    const { channel, info } = record
    this.#node = node
    this.#owner = owner
    this.#record = record
    this.info = info
    this.served = served
    this.#offeredGeneration = offeredGeneration
    this.addresses = addresses
    this.#heardAtMs = env.monotonicMs()
    this.#path = new Path(channel, this)
    this.#resumeKey = new ResumeKey(crypto, channel)
    this.id = bytesToHex(channel.handshakeHash.subarray(0, sessionIdBytes))
    this.peerId = channel.peerId
    const { role } = channel
    this.#flow = new Flow({
      ...node,
      registry: served,
      sessionId: this.id,
      role,
      from: info,
      to: node.peerId,
      owner: this,
    })
    this.#requests = new Requests({ env, limits, codecs, peerId: this.peerId, sender: this.#flow.sender })
  }

  get state(): PeerInfo['state'] {
    return this.#record.state
  }

  get hasEnded(): boolean {
    return this.state === 'ended'
  }

  get offer(): Offer {
    return this.#record.offer
  }

  /** The address group that its link comes from. */
  get group(): string | undefined {
    return this.#path.channel.link.remote.group
  }

  /** Whether this channel bears it, or did last. */
  isOn(channel: Channel): boolean {
    return this.#path.channel === channel
  }

  get counts(): SessionCounts {
    const { sender, outbox, messagesReceived, bytesReceived } = this.#flow
    return { messagesSent: sender.messagesSent, messagesReceived, bytesSent: outbox.bytesSent, bytesReceived }
  }

  /** Both have greeted: messages may go and come. */
  begin(): void {
    this.#flow.carryBy(this.#path.channel, 0, 0)
    this.#owner.began(this)
    this.#goOn()
  }

  // Another channel.

  /** What this end, dialling, says to go on over the channel. Each attempt is a generation of its own. */
  claim(channel: Channel): ResumeClaim | undefined {
    if (this.hasEnded) return undefined
    this.#claimedGeneration = Math.max(this.#claimedGeneration, this.#resumeKey.generation) + 1
    return this.#sign('dialler', channel, this.#claimedGeneration)
  }

  /** What this end, dialled, says to a claim that holds: the other one's is ahead of every channel that bore the session. */
  answer(claim: ResumeClaim, channel: Channel): ResumeClaim | undefined {
    if (this.hasEnded || !this.#holds(claim, 'dialler', channel)) return undefined
    return this.#sign('listener', channel, claim.generation)
  }

  /** Whether the other end, dialled, goes on from what this end claimed. */
  isAnsweredBy(answer: ResumeClaim, claim: ResumeClaim, channel: Channel): boolean {
    // It may have been lost since it claimed to go on.
    return !this.hasEnded && answer.generation === claim.generation && this.#holds(answer, 'listener', channel)
  }

  /** Goes on over this channel, by what either end claimed, and drops the one before. */
  moveTo(channel: Channel, transport: string, ours: ResumeClaim, theirs: ResumeClaim): void {
    const before = this.#path
    this.#path = new Path(channel, this)
    this.#record.channel = channel
    this.#record.transport = transport
    this.#resumeKey.advance(theirs.generation)
    void before.channel.link.close({ code: 'SESSION_MOVED' })
    this.#record.state = 'connected'
    this.#heardAtMs = this.#node.env.monotonicMs()
    const repeatedFrom = Math.max(ours.received, theirs.acknowledged)
    if (!this.#flow.carryBy(channel, theirs.received, repeatedFrom)) return this.broken('SESSION_ACK_REFUSED')
    // Its link may have failed on what was sent again.
    if (this.state !== 'connected') return
    this.#owner.resumed(this)
    this.#goOn()
  }

  /** The node serves something else now: the peer is told. */
  offerOurs(): void {
    const { generation } = this.served
    if (this.hasEnded || this.#offeredGeneration === generation) return
    this.#offeredGeneration = generation
    this.#flow.sender.offer(this.served.offer())
  }

  // What the node sends.

  /** Where a message belongs, in a version that the peer serves. */
  nameOf({ protocol = appProtocol, version: wanted, type }: OutgoingMessage): MessageName {
    // Everybody takes messages of `app`; a handler for them may add versions.
    const offer = protocol === appProtocol && !this.offer.has(appProtocol) ? appOffer : this.offer
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

  /** Resolves when the message is accepted below the high-water mark. */
  send(message: OutgoingMessage): Promise<void> {
    const name = this.nameOf(message)
    this.#assertRoom()
    if (message.signed === true) this.#flow.signer.send(name, encodePayload(this.#node.codecs, message.payload))
    else this.#flow.sender.message(name, message.payload)
    return this.#blocked() ?? resolved
  }

  /** The same for a payload that was encoded once for many; undefined where it is accepted at once. */
  sendEncoded(message: OutgoingMessage, payload: EncodedPayload): Promise<void> | undefined {
    const name = this.nameOf(message)
    this.#assertRoom()
    if (message.signed === true) this.#flow.signer.send(name, payload)
    else this.#flow.sender.encodedMessage(name, payload)
    return this.#blocked()
  }

  /** The same for what was said to many, and signed once. */
  sendShared(statement: SharedStatement): Promise<void> | undefined {
    this.#assertRoom()
    this.#flow.signer.sendShared(statement)
    return this.#blocked()
  }

  /** Calls back once the peer has acknowledged all that was sent so far; never where the session ends before. */
  whenArrived(arrived: () => void): void {
    const { outbox, signer } = this.#flow
    // What has come without its seal may still be lost.
    const sealed = signer.sealed()
    if (sealed === undefined) return outbox.whenArrived(arrived)
    sealed.then(
      () => outbox.whenArrived(arrived),
      () => {},
    )
  }

  /** One that finds no room waits for it, since its caller waits anyway. */
  request(message: OutgoingMessage, options: RequestOptions): Promise<unknown> {
    const name = this.nameOf(message)
    const { outbox } = this.#flow
    if (!outbox.isFull) return this.#requests.start(name, message.payload, options)
    const room = (): Promise<void> | undefined => (outbox.isFull ? outbox.blocked() : undefined)
    return this.#requests.startLater(room, name, message.payload, options)
  }

  async openStream(message: OutgoingMessage, options: OpenStreamOptions | undefined): Promise<Stream> {
    const name = this.nameOf(message)
    this.#assertRoom()
    return this.#flow.streams.open({ name, payload: message.payload }, options)
  }

  /** One beat of the heart: pings a silent peer, gives up the link of one that stays silent, and one that does not read. */
  beat(nowMs: number): void {
    const { limits } = this.#node
    const { outbox, sender, streams } = this.#flow
    streams.beat(nowMs)
    if (this.state === 'recoverable') {
      if (nowMs - this.#interruptedAtMs >= limits.sessionRecoverableMs) this.lose('no link in time')
      return
    }
    // A link that is not read is silent by this node's own doing: long enough for a ping, which keeps the other end patient. Not
    // for ever: the line may be dead, and handlers that hold the link may wait for just that.
    if (this.#flow.heldMs(nowMs) > 0 && this.#flow.heldMs(nowMs) < limits.requestTimeoutMsMax) {
      this.#heardAtMs = Math.max(this.#heardAtMs, nowMs - limits.heartbeatIntervalMs)
    }
    const silentMs = nowMs - this.#heardAtMs
    const stuckMs = outbox.stuckMs(nowMs)
    // Whoever takes nothing and says nothing is gone, rather than slow.
    if (stuckMs >= limits.sendTimeoutMs && silentMs <= limits.heartbeatIntervalMs) {
      this.#owner.broken(this, 'PEER_SLOW')
      void this.close({ code: 'PEER_SLOW', detail: `unread for ${stuckMs} ms` })
    } else if (silentMs >= limits.heartbeatTimeoutMs) {
      this.#owner.broken(this, 'PEER_SILENT')
      this.#interrupt({ code: 'PEER_SILENT', detail: `for ${silentMs} ms` })
    } else {
      if (silentMs >= limits.heartbeatIntervalMs && !outbox.isBlocked) sender.ping()
      this.#flow.tell()
    }
  }

  /** This node slept: what it did not hear meanwhile is held against nobody. */
  forgive(nowMs: number): void {
    this.#heardAtMs = nowMs
    this.#interruptedAtMs = nowMs
    this.#flow.outbox.forgive(nowMs)
  }

  /** How long whoever sends to it has been asked to wait. */
  blockedMs(nowMs: number): number {
    return this.#flow.outbox.blockedMs(nowMs)
  }

  /** Asks for a sign of life: true with the next record that comes, false once there is no link. */
  probe(): Promise<boolean> {
    if (this.state !== 'connected') return Promise.resolve(false)
    this.#flow.sender.ping()
    return new Promise((resolve) => this.#probes.push(resolve))
  }

  /** Ends the session and tells the peer why. Resolves when the link is closed. */
  close(reason: CloseReason): Promise<void> {
    if (this.hasEnded) return resolved
    const { link } = this.#path.channel
    if (this.state === 'connected') {
      this.#flow.signer.signNow()
      this.#flow.outbox.flush()
      this.#flow.sender.goodbye(reason)
    }
    // Ended first: a link that closes at once would find a session to be recovered.
    this.#end(reason)
    return link.close(reason)
  }

  /** The session will not go on: the peer has forgotten it, or no link came. */
  lose(detail: string): void {
    this.#end({ code: 'SESSION_LOST', detail })
    void this.#path.channel.link.close({ code: 'SESSION_LOST' })
  }

  // From the path.

  frame(path: Path, bytes: Uint8Array): void {
    if (path !== this.#path || this.state !== 'connected') return
    this.#flow.receive(bytes)
    if (this.state !== 'connected') return
    this.#heardAtMs = this.#node.env.monotonicMs()
    this.#answerProbes(true)
  }

  drain(path: Path): void {
    if (path === this.#path && this.state === 'connected') this.#flow.outbox.drain()
  }

  closed(path: Path, reason: CloseReason): void {
    if (path === this.#path) this.#interrupt(reason)
  }

  // From the flow.

  control(envelope: SessionEnvelope): void {
    switch (envelope.kind) {
      case 'offer':
        this.#record.offer = envelope.offer
        this.#versions.clear()
        return this.#owner.offerChanged(this)
      case 'goodbye':
        return this.#leave(envelope.reason)
      case 'reply':
        return this.#requests.fulfil(envelope.requestId, envelope.codecId, envelope.payload)
      case 'reject':
        return this.#requests.reject(envelope.requestId, envelope.rejection)
      case 'cancel':
        return this.#flow.outcomes.cancel(envelope.requestId)
      case 'ping':
        return this.#flow.outbox.tell()
      case 'hello':
        // A channel is greeted once.
        return this.broken('ENVELOPE_MALFORMED')
      case 'name':
      case 'head':
      case 'rekey':
        return
    }
  }

  refused(code: string): void {
    this.#owner.refused(this, code)
  }

  channelFailed(code: ChannelFault): void {
    this.#owner.broken(this, code)
    this.#interrupt({ code })
  }

  broken(code: SessionFault): void {
    if (this.hasEnded) return
    this.#owner.broken(this, code)
    void this.close({ code })
    this.#node.events.emit('error', coreError(code, { peerId: this.peerId }))
  }

  /** The channel may speak. What was registered since the greeting follows. */
  #goOn(): void {
    if (this.hasEnded) return
    this.offerOurs()
    this.#path.channel.attach(this.#path)
    this.#flow.attached()
  }

  #sign(role: 'dialler' | 'listener', channel: Channel, generation: number): ResumeClaim | undefined {
    const { received, outbox } = this.#flow
    const numbers = { generation, received, acknowledged: outbox.acknowledged }
    const mac = this.#resumeKey.mac(role, channel, numbers)
    return mac === undefined ? undefined : { sessionId: this.id, ...numbers, mac }
  }

  #holds(claim: ResumeClaim, role: 'dialler' | 'listener', channel: Channel): boolean {
    const ours = claim.sessionId === this.id ? this.#resumeKey.mac(role, channel, claim) : undefined
    return ours !== undefined && equalBytes(ours, claim.mac)
  }

  /** The link is gone, or of no use: the session waits for another. */
  #interrupt(reason: CloseReason): void {
    if (this.state !== 'connected') return
    this.#record.state = 'recoverable'
    this.#interruptedAtMs = this.#node.env.monotonicMs()
    this.#flow.detach()
    void this.#path.channel.link.close(reason)
    this.#answerProbes(false)
    this.#owner.interrupted(this, reason)
  }

  /** The peer said goodbye: its reason is the reason. */
  #leave(reason: CloseReason): void {
    this.#end(reason)
    void this.#path.channel.link.close(reason)
  }

  #end(reason: CloseReason): void {
    if (this.hasEnded) return
    this.#record.state = 'ended'
    const { unacknowledged } = this.#flow.outbox
    const error = coreError('PEER_DISCONNECTED', {
      peerId: this.peerId,
      detail: describeReason(reason),
      details: { reason, unacknowledged },
    })
    this.#flow.close(error)
    this.#requests.close(error)
    this.#answerProbes(false)
    this.#owner.ended(this, reason)
  }

  #answerProbes(isAlive: boolean): void {
    if (this.#probes.length === 0) return
    const probes = this.#probes
    this.#probes = []
    for (const answer of probes) answer(isAlive)
  }

  #blocked(): Promise<void> | undefined {
    return this.#flow.outbox.blocked() ?? this.#flow.signer.blocked()
  }

  #assertRoom(): void {
    if (this.#flow.outbox.isFull || !this.#flow.signer.hasRoom()) throw coreError('PEER_SLOW', { peerId: this.peerId })
  }
}
