import type { Codecs } from '../codec/codecs.js'
import type { CryptoProvider } from '../crypto/crypto-provider.js'
import type { Cancel, Env } from '../env/env.js'
import type { Events } from '../events.js'
import type { PeerId } from '../identity/peer-id.js'
import type { Suites } from '../identity/suite.js'
import type { CipherState } from '../noise/cipher-state.js'
import type { Limits } from '../options.js'
import type { PeerInfo } from '../peers/peer-info.js'
import type { Served } from '../protocol/served.js'
import type { RondoError } from '../rondo-error.js'
import type { VerifiedRoots } from '../signing/verified-roots.js'
import type { StreamWire } from '../streams/stream-wire.js'
import { Streams, type Verdict } from '../streams/streams.js'
import { Carrier } from './carrier.js'
import type { Channel } from './channel.js'
import {
  type ControlEnvelope,
  decodeEnvelope,
  type Envelope,
  isForHandlers,
  type MessageEnvelope,
  type SealEnvelope,
  type StreamEnvelope,
} from './envelope.js'
import { FrameReader, isCounted } from './frames.js'
import { Gcra } from './gcra.js'
import { Guards, type Refused } from './guards.js'
import { InboundHeads, OutboundHeads } from './head-table.js'
import { Inbox } from './inbox.js'
import { InboundNames, OutboundNames } from './name-table.js'
import { Outbox } from './outbox.js'
import { Outcomes } from './outcome.js'
import { openRecord, recordBytesMax, recordHeadBytes } from './record.js'
import { RequestContext, Router } from './router.js'
import { Sender } from './sender.js'
import { type Author, Signer } from './signer.js'
import { Throttle } from './throttle.js'
import { Verifier } from './verifier.js'
import type { WriterPool } from './writer-pool.js'

// The life of a message, top to bottom:
//   link bytes -> record -> frames -> envelope -> guards -> router -> outcome -> envelopes -> frames -> record -> link bytes
// Each stage makes the only type that the next one takes. What does not decrypt ends the channel, since anybody on the way may
// have done that; what is broken up to the envelope ends the session, since only the peer can; what the guards refuse ends the
// message.

/** The ways in which a channel can turn out useless; the session may go on over another. */
export type ChannelFault = 'RECORD_REFUSED' | 'RECORD_OVERSIZED' | 'RECORD_EXHAUSTED'

/** The ways in which a peer can break the wire format or the bounds of the session; nothing that follows is read. */
export type SessionFault =
  | 'FRAME_MALFORMED'
  | 'ENVELOPE_MALFORMED'
  | 'MESSAGE_OVERSIZED'
  | 'SESSION_ACK_REFUSED'
  | 'STREAM_MALFORMED'
  | 'SIGNATURE_LIMIT'
  | 'PEER_SLOW'

/** What the session itself takes. */
export type SessionEnvelope = Exclude<ControlEnvelope, StreamEnvelope | SealEnvelope>

/** What the flow tells the session it belongs to. */
export interface FlowOwner {
  readonly hasEnded: boolean
  /** An offer, an answer, a heartbeat, a goodbye. */
  control(envelope: SessionEnvelope): void
  /** The guards refused a message; the sender of a request is told by the flow. */
  refused(code: string): void
  /** The channel does not bear the session any further. */
  channelFailed(code: ChannelFault): void
  /** The peer broke the rules. */
  broken(code: SessionFault): void
}

export interface FlowOptions {
  readonly env: Env
  readonly crypto: CryptoProvider
  readonly limits: Limits
  readonly codecs: Codecs
  readonly registry: Served
  readonly events: Events
  readonly writers: WriterPool
  readonly author: Author
  readonly roots: VerifiedRoots
  readonly suites: Pick<Suites, 'isKeyChecked'>
  readonly sessionId: string
  /** Who dialled the channel that the session began with. */
  readonly role: 'dialler' | 'listener'
  readonly from: PeerInfo
  readonly to: PeerId
  readonly owner: FlowOwner
}

/** The most that travels in a message's body besides its payload: the rest of its statement, where it is signed. */
const headBytesMax = 256

/** An offer that changes makes every handler look again. */
const offerCost = 100

/** What may come before the other end hears that it came. Less often costs its memory, more often our records. */
const untoldBytesMax = 65_536

