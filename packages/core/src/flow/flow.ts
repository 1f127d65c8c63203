import type { Codecs } from '../codec/codecs.js'
import type { Cancel, Env } from '../env/env.js'
import type { Events } from '../events.js'
import type { PeerId } from '../identity/peer-id.js'
import type { CipherState } from '../noise/cipher-state.js'
import type { Limits } from '../options.js'
import type { PeerInfo } from '../peers/peer-info.js'
import type { Served } from '../protocol/served.js'
import type { RondoError } from '../rondo-error.js'
import type { Channel } from './channel.js'
import { type ControlEnvelope, decodeEnvelope, type Envelope, isForHandlers, type MessageEnvelope } from './envelope.js'
import { FrameReader } from './frames.js'
import { Gcra } from './gcra.js'
import { Guards, type Refused } from './guards.js'
import { type RefusalCode, readRefusal } from './handshake.js'
import { InboundNames, OutboundNames } from './name-table.js'
import { Outbox, type WriterPool } from './outbox.js'
import { Outcomes } from './outcome.js'
import { openRecord, recordBytesMax, timestampBytes } from './record.js'
import { RequestContext, Router } from './router.js'
import { Sender } from './sender.js'
import { Throttle } from './throttle.js'

// The life of a message, top to bottom:
//   link bytes -> record -> frames -> envelope -> guards -> router -> outcome -> envelopes -> frames -> record -> link bytes
// Each stage makes the only type that the next one takes. What is broken below the envelope ends the link; what the guards
// refuse ends the message.

/** The ways in which a peer can break the wire format or the bounds of the connection; nothing that follows is read. */
export type BrokenCode =
  | 'RECORD_REFUSED'
  | 'RECORD_OVERSIZED'
  | 'RECORD_EXHAUSTED'
  | 'FRAME_MALFORMED'
  | 'ENVELOPE_MALFORMED'
  | 'MESSAGE_OVERSIZED'
  | 'PEER_SLOW'
  | RefusalCode

/** What the flow tells the session it belongs to. */
export interface FlowOwner {
  /** Greeted both ways: messages may come. */
  readonly isReady: boolean
  readonly hasEnded: boolean
  /** A hello, an answer, a heartbeat, a goodbye. */
  control(envelope: ControlEnvelope): void
  /** The guards refused a message; the sender of a request is told by the flow. */
  refused(code: string): void
  broken(code: BrokenCode): void
}

export interface FlowOptions {
  readonly env: Env
  readonly limits: Limits
  readonly codecs: Codecs
  readonly registry: Served
  readonly events: Events
  readonly writers: WriterPool
  readonly channel: Channel
  readonly from: PeerInfo
  readonly to: PeerId
  readonly owner: FlowOwner
}

/** The most that travels in a message's body besides its payload. */
const headBytesMax = 16

/** A greeting that comes again makes every handler look again. */
const greetingAgainCost = 100

/** One session's way in, and its way out. */
export class Flow {
  readonly #env: Env
  readonly #owner: FlowOwner
  readonly #throttle: Throttle
  readonly #bytesRate: Gcra
  readonly #messagesRate: Gcra
  readonly #inbound: CipherState
  readonly #frames: FrameReader
  readonly #names: InboundNames
  readonly #guards: Guards
  readonly #router: Router
  readonly #context: RequestContext
  #heldUntilMs = Number.NEGATIVE_INFINITY
  #cancelHold: Cancel | undefined
  readonly outcomes: Outcomes
  readonly sender: Sender
  readonly outbox: Outbox
  bytesReceived = 0
  messagesReceived = 0

