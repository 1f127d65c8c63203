import type { CryptoProvider } from '../crypto/crypto-provider.js'
import type { Env } from '../env/env.js'
import { coreError } from '../errors.js'
import type { Rejection } from '../flow/envelope.js'
import type { MessageName } from '../flow/sender.js'
import type { PeerId } from '../identity/peer-id.js'
import type { Limits } from '../options.js'
import type { HandlerContext } from '../protocol/handler.js'
import { RequestRejection } from '../protocol/request-rejection.js'
import type { OpenStreamOptions, Stream } from '../protocol/stream.js'
import type { RondoError } from '../rondo-error.js'
import { LiveStream, type StreamHost } from './live-stream.js'
import type { StreamWire } from './stream-wire.js'

// The streams of one session, both ways. Each end numbers its own upwards, the one evenly, the other oddly, so that no table of what
// was is needed: a frame of a number that was never given breaks the rules, one of a number that is over came late.

export interface StreamsOptions {
  readonly env: Env
  readonly crypto: CryptoProvider
  readonly limits: Limits
  readonly peerId: PeerId
  readonly wire: StreamWire
  /** Which numbers are this end's own: those with this lowest bit. The two ends must differ. */
  readonly idParity: 0 | 1
  /** What went wrong with nobody there to throw it at. */
  readonly report: (error: RondoError) => void
}

export interface StreamTarget {
  readonly name: MessageName
  readonly payload: unknown
}

/** Serves one stream of the peer's. */
export interface StreamServing {
  /** What a report of its failure says: `files/1 upload`. */
  readonly label: string
  readonly handle: (stream: Stream, context: HandlerContext) => unknown
}

/** The session must end: what the peer sent has no meaning, so nothing that follows has. */
export type Violation = 'STREAM_MALFORMED'
/** Undefined where the frame was taken, or came late. */
export type Verdict = Violation | undefined

const violation: Violation = 'STREAM_MALFORMED'
const idMax = 0xffff_ffff

export class Streams {
  readonly #options: StreamsOptions
  readonly #host: StreamHost
  readonly #live = new Map<number, LiveStream>()
  /** Those that have something to send, in the order of their turns. */
  readonly #ready = new Set<LiveStream>()
  readonly #lingering = new Set<LiveStream>()
  #isPumping = false
  #turnAsked = false
  #lastOwnId: number
  #lastPeerId: number
  #ownCount = 0
  /** The peer's streams that are not over, and those whose handler is still at work. */
  #servedCount = 0
  readonly #atWork = new Set<LiveStream>()
  #closed: RondoError | undefined

