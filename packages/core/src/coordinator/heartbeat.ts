import type { Cancel, Env } from '../env/env.js'
import type { Limits } from '../options.js'
import type { Session } from '../peers/session.js'

/** Beats a session's heart three times in each interval, so that a ping is late by a third at most. */
const beatsPerInterval = 3

/** One timer for all sessions. A beat that comes far too late means that this node slept, and then nobody is blamed. */
export class Heartbeat {
  readonly #env: Env
  readonly #periodMs: number
  readonly #sessions: () => readonly Session[]
  #cancel: Cancel | undefined
  #beatAtMs = 0

  constructor(env: Env, limits: Limits, sessions: () => readonly Session[]) {
    this.#env = env
    this.#periodMs = Math.max(
      1,
      Math.floor(Math.min(limits.heartbeatIntervalMs, limits.sendTimeoutMs) / beatsPerInterval),
    )
    this.#sessions = sessions
  }

  start(): void {
    this.#beatAtMs = this.#env.monotonicMs()
    this.#schedule()
  }

  stop(): void {
    this.#cancel?.()
  }

  beat(): void {
    const nowMs = this.#env.monotonicMs()
    const slept = nowMs - this.#beatAtMs > 2 * this.#periodMs
    this.#beatAtMs = nowMs
    for (const session of this.#sessions()) {
      if (slept) session.forgive(nowMs)
      session.beat(nowMs)
    }
  }

  #schedule(): void {
    this.#cancel = this.#env.schedule(this.#periodMs, () => {
      this.#schedule()
      this.beat()
    })
  }
}
