import type { Sha256 } from '../crypto/crypto-provider.js'
import { createPromised } from '../env/promised.js'
import { coreError } from '../errors.js'
import type { Rejection } from '../flow/envelope.js'
import type { PeerId } from '../identity/peer-id.js'
import type { Limits } from '../options.js'
import { remoteFailure } from '../protocol/remote-failure.js'
import type { Stream, StreamProgress, StreamSource } from '../protocol/stream.js'
import type { RondoError } from '../rondo-error.js'
import { IncomingHalf } from './incoming-half.js'
import { OutgoingHalf } from './outgoing-half.js'
import { sendSource } from './send-source.js'
import type { StreamWire } from './stream-wire.js'

// One stream: its two halves, and when it is over. It is over for this end when both halves were taken whole, or when it failed.

/** What a stream asks of the table it stands in. */
export interface StreamHost {
  readonly peerId: PeerId
  readonly limits: Limits
  readonly wire: StreamWire
  createSha256(): Sha256
  /** The stream has something to send. */
  wake(stream: LiveStream): void
  /** `turnEnded` is wanted. */
  linger(stream: LiveStream): void
  /** The stream is over. */
  forget(stream: LiveStream): void
  /** A listener of the program's threw. */
  listenerThrew(cause: unknown): void
}

export type OnProgress = (progress: StreamProgress) => unknown

/**
 * opening: ours, and not yet accepted. offered: the peer's, and our handler has not yet taken it up. open: bytes may flow.
 * over: nothing goes out any more, and frames that still come are late.
 */
type State = 'opening' | 'offered' | 'open' | 'over'

export class LiveStream implements Stream {
  readonly id: number
  readonly #host: StreamHost
  readonly #incoming: IncomingHalf
  readonly #outgoing: OutgoingHalf
  readonly #onProgress: OnProgress | undefined
  readonly #accepted = createPromised<void>()
  #state: State
  #failure: RondoError | undefined
  #controller: AbortController | undefined
  /** Its handler has returned. */
  #left = false
  #unfollow: () => void = () => {}
  #progressDue = false
  #moved = true
  #movedMs = 0

