import type { Env } from '../env/env.js'
import type { Limits } from '../options.js'
import type { Session } from './session.js'

/** Dials the peers of interrupted sessions again: soon, then ever later, and never all at the same moment. */
export class Recovery {
  readonly #env: Env
  readonly #limits: Limits
  readonly #redial: (session: Session) => Promise<unknown>
  readonly #underWay = new Set<Session>()

  constructor(env: Env, limits: Limits, redial: (session: Session) => Promise<unknown>) {
    this.#env = env
    this.#limits = limits
    this.#redial = redial
  }

  /** Goes on until the session has a link again, or has ended. A peer that only ever dialled us is waited for. */
  async recover(session: Session): Promise<void> {
    if (session.addresses.length === 0 || this.#underWay.has(session)) return
    this.#underWay.add(session)
    for (let attempt = 0; session.state === 'recoverable'; attempt += 1) {
      await this.#pause(attempt)
      if (session.state !== 'recoverable') break
      await this.#redial(session).catch((cause) => {
        this.#env.log('debug', 'a peer could not be reached again', { peerId: session.peerId, attempt, cause })
      })
    }
    this.#underWay.delete(session)
  }

  #pause(attempt: number): Promise<void> {
    const { reconnectDelayMs, reconnectDelayMsMax } = this.#limits
    const delayMs = Math.min(reconnectDelayMs * 2 ** Math.min(attempt, 30), reconnectDelayMsMax)
    return new Promise((resolve) => this.#env.schedule(delayMs * (0.5 + this.#env.jitter() / 2), resolve))
  }
}
