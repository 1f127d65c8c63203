import type { Env } from '../env/env.js'
import type { Events } from '../events.js'
import type { PeerInfo } from '../peers/peer-info.js'
import type { HandlerContext } from '../protocol/handler.js'
import type { StreamServing } from '../streams/streams.js'
import type { Admitted } from './guards.js'

// Stage 5. An admitted message goes to the listeners, then to its handler. What the handler did is an outcome.

/** What a handler did with a message; the outcome stage takes nothing else. */
class Outcome {
  declare protected readonly stage: 'router'
  readonly admitted: Admitted
  readonly context: RequestContext | undefined
  /** What it returned, perhaps a promise, or what it threw. */
  readonly value: unknown
  readonly threw: boolean

  constructor(admitted: Admitted, context: RequestContext | undefined, value: unknown, threw: boolean) {
    this.admitted = admitted
    this.context = context
    this.value = value
    this.threw = threw
  }
}

export type { Outcome }

/** The context of one request, or of all plain messages of a session. Its signal is made when somebody asks for it. */
export class RequestContext implements HandlerContext {
  readonly env: Env
  #controller: AbortController | undefined
  #reason: unknown

  constructor(env: Env) {
    this.env = env
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#reason !== undefined) this.#controller.abort(this.#reason)
    }
    return this.#controller.signal
  }

  abort(reason: unknown): void {
    this.#reason = reason
    this.#controller?.abort(reason)
  }
}

export interface RouterOptions {
  readonly env: Env
  readonly events: Events
  readonly from: PeerInfo
  /** The context that plain messages share: it aborts when the session ends. */
  readonly context: RequestContext
}

export class Router {
  readonly #options: RouterOptions

  constructor(options: RouterOptions) {
    this.#options = options
  }

  /** How the handler serves a stream, which the listeners hear of first. */
  serve({ message, registration }: Admitted): StreamServing {
    const { events, from } = this.#options
    events.emit('message', message, from)
    return {
      label: `${message.protocol}/${message.version} ${message.type}`,
      handle: (stream, context) => registration?.handler.handleStream?.(message, stream, from, context),
    }
  }

  route(admitted: Admitted): Outcome {
    const { env, events, from, context: shared } = this.#options
    const { message, registration } = admitted
    events.emit('message', message, from)
    const own = admitted.requestId === 0 ? undefined : new RequestContext(env)
    try {
      const value = registration?.handler.handleMessage(message, from, own ?? shared)
      return new Outcome(admitted, own, value, false)
    } catch (thrown) {
      return new Outcome(admitted, own, thrown, true)
    }
  }
}
