import type { Env } from '../env/env.js'
import type { Limits } from '../options.js'
import type { Session } from './session.js'

interface Effort {
  readonly controller: AbortController
  /** Ends the pause between two attempts. */
  wake: () => void
}

/** How a session came by a link again. */
interface Comeback {
  readonly attempts: number
  readonly atMs: number
}

/** Dials the peers of interrupted sessions again: soon, then ever later, and never all at the same moment. */
export class Recovery {
  readonly #env: Env
  readonly #limits: Limits
  readonly #redial: (session: Session, signal: AbortSignal) => Promise<unknown>
  readonly #efforts = new Map<Session, Effort>()
  readonly #comebacks = new WeakMap<Session, Comeback>()

  constructor(env: Env, limits: Limits, redial: (session: Session, signal: AbortSignal) => Promise<unknown>) {
    this.#env = env
    this.#limits = limits
    this.#redial = redial
  }

  /** Goes on until the session has a link again, or has ended. A peer that only ever dialled us is waited for. */
  async recover(session: Session): Promise<void> {
    if (session.addresses.length === 0 || this.#efforts.has(session)) return
    const effort: Effort = { controller: new AbortController(), wake: () => {} }
    this.#efforts.set(session, effort)
    let attempt = this.#firstAttempt(session)
    for (; session.state === 'recoverable'; attempt += 1) {
      await this.#pause(attempt, effort)
      if (session.state !== 'recoverable') break
      await this.#redial(session, effort.controller.signal).catch((cause) => {
        this.#env.log('debug', 'a peer could not be reached again', { peerId: session.peerId, attempt, cause })
      })
    }
    this.#efforts.delete(session)
    this.#comebacks.set(session, { attempts: attempt, atMs: this.#env.monotonicMs() })
  }

  /** It has a link again. */
  settle(session: Session): void {
    this.#efforts.get(session)?.wake()
  }

  /** Nobody wants it back. */
  giveUp(session: Session): void {
    this.#efforts.get(session)?.controller.abort()
    this.settle(session)
  }

  /** A link that did not last was one more attempt: else whatever kills each fresh link would be dialled without a rest. */
  #firstAttempt(session: Session): number {
    const last = this.#comebacks.get(session)
    if (last === undefined) return 0
    const heldMs = this.#env.monotonicMs() - last.atMs
    return heldMs < this.#limits.reconnectDelayMsMax ? last.attempts : 0
  }

  #pause(attempt: number, effort: Effort): Promise<void> {
    const { reconnectDelayMs, reconnectDelayMsMax } = this.#limits
    const delayMs = Math.min(reconnectDelayMs * 2 ** Math.min(attempt, 30), reconnectDelayMsMax)
    return new Promise((resolve) => {
      const cancel = this.#env.schedule(delayMs * (0.5 + this.#env.jitter() / 2), resolve)
      effort.wake = () => {
        cancel()
        resolve()
      }
    })
  }
}
