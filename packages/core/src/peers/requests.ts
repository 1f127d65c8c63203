import type { Codecs } from '../codec/codecs.js'
import { abortable, startDeadline } from '../env/deadline.js'
import type { Cancel, Env } from '../env/env.js'
import { coreError } from '../errors.js'
import type { Rejection } from '../flow/envelope.js'
import { decodePayload } from '../flow/payload.js'
import type { MessageName, Sender } from '../flow/sender.js'
import type { PeerId } from '../identity/peer-id.js'
import type { Limits } from '../options.js'
import { remoteFailure } from '../protocol/remote-failure.js'
import type { RondoError } from '../rondo-error.js'

// Requests that this end sent to one peer and that wait for their answer.

export interface RequestOptions {
  readonly signal?: AbortSignal | undefined
  /** How long to wait; `limits.requestTimeoutMs` where left out. */
  readonly timeoutMs?: number | undefined
}

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (reason: unknown) => void
  readonly cancelTimeout: Cancel
  readonly signal: AbortSignal | undefined
  readonly abort: () => void
}

export interface RequestsOptions {
  readonly env: Env
  readonly limits: Limits
  readonly codecs: Codecs
  readonly peerId: PeerId
  readonly sender: Sender
}

const requestIdMax = 0xffff_ffff

export class Requests {
  readonly #options: RequestsOptions
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0
  /** Those that wait for room. */
  #unsent = 0

  constructor(options: RequestsOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#waiting.size
  }

  /** The same where there is no room yet: it waits for that, too, within the same time. */
  async startLater(
    room: () => Promise<void> | undefined,
    name: MessageName,
    payload: unknown,
    { signal, timeoutMs = this.#options.limits.requestTimeoutMs }: RequestOptions,
  ): Promise<unknown> {
    const { env, limits, peerId } = this.#options
    if (this.#waiting.size + this.#unsent >= limits.requestsPerPeerMax) throw coreError('REQUEST_LIMIT', { peerId })
    const untilMs = env.monotonicMs() + timeoutMs
    const expired = (): Error => coreError('REQUEST_TIMEOUT', { peerId, detail: `${timeoutMs} ms, not sent` })
    const deadline = startDeadline(env, Math.min(timeoutMs, limits.requestTimeoutMsMax), expired, signal)
    this.#unsent += 1
    try {
      // Whoever was let go first may have filled it again.
      for (let full = room(); full !== undefined; full = room()) await abortable(full, deadline.signal)
    } finally {
      this.#unsent -= 1
      deadline.clear()
    }
    return this.start(name, payload, { signal, timeoutMs: Math.max(1, untilMs - env.monotonicMs()) })
  }

  /** Sends a request and waits: for its answer, its time, or its signal. */
  start(name: MessageName, payload: unknown, { signal, timeoutMs }: RequestOptions): Promise<unknown> {
    const { env, limits, peerId, sender } = this.#options
    if (timeoutMs !== undefined && (typeof timeoutMs !== 'number' || !(timeoutMs > 0))) {
      throw new TypeError(`timeoutMs must be a positive number, not ${String(timeoutMs)}`)
    }
    if (signal?.aborted) return Promise.reject(signal.reason)
    if (this.#waiting.size >= limits.requestsPerPeerMax) return Promise.reject(coreError('REQUEST_LIMIT', { peerId }))
    const waitMs = Math.min(timeoutMs ?? limits.requestTimeoutMs, limits.requestTimeoutMsMax)
    const requestId = this.#nextId()
    return new Promise((resolve, reject) => {
      sender.request(name, payload, requestId, Math.ceil(waitMs))
      const giveUp = (reason: unknown): void => {
        if (this.#take(requestId) === undefined) return
        sender.cancel(requestId)
        reject(reason)
      }
      const abort = (): void => giveUp(signal?.reason)
      const expire = (): void => giveUp(coreError('REQUEST_TIMEOUT', { peerId, detail: `${waitMs} ms` }))
      signal?.addEventListener('abort', abort, { once: true })
      this.#waiting.set(requestId, { resolve, reject, cancelTimeout: env.schedule(waitMs, expire), signal, abort })
    })
  }

  /** An answer came. One that nobody waits for any longer is dropped. */
  fulfil(requestId: number, codecId: number, payload: Uint8Array): void {
    const waiting = this.#take(requestId)
    if (waiting === undefined) return
    const decoded = decodePayload(this.#options.codecs, codecId, payload)
    if (decoded.ok) waiting.resolve(decoded.value)
    else waiting.reject(this.#remoteError({ code: decoded.code }))
  }

  reject(requestId: number, rejection: Rejection): void {
    this.#take(requestId)?.reject(this.#remoteError(rejection))
  }

  /** The session ended: nothing will be answered any more. */
  close(reason: RondoError): void {
    for (const requestId of [...this.#waiting.keys()]) this.#take(requestId)?.reject(reason)
  }

  #take(requestId: number): Waiting | undefined {
    const waiting = this.#waiting.get(requestId)
    if (waiting === undefined) return undefined
    this.#waiting.delete(requestId)
    waiting.cancelTimeout()
    waiting.signal?.removeEventListener('abort', waiting.abort)
    return waiting
  }

  #nextId(): number {
    do this.#lastId = this.#lastId >= requestIdMax ? 1 : this.#lastId + 1
    while (this.#waiting.has(this.#lastId))
    return this.#lastId
  }

  #remoteError(rejection: Rejection): RondoError {
    return remoteFailure(rejection, this.#options.peerId, 'REQUEST_REJECTED')
  }
}