  constructor(options: StreamsOptions) {
    const { peerId, limits, wire, crypto, idParity } = options
    this.#options = options
    this.#lastOwnId = idParity === 0 ? 0 : -1
    this.#lastPeerId = idParity === 0 ? -1 : 0
    this.#host = {
      peerId,
      limits,
      wire,
      createSha256: () => crypto.createSha256(),
      wake: (stream) => this.#wake(stream),
      linger: (stream) => this.#linger(stream),
      forget: (stream) => this.#forget(stream),
      listenerThrew: (cause) => this.#listenerThrew(cause),
    }
  }

  /** Streams that are not over, both ways. */
  get size(): number {
    return this.#live.size
  }

  /** What they hold that no program has read yet. */
  get heldBytes(): number {
    let bytes = 0
    for (const stream of this.#live.values()) bytes += stream.heldBytes
    return bytes
  }

  /** Resolves when the peer's handler takes the stream up. */
  async open({ name, payload }: StreamTarget, options: OpenStreamOptions = {}): Promise<Stream> {
    const { limits, peerId, wire } = this.#options
    const { signal, onProgress } = options
    if (onProgress !== undefined && typeof onProgress !== 'function') {
      throw new TypeError(`onProgress is a function, not ${typeof onProgress}`)
    }
    if (signal?.aborted) throw signal.reason
    if (this.#closed !== undefined) throw this.#closed
    if (this.#ownCount >= limits.streamsPerPeerMax) throw coreError('STREAM_LIMIT', { peerId })
    const id = this.#lastOwnId + 2
    if (id > idMax) throw coreError('STREAM_LIMIT', { peerId, detail: 'the session has used up its stream numbers' })
    wire.open(id, name, payload, limits.streamWindowBytes)
    this.#lastOwnId = id
    this.#ownCount += 1
    const stream = new LiveStream(this.#host, id, 'opening', onProgress)
    this.#live.set(id, stream)
    return this.#opened(stream, signal)
  }

  /** The peer opens a stream that the guards admitted. */
  opened(id: number, creditBytes: number, serving: StreamServing): Verdict {
    if (this.#closed !== undefined) return undefined
    if (!this.#isNew(id) || creditBytes === 0) return violation
    this.#lastPeerId = id
    const { limits, wire } = this.#options
    if (this.#servedCount >= limits.streamsPerPeerMax) {
      wire.reset(id, { code: 'STREAM_LIMIT' })
      return undefined
    }
    const stream = new LiveStream(this.#host, id, 'offered')
    stream.begin(creditBytes)
    this.#live.set(id, stream)
    this.#servedCount += 1
    this.#atWork.add(stream)
    this.#serve(stream, serving)
    return undefined
  }

  /** The peer opens a stream that the guards refused. */
  refused(id: number, rejection: Rejection): Verdict {
    if (this.#closed !== undefined) return undefined
    if (!this.#isNew(id)) return violation
    this.#lastPeerId = id
    this.#options.wire.reset(id, rejection)
    return undefined
  }

  /** The chunk is copied where it is kept. */
  data(id: number, chunk: Uint8Array): Verdict {
    return this.#told(id, (stream) => stream.receive(chunk))
  }

  credit(id: number, bytes: number): Verdict {
    return this.#told(id, (stream) => stream.credit(bytes))
  }

  /** A total or digest that does not hold ends the stream and not the session. */
  ended(id: number, totalBytes: number, digest: Uint8Array): Verdict {
    return this.#told(id, (stream) => stream.ended(totalBytes, digest))
  }

  reset(id: number, rejection: Rejection): Verdict {
    return this.#told(id, (stream) => {
      stream.resetBy(rejection)
      return true
    })
  }

  /** From the session's heartbeat: gives up streams that have been idle for too long. */
  beat(nowMs: number): void {
    for (const stream of [...this.#live.values()]) stream.beat(nowMs)
  }

  /** The session is over: every stream fails with the reason, and nothing is sent any more. */
  close(reason: RondoError): void {
    if (this.#closed !== undefined) return
    this.#closed = reason
    for (const stream of [...this.#live.values()]) stream.fail(reason)
  }

  async #opened(stream: LiveStream, signal: AbortSignal | undefined): Promise<Stream> {
    if (signal !== undefined) stream.follow(signal)
    try {
      await stream.accepted
      return stream
    } catch (failure) {
      // An aborted call rethrows the signal's reason; afterwards the stream has an error of its own.
      throw signal?.aborted ? signal.reason : failure
    }
  }

  /** The number is one of the peer's that it has not given yet. */
  #isNew(id: number): boolean {
    return this.#isPeers(id) && id > this.#lastPeerId && id <= idMax
  }

  #isPeers(id: number): boolean {
    return Number.isSafeInteger(id) && (id & 1) !== this.#options.idParity
  }

  #told(id: number, tell: (stream: LiveStream) => boolean): Verdict {
    if (this.#closed !== undefined) return undefined
    const stream = this.#live.get(id)
    if (stream !== undefined) return tell(stream) ? undefined : violation
    const last = this.#isPeers(id) ? this.#lastPeerId : this.#lastOwnId
    return id >= 1 && id <= last ? undefined : violation
  }

  /** Runs the handler of the peer's stream, and tells the peer how it ended. */
  async #serve(stream: LiveStream, { handle, label }: StreamServing): Promise<void> {
    const { env } = this.#options
    const context: HandlerContext = {
      env,
      get signal() {
        return stream.signal
      },
    }
    try {
      await handle(stream, context)
      stream.leave()
    } catch (cause) {
      this.#handlerThrew(stream, label, cause)
    }
    this.#atWork.delete(stream)
    if (stream.isOver) this.#servedCount -= 1
  }

  #handlerThrew(stream: LiveStream, label: string, cause: unknown): void {
    const { peerId, report } = this.#options
    // What the stream itself threw at the handler, plainly or by its signal, is no failure of the handler's.
    const { failure: known } = stream
    if (known !== undefined && (cause === known || (cause instanceof Error && cause.cause === known))) {
      stream.fail(known)
      return
    }
    if (cause instanceof RequestRejection && cause.peerId === undefined) {
      stream.fail(cause, cause.toRejection())
      return
    }
    const failure = coreError('HANDLER_FAILED', { detail: label, peerId, cause })
    stream.fail(failure, { code: 'HANDLER_FAILED' })
    report(failure)
  }

  #wake(stream: LiveStream): void {
    this.#ready.add(stream)
    if (this.#isPumping) return
    this.#isPumping = true
    this.#pumpSoon(nothing)
  }

  /** Not at once: what is written in one go shares chunks, and streams written in one go share the turns. */
  #pumpSoon(when: Promise<void>): void {
    when.then(
      () => this.#pump(),
      () => {
        this.#isPumping = false
      },
    )
  }

  /** One chunk each, in turns, for as long as there is room. */
  #pump(): void {
    for (const stream of this.#ready) {
      if (this.#closed !== undefined) break
      const room = this.#options.wire.room()
      if (room !== undefined) return this.#pumpSoon(room)
      this.#ready.delete(stream)
      if (stream.sendNext()) this.#ready.add(stream)
    }
    this.#isPumping = false
  }

  #linger(stream: LiveStream): void {
    this.#lingering.add(stream)
    if (this.#turnAsked) return
    this.#turnAsked = true
    this.#options.env.defer(() => this.#turnEnded())
  }

  #turnEnded(): void {
    this.#turnAsked = false
    const lingering = [...this.#lingering]
    this.#lingering.clear()
    for (const stream of lingering) stream.turnEnded()
  }

  #forget(stream: LiveStream): void {
    if (!this.#live.delete(stream.id)) return
    this.#ready.delete(stream)
    if (!this.#isPeers(stream.id)) this.#ownCount -= 1
    else if (!this.#atWork.has(stream)) this.#servedCount -= 1
  }

  #listenerThrew(cause: unknown): void {
    const { peerId, report } = this.#options
    report(coreError('LISTENER_FAILED', { detail: 'an onProgress', peerId, cause }))
  }
}

const nothing = Promise.resolve()