  constructor(options: FlowOptions) {
    const { env, limits, codecs, registry, events, writers, channel, from, to, owner } = options
    const { link, ciphers, sessionId, role } = channel
    const bodyBytesMax = limits.messageBytesMax + headBytesMax
    this.#env = env
    this.#owner = owner
    this.#throttle = new Throttle(link, env)
    this.#bytesRate = new Gcra(limits.bytesPerSecond, Math.max(limits.bytesBurst, recordBytesMax))
    this.#messagesRate = new Gcra(limits.messagesPerSecond, limits.messagesBurst)

    this.outbox = new Outbox({
      link,
      cipher: ciphers.send,
      env,
      writers,
      bodyBytesMax,
      queueBytesMax: limits.sendQueueBytesMax,
      exhausted: () => owner.broken('RECORD_EXHAUSTED'),
    })
    this.sender = new Sender({
      outbox: this.outbox,
      names: new OutboundNames(limits.namesMax),
      codecs,
      messageBytesMax: limits.messageBytesMax,
    })

    this.#context = new RequestContext(env)
    this.outcomes = new Outcomes({
      env,
      limits,
      events,
      peerId: from.peerId,
      sender: this.sender,
      throttle: this.#throttle,
      answered: () => this.#cutIfSlow(),
    })
    this.#router = new Router({ env, events, from, context: this.#context })
    // Both ends number the messages of each half alike, so that an id names one message on either.
    const idPrefix = `${sessionId}-${role === 'dialler' ? 'l' : 'd'}`
    this.#guards = new Guards({ registry, codecs, limits, from: from.peerId, to, idPrefix, atWork: this.outcomes })
    this.#names = new InboundNames(limits.namesMax)
    this.#frames = new FrameReader(bodyBytesMax)
    this.#inbound = ciphers.receive
  }

  receive(sealed: Uint8Array): void {
    const owner = this.#owner
    const nowMs = this.#env.monotonicMs()
    this.#meter(nowMs, this.#bytesRate.charge(nowMs, sealed.length))

    const record = openRecord(this.#inbound, sealed)
    // A dialler that is turned away by its last handshake message hears of it here, in the place of the first record.
    if (!record.ok) return owner.broken((owner.isReady ? undefined : readRefusal(sealed)) ?? record.code)
    this.bytesReceived += sealed.length

    if (!this.#frames.enter(record)) return owner.broken('FRAME_MALFORMED')
    // A record costs something even where it holds nothing.
    let cost = record.plaintext.length > timestampBytes ? 0 : 1
    for (let frame = this.#frames.next(); frame !== undefined && !owner.hasEnded; frame = this.#frames.next()) {
      if (!frame.ok) return owner.broken(frame.code)

      const envelope = decodeEnvelope(frame, this.#names)
      if (!envelope.ok) return owner.broken(envelope.code)
      cost += costOf(envelope, owner.isReady)
      if (!isForHandlers(envelope)) {
        owner.control(envelope)
        continue
      }
      if (!owner.isReady) return owner.broken('ENVELOPE_MALFORMED')
      this.messagesReceived += 1

      const admitted = this.#guards.admit(envelope, nowMs)
      if (admitted.ok) this.outcomes.settle(this.#router.route(admitted))
      else this.#refuse(envelope, admitted)
    }
    this.#meter(nowMs, this.#messagesRate.charge(nowMs, cost))
    this.#cutIfSlow()
  }

  /** How long this node has not been reading the link; 0 where it does. */
  heldMs(nowMs: number): number {
    return this.#throttle.heldMs(nowMs)
  }

  /** The session ended: nobody needs what handlers are still working on. */
  close(reason: RondoError): void {
    this.#cancelHold?.()
    this.#context.abort(reason)
    this.outcomes.close(reason)
    this.outbox.close(reason)
  }

  #refuse(envelope: MessageEnvelope, { code, rejection }: Refused): void {
    this.#owner.refused(code)
    if (envelope.kind !== 'request') return
    this.sender.reject(envelope.requestId, rejection)
    this.#cutIfSlow()
  }

  /** It asks and asks, and does not read the answers. */
  #cutIfSlow(): void {
    if (this.outbox.isFull) this.#owner.broken('PEER_SLOW')
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

/** What a frame counts for against the peer's rate of messages. Names are bounded by themselves. */
function costOf({ kind }: Envelope, isReady: boolean): number {
  if (kind === 'name') return 0
  if (kind === 'hello') return isReady ? greetingAgainCost : 0
  return 1
}
