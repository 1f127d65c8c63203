import type { Cancel, Env } from '../env/env.js'
import { coreError } from '../errors.js'
import type { Events } from '../events.js'
import type { PeerId } from '../identity/peer-id.js'
import type { Limits } from '../options.js'
import { RequestRejection } from '../protocol/request-rejection.js'
import type { RondoError } from '../rondo-error.js'
import type { Rejection } from './envelope.js'
import type { Outcome, RequestContext } from './router.js'
import type { Sender } from './sender.js'

// Stage 6. What a handler returned answers its request; what it threw rejects it, without telling the peer more than it may
// know. Handlers at work are counted: too many requests are refused, too many plain messages make what comes after them wait.
// An answer that finds no room waits for it, still the handler's own value.

interface AtWork {
  readonly context: RequestContext
  readonly cancelDeadline: Cancel
}

export interface OutcomesOptions {
  readonly env: Env
  readonly limits: Limits
  readonly events: Events
  readonly peerId: PeerId
  readonly sender: Sender
  /** Undefined where an answer may be queued now; else the promise of room. */
  readonly room: () => Promise<void> | undefined
  /** A handler of a plain message is done. */
  readonly finished: () => void
}

/** Settles the outcomes of one session. */
export class Outcomes {
  readonly #options: OutcomesOptions
  readonly #requests = new Map<number, AtWork>()
  /** Handlers at work on plain messages, and on requests. */
  #messages = 0
  #asked = 0
  /** Answers that wait for room: they count like handlers at work. */
  #unsaid = 0
  #closed = false

  constructor(options: OutcomesOptions) {
    this.#options = options
  }

  settle(outcome: Outcome): void {
    if (outcome.threw) this.#failed(outcome, outcome.value)
    else if (isThenable(outcome.value)) this.#await(outcome, Promise.resolve(outcome.value))
    else this.#answer(outcome, outcome.value)
  }

  /** Whether no plain message may be handled before another one is done. */
  get isBusy(): boolean {
    return this.#messages >= this.#options.limits.handlersPerPeerMax
  }

  /** Whether one more request may wait for its handler; an id that still waits may not come again. */
  accepts(requestId: number): boolean {
    return this.#asked + this.#unsaid < this.#options.limits.requestsPerPeerMax && !this.#requests.has(requestId)
  }

  /** The peer no longer waits for this answer. */
  cancel(requestId: number): void {
    this.#abandon(requestId, () => coreError('REQUEST_TIMEOUT', { detail: 'the peer gave the request up' }))
  }

  close(reason: RondoError): void {
    this.#closed = true
    for (const requestId of [...this.#requests.keys()]) this.#abandon(requestId, () => reason)
  }

  #await(outcome: Outcome, promise: Promise<unknown>): void {
    const { limits, env } = this.#options
    const { requestId, timeoutMs } = outcome.admitted
    if (outcome.context === undefined) {
      this.#messages += 1
    } else {
      this.#asked += 1
      const waitMs = Math.min(Math.max(1, timeoutMs), limits.requestTimeoutMsMax)
      const expire = (): void =>
        this.#abandon(requestId, () => coreError('REQUEST_TIMEOUT', { peerId: this.#options.peerId }))
      this.#requests.set(requestId, { context: outcome.context, cancelDeadline: env.schedule(waitMs, expire) })
    }
    promise.then(
      (value) => this.#finish(outcome, () => this.#answer(outcome, value)),
      (thrown) => this.#finish(outcome, () => this.#failed(outcome, thrown)),
    )
  }

  #finish(outcome: Outcome, settle: () => void): void {
    const isRequest = outcome.context !== undefined
    if (isRequest) this.#asked -= 1
    else this.#messages -= 1
    const { requestId } = outcome.admitted
    const atWork = this.#requests.get(requestId)
    const isAwaited = atWork !== undefined && atWork.context === outcome.context
    if (isAwaited) {
      atWork.cancelDeadline()
      this.#requests.delete(requestId)
    }
    // The answer to a request that was given up goes nowhere; what a plain message's handler threw is still reported.
    if (!this.#closed && (isAwaited || !isRequest)) settle()
    if (!this.#closed && !isRequest) this.#options.finished()
  }

  #answer(outcome: Outcome, value: unknown): void {
    const { requestId, registration } = outcome.admitted
    if (requestId === 0) return
    if (registration === undefined) return this.#reject(requestId, { code: 'PROTOCOL_TYPE_UNKNOWN' })
    const room = this.#options.room()
    if (room !== undefined) {
      this.#unsaid += 1
      const say = (): void => {
        this.#unsaid -= 1
        if (!this.#closed) this.#answer(outcome, value)
      }
      room.then(say, () => {})
      return
    }
    try {
      this.#options.sender.reply(requestId, value)
    } catch (cause) {
      this.#failed(outcome, cause)
    }
  }

  #failed(outcome: Outcome, cause: unknown): void {
    const { requestId, message } = outcome.admitted
    const { events, peerId } = this.#options
    // One that bears a peer is that peer's answer to a request of the handler's own, and not for others to read.
    if (cause instanceof RequestRejection && cause.peerId === undefined) {
      if (requestId !== 0) this.#reject(requestId, cause.toRejection())
      return
    }
    if (requestId !== 0) this.#reject(requestId, { code: 'HANDLER_FAILED' })
    const detail = `${message.protocol}/${message.version} ${message.type}`
    events.emit(
      'error',
      coreError('HANDLER_FAILED', { detail, peerId, cause, details: { messageId: message.messageId } }),
    )
  }

  #reject(requestId: number, rejection: Rejection): void {
    this.#options.sender.reject(requestId, rejection)
  }

  /** The reason is made when there is somebody to tell: an error costs its stack, and strangers cancel for free. */
  #abandon(requestId: number, reason: () => RondoError): void {
    const atWork = this.#requests.get(requestId)
    if (atWork === undefined) return
    this.#requests.delete(requestId)
    atWork.cancelDeadline()
    atWork.context.abort(reason())
  }
}

/** Looks no closer: what a `then` is, and whether reading it throws, is the business of `Promise.resolve`. */
function isThenable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value
}