  constructor(host: StreamHost, id: number, state: 'opening' | 'offered', onProgress?: OnProgress | undefined) {
    this.id = id
    this.#host = host
    this.#state = state
    this.#onProgress = onProgress
    const { streamChunkBytesMax: chunkBytesMax, streamWindowBytes: windowBytes } = host.limits
    const linger = (): void => host.linger(this)
    this.#outgoing = new OutgoingHalf({
      sha256: host.createSha256(),
      chunkBytesMax,
      wake: () => host.wake(this),
      linger,
    })
    this.#incoming = new IncomingHalf({
      sha256: host.createSha256(),
      windowBytes,
      blockBytes: chunkBytesMax,
      giveCredit: (bytes) => this.#giveCredit(bytes),
      linger,
      complete: () => this.#completed(),
    })
    if (state === 'opening') this.#incoming.allow(windowBytes)
  }

  get peerId(): PeerId {
    return this.#host.peerId
  }

  get bytesWritten(): number {
    return this.#outgoing.bytesWritten
  }

  get bytesTaken(): number {
    return this.#outgoing.bytesTaken
  }

  get bytesRead(): number {
    return this.#incoming.bytesRead
  }

  /** Aborts when the stream fails. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#failure !== undefined) this.#controller.abort(this.#failure)
    return this.#controller.signal
  }

  /** Settles when the peer's handler takes the stream up, or the stream fails. */
  get accepted(): Promise<void> {
    return this.#accepted.promise
  }

  get failure(): RondoError | undefined {
    return this.#failure
  }

  /** Follows the signal for as long as the stream lives. Its reason stays here. */
  follow(signal: AbortSignal): void {
    const abort = (): void => this.#giveUp(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    this.#unfollow = () => signal.removeEventListener('abort', abort)
  }

  get isOver(): boolean {
    return this.#state === 'over'
  }

  /** Bytes that wait here for the program to read them. */
  get heldBytes(): number {
    return this.#incoming.heldBytes
  }

  // What the program calls.

  write(chunk: Uint8Array): Promise<void> {
    if (!(chunk instanceof Uint8Array)) return Promise.reject(new TypeError('a chunk of a stream is a Uint8Array'))
    this.#takeUp()
    return this.#outgoing.write(chunk)
  }

  end(): Promise<void> {
    this.#takeUp()
    return this.#outgoing.end()
  }

  send(source: StreamSource): Promise<void> {
    const sent = sendSource(this, source)
    sent.catch(() => {})
    return sent
  }

  abort(reason?: unknown): void {
    if (typeof reason === 'string') this.#giveUp(undefined, reason)
    else this.#giveUp(reason)
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    return {
      next: () => {
        this.#takeUp()
        return this.#incoming.next()
      },
      // Leaving a loop leaves the rest to the next one; giving it up takes `abort`, or a handler's return.
      return: () => Promise.resolve({ done: true, value: undefined }),
    }
  }

  // What the table calls, for the peer.

  /** The peer opened it, and lets this much come. */
  begin(creditBytes: number): void {
    this.#outgoing.begin(creditBytes)
  }

  /** False where the peer may not do this now; so too of the others. */
  receive(chunk: Uint8Array): boolean {
    if (this.#state !== 'open' || !this.#incoming.receive(chunk)) return false
    this.#moved = true
    this.#resign()
    return true
  }

  credit(bytes: number): boolean {
    this.#moved = true
    if (this.#state === 'opening') return this.#accept(bytes)
    if (this.#state !== 'open' || !this.#outgoing.credit(bytes)) return false
    this.#progressed()
    this.#finish()
    this.#resign()
    return true
  }

  ended(totalBytes: number, digest: Uint8Array): boolean {
    if (this.#state !== 'open') return false
    const held = this.#incoming.end(totalBytes, digest)
    if (held === undefined) return false
    this.#moved = true
    if (!held) this.fail(coreError('STREAM_CORRUPT', { peerId: this.peerId }), { code: 'STREAM_CORRUPT' })
    return true
  }

  /** What was complete before it stays readable, and writing nothing to a peer that reads nothing is no failure. */
  resetBy(rejection: Rejection): void {
    const failure = remoteFailure(rejection, this.peerId, 'STREAM_ABORTED')
    if (failure.code === 'STREAM_UNREAD') this.#outgoing.dismiss(failure)
    this.fail(failure, undefined, this.#incoming.isEnded)
  }

  // What the table calls, for this end.

  /** Sends one chunk, or the end. Whether there is more. */
  sendNext(): boolean {
    const { wire } = this.#host
    if (this.#state !== 'open') return false
    const chunk = this.#outgoing.next()
    if (chunk !== undefined) {
      wire.data(this.id, chunk)
      this.#moved = true
      this.#progressed()
    } else {
      const end = this.#outgoing.takeEnd()
      if (end === undefined) return false
      wire.end(this.id, end.totalBytes, end.digest)
      this.#resign()
    }
    return this.#outgoing.isReady
  }

  turnEnded(): void {
    if (this.#state === 'open') {
      this.#outgoing.flush()
      this.#incoming.settle()
    }
    if (this.#progressDue) this.#tellProgress()
  }

  #tellProgress(): void {
    this.#progressDue = false
    try {
      const { bytesWritten, bytesTaken } = this
      const returned = this.#onProgress?.({ bytesWritten, bytesTaken })
      if (returned instanceof Promise) returned.catch((cause) => this.#host.listenerThrew(cause))
    } catch (cause) {
      this.#host.listenerThrew(cause)
    }
  }

  /** Gives up a stream on which nothing moved for too long, to the precision of the beats. */
  beat(nowMs: number): void {
    if (this.#moved) this.#movedMs = nowMs
    this.#moved = false
    const idleMs = nowMs - this.#movedMs
    if (idleMs < this.#host.limits.streamIdleMsMax) return
    const failure = coreError('STREAM_IDLE', { peerId: this.peerId, detail: `${Math.round(idleMs)} ms` })
    this.fail(failure, { code: 'STREAM_IDLE' })
  }

  /** Its handler has returned: our half ends, and nobody reads the other. */
  leave(): void {
    if (this.isOver) {
      this.#incoming.abandon()
      return
    }
    this.end()
    this.#left = true
    this.#incoming.abandon()
    this.#resign()
  }

  /** Ends both halves. `told` goes to the peer; a half that arrived whole may stay readable. */
  fail(failure: RondoError, told?: Rejection | undefined, keepsIncoming = false): void {
    if (this.isOver) {
      // Bytes that stayed readable after the peer's reset are given up, too.
      this.#incoming.fail(this.#failure ?? failure)
      return
    }
    this.#state = 'over'
    this.#failure = failure
    if (told !== undefined) this.#host.wire.reset(this.id, told)
    this.#outgoing.fail(failure)
    if (!keepsIncoming) this.#incoming.fail(failure)
    this.#controller?.abort(failure)
    this.#accepted.reject(failure)
    this.#leaveTable()
  }

  /** `cause` stays here, `detail` is for the peer as well. An error costs its stack, so one is made only where it is needed. */
  #giveUp(cause: unknown, detail?: string): void {
    if (this.isOver && this.#incoming.heldBytes === 0) return
    const failure = coreError('STREAM_ABORTED', { cause, detail, peerId: this.peerId })
    this.fail(failure, detail === undefined ? { code: 'STREAM_ABORTED' } : { code: 'STREAM_ABORTED', detail })
  }

  #accept(creditBytes: number): boolean {
    if (creditBytes === 0) return false
    this.#state = 'open'
    this.#outgoing.begin(creditBytes)
    this.#accepted.resolve()
    return true
  }

  /** Our handler's first touch accepts the peer's stream: until then it can still be refused, and no byte flows. */
  #takeUp(): void {
    this.#moved = true
    if (this.#state !== 'offered') return
    const { streamWindowBytes } = this.#host.limits
    this.#state = 'open'
    this.#incoming.allow(streamWindowBytes)
    this.#host.wire.credit(this.id, streamWindowBytes)
    this.#host.wake(this)
  }

  #giveCredit(bytes: number): void {
    this.#moved = true
    if (this.#state === 'open') this.#host.wire.credit(this.id, bytes)
  }

  #completed(): void {
    if (this.#state !== 'open') return
    this.#host.wire.credit(this.id, 0)
    this.#finish()
  }

  #finish(): void {
    if (!this.#incoming.isTaken || !this.#outgoing.isTaken) return
    this.#state = 'over'
    this.#leaveTable()
  }

  #leaveTable(): void {
    this.#unfollow()
    this.#host.forget(this)
  }

  /**
   * What a handler left unread ends the stream, once all that the handler wrote is on its way. So does its return where nothing
   * came at all, once the peer has taken what there was: who only downloads need not end a half that he never used.
   */
  #resign(): void {
    if (!this.#left || this.isOver) return
    const { wasUnread, bytesReceived, isEnded } = this.#incoming
    const isOver = wasUnread ? this.#outgoing.isEnded : !isEnded && bytesReceived === 0 && this.#outgoing.isTaken
    if (isOver) this.fail(coreError('STREAM_UNREAD', { peerId: this.peerId }), { code: 'STREAM_UNREAD' })
  }

  #progressed(): void {
    if (this.#onProgress === undefined) return
    this.#progressDue = true
    this.#host.linger(this)
  }
}