/** One session's way in, and its way out, over one channel after another. */
export class Flow {
  readonly #env: Env
  readonly #limits: Limits
  readonly #owner: FlowOwner
  readonly #throttle: Throttle
  readonly #bytesRate: Gcra
  readonly #messagesRate: Gcra
  readonly #frames: FrameReader
  readonly #names: InboundNames
  readonly #heads: InboundHeads
  readonly #verifier: Verifier
  readonly #roots: VerifiedRoots
  readonly #isKeyChecked: () => boolean
  readonly #inbox: Inbox
  readonly #guards: Guards
  readonly #router: Router
  readonly #context: RequestContext
  readonly outcomes: Outcomes
  readonly streams: Streams
  readonly sender: Sender
  readonly signer: Signer
  readonly outbox: Outbox
  #inbound: CipherState | undefined
  /** Envelopes that will come although they came by the channel before. */
  #repeated = 0
  #untoldBytes = 0
  #recordsTold = 0
  #heldUntilMs = Number.NEGATIVE_INFINITY
  #cancelHold: Cancel | undefined
  /** How many of the peer's envelopes have come: what it need not send again. */
  received = 0
  bytesReceived = 0
  messagesReceived = 0

  constructor(options: FlowOptions) {
    const { env, crypto, limits, codecs, registry, events, writers, author, roots, suites } = options
    const { sessionId, role, from, to, owner } = options
    const bodyBytesMax = limits.messageBytesMax + headBytesMax
    this.#env = env
    this.#limits = limits
    this.#owner = owner
    this.#throttle = new Throttle(env)
    this.#bytesRate = new Gcra(limits.bytesPerSecond, Math.max(limits.bytesBurst, recordBytesMax))
    this.#messagesRate = new Gcra(limits.messagesPerSecond, limits.messagesBurst)

    this.outbox = new Outbox({
      env,
      writers,
      bodyBytesMax,
      queueBytesMax: limits.sendQueueBytesMax,
      received: () => this.received,
      exhausted: () => owner.channelFailed('RECORD_EXHAUSTED'),
    })
    this.sender = new Sender({
      outbox: this.outbox,
      names: new OutboundNames(limits.namesMax),
      heads: new OutboundHeads(limits.namesMax),
      codecs,
      messageBytesMax: limits.messageBytesMax,
    })
    this.signer = new Signer(author, from.peerId, this.sender)

    this.#context = new RequestContext(env)
    this.outcomes = new Outcomes({
      env,
      limits,
      events,
      peerId: from.peerId,
      sender: this.sender,
      room: () => (this.outbox.isFull ? this.outbox.blocked() : undefined),
      finished: () => this.#handleWaiting(),
    })
    this.streams = new Streams({
      env,
      crypto,
      limits,
      peerId: from.peerId,
      wire: this.#streamWire(),
      idParity: role === 'dialler' ? 0 : 1,
      report: (error) => events.emit('error', error),
    })
    this.#router = new Router({ env, events, from, context: this.#context })
    // Both ends number the messages of each half alike, so that an id names one message on either.
    const idPrefix = `${sessionId}-${role === 'dialler' ? 'l' : 'd'}`
    this.#guards = new Guards({ env, registry, codecs, limits, from: from.peerId, to, idPrefix, atWork: this.outcomes })
    this.#inbox = new Inbox(limits)
    this.#names = new InboundNames(limits.namesMax)
    const { network } = author
    this.#heads = new InboundHeads({ headsMax: limits.namesMax, network, author: from.peerId, to })
    this.#isKeyChecked = () => suites.isKeyChecked(from.peerId)
    this.#roots = roots
    this.#verifier = new Verifier({
      author: from.peerId,
      crypto,
      roots,
      codecs,
      messageBytesMax: limits.messageBytesMax,
      settled: () => this.#handleWaiting(),
    })
    this.#frames = new FrameReader(bodyBytesMax)
  }

  /**
   * Goes on over this channel. The peer has `delivered` of our envelopes, and sends its own again behind the first `repeatedFrom`.
   * False where either is more than there is.
   */
  carryBy(channel: Channel, delivered: number, repeatedFrom: number): boolean {
    if (repeatedFrom > this.received) return false
    this.#inbound = channel.ciphers.receive
    this.#frames.reset()
    this.#repeated = this.received - repeatedFrom
    this.#throttle.moveTo(channel.link)
    const carrier = new Carrier(channel.link, channel.ciphers.send, this.#env, this.#limits)
    return this.outbox.carryBy(carrier, delivered)
  }

  /** The channel delivers from now on. What it kept until then made it be read again, whoever holds it. */
  attached(): void {
    this.#throttle.insist()
  }

  /** The channel is gone. */
  detach(): void {
    this.#inbound = undefined
    this.#throttle.moveTo(undefined)
    this.outbox.detach()
  }

  receive(sealed: Uint8Array): void {
    const owner = this.#owner
    if (this.#inbound === undefined) return
    const nowMs = this.#env.monotonicMs()
    this.#meter(nowMs, this.#bytesRate.charge(nowMs, sealed.length))

    const record = openRecord(this.#inbound, sealed)
    if (!record.ok) return owner.channelFailed(record.code)
    this.bytesReceived += sealed.length

    if (!this.#frames.enter(record)) return owner.broken('FRAME_MALFORMED')
    if (!this.outbox.acknowledge(this.#frames.acknowledged)) return owner.broken('SESSION_ACK_REFUSED')
    // A record costs something even where it holds nothing.
    let cost = record.plaintext.length > recordHeadBytes ? 0 : 1
    const receivedBefore = this.received
    for (let frame = this.#frames.next(); frame !== undefined && !owner.hasEnded; frame = this.#frames.next()) {
      if (!frame.ok) return owner.broken(frame.code)
      if (isCounted(frame.kind)) {
        if (this.#repeated > 0) {
          this.#repeated -= 1
          cost += 1
          continue
        }
        this.received += 1
        frame.sequence = this.received
      }

      const envelope = decodeEnvelope(frame, this.#names, this.#heads)
      if (!envelope.ok) return owner.broken(envelope.code)
      cost += costOf(envelope)
      if (isForHandlers(envelope)) this.#take(envelope, nowMs)
      else if (isOfStream(envelope)) this.#move(envelope)
      else if (envelope.kind === 'seal') this.#seal(envelope, nowMs)
      else if (envelope.kind === 'rekey') this.#inbound?.rekey()
      else owner.control(envelope)
    }
    this.#meter(nowMs, this.#messagesRate.charge(nowMs, cost))
    if (this.received !== receivedBefore && this.#countUntold(sealed.length) >= untoldBytesMax) this.outbox.tell()
    // It asks and asks, and does not read the answers.
    if (this.outbox.isOverrun) owner.broken('PEER_SLOW')
  }

  /** How long this node has not been reading the link; 0 where it does. */
  heldMs(nowMs: number): number {
    return this.#throttle.heldMs(nowMs)
  }

  /** Lets the peer know what has come, where it does not know. */
  tell(): void {
    if (this.#countUntold(0) > 0) this.outbox.tell()
  }

  /** The session ended: nobody needs what handlers are still working on. */
  close(reason: RondoError): void {
    this.#cancelHold?.()
    this.#throttle.moveTo(undefined)
    this.#context.abort(reason)
    this.outcomes.close(reason)
    this.streams.close(reason)
    this.signer.close(reason)
    this.outbox.close(reason)
  }

  #take(envelope: MessageEnvelope, nowMs: number): void {
    this.messagesReceived += 1
    // A stream passes what waits: what follows on it goes by its number, and so must find it.
    if (envelope.kind === 'stream') return this.#open(envelope, nowMs)
    if (envelope.signed === undefined && this.#inbox.size === 0 && !this.outcomes.isBusy) {
      return this.#handle(envelope, nowMs)
    }
    this.#inbox.push(envelope)
    if (!this.#verifier.add(envelope) || this.#inbox.isOverrun) return this.#owner.broken('SIGNATURE_LIMIT')
    this.#holdIfFull()
  }

  #seal(envelope: SealEnvelope, nowMs: number): void {
    const { asked } = this.#roots
    const isKeyChecked = this.#isKeyChecked()
    if (!this.#verifier.seal(envelope)) return this.#owner.broken('ENVELOPE_MALFORMED')
    // What was said to many in one batch shares a signature, and asks for it once.
    if (this.#roots.asked !== asked) this.#meter(nowMs, this.#guards.signatures.charge(nowMs, isKeyChecked))
    // A seal that is still being verified holds up what is behind it.
    this.#holdIfFull()
  }

  #handle(envelope: MessageEnvelope, nowMs: number): void {
    const admitted = this.#guards.admit(envelope, nowMs)
    if (admitted.ok) this.outcomes.settle(this.#router.route(admitted))
    else this.#refuse(envelope, admitted)
  }

  #open(envelope: MessageEnvelope, nowMs: number): void {
    const { id, allowance } = envelope
    const admitted = this.#guards.admit(envelope, nowMs)
    if (!admitted.ok) this.#owner.refused(admitted.code)
    this.#judge(
      admitted.ok
        ? this.streams.opened(id, allowance, this.#router.serve(admitted))
        : this.streams.refused(id, admitted.rejection),
    )
  }

  #move(envelope: StreamEnvelope): void {
    const { streams } = this
    switch (envelope.kind) {
      case 'data':
        return this.#judge(streams.data(envelope.streamId, envelope.chunk))
      case 'credit':
        return this.#judge(streams.credit(envelope.streamId, envelope.bytes))
      case 'end':
        return this.#judge(streams.ended(envelope.streamId, envelope.totalBytes, envelope.digest))
      case 'reset':
        return this.#judge(streams.reset(envelope.streamId, envelope.rejection))
    }
  }

  #judge(verdict: Verdict): void {
    if (verdict !== undefined) this.#owner.broken(verdict)
  }

  #streamWire(): StreamWire {
    const { sender, outbox } = this
    return {
      room: () => outbox.blocked(),
      open: (streamId, name, payload, creditBytes) => sender.openStream(name, payload, streamId, creditBytes),
      data: (streamId, chunk) => sender.streamData(streamId, chunk),
      credit: (streamId, bytes) => sender.streamCredit(streamId, bytes),
      end: (streamId, totalBytes, digest) => sender.streamEnd(streamId, totalBytes, digest),
      reset: (streamId, rejection) => sender.streamReset(streamId, rejection),
    }
  }

  /** A handler is done: what waited for it gets its turn. */
  #handleWaiting(): void {
    while (this.#inbox.isReady && !this.outcomes.isBusy && !this.#owner.hasEnded) {
      const envelope = this.#inbox.shift()
      if (envelope !== undefined) this.#handle(envelope, this.#env.monotonicMs())
    }
    this.#holdIfFull()
  }

  /** Whoever has sent too much to be handled is not read; but a seal that is to come has to be. */
  #holdIfFull(): void {
    if (this.#inbox.isFull && !this.#inbox.awaitsSeal) this.#throttle.hold('inbox')
    else this.#throttle.release('inbox')
  }

  #refuse(envelope: MessageEnvelope, { code, rejection }: Refused): void {
    this.#owner.refused(code)
    if (envelope.kind !== 'request') return
    // A peer that does not read gets the code and no more.
    this.sender.reject(envelope.id, this.outbox.isFull ? { code } : rejection)
  }

  /** Bytes that came since this end last sent anything; every record tells. */
  #countUntold(bytes: number): number {
    const { recordsSent } = this.outbox
    if (recordsSent !== this.#recordsTold) this.#untoldBytes = 0
    this.#recordsTold = recordsSent
    this.#untoldBytes += bytes
    return this.#untoldBytes
  }

  /** A peer that sends faster than its rate is not read until the rate allows more: it slows down and loses nothing. */
  #meter(nowMs: number, waitMs: number): void {
    const untilMs = nowMs + waitMs
    if (waitMs === 0 || untilMs <= this.#heldUntilMs) return
    this.#heldUntilMs = untilMs
    this.#throttle.hold('rate')
    this.#cancelHold?.()
    this.#cancelHold = this.#env.schedule(waitMs, () => this.#throttle.release('rate'))
  }
}

function isOfStream(envelope: ControlEnvelope): envelope is StreamEnvelope {
  const { kind } = envelope
  return kind === 'data' || kind === 'credit' || kind === 'end' || kind === 'reset'
}

/** What a frame counts for against the peer's rate of messages. Names are bounded by themselves. */
function costOf({ kind }: Envelope): number {
  if (kind === 'name' || kind === 'head') return 0
  return kind === 'offer' ? offerCost : 1
}
