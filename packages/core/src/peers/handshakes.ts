import { type Deadline, startDeadline } from '../env/deadline.js'
import type { Env } from '../env/env.js'
import { coreError } from '../errors.js'
import type { Limits } from '../options.js'

/** Dials and handshakes under way: each is bounded in time, and all end with the node. */
export class Handshakes {
  readonly #env: Env
  readonly #limits: Pick<Limits, 'handshakeTimeoutMs'>
  /** Listeners of one signal for all would pile up. */
  readonly #underWay = new Set<Deadline>()
  #areStopped = false

  constructor(env: Env, limits: Pick<Limits, 'handshakeTimeoutMs'>) {
    this.#env = env
    this.#limits = limits
  }

  get areStopped(): boolean {
    return this.#areStopped
  }

  assertRunning(): void {
    if (this.#areStopped) throw coreError('COORDINATOR_STOPPED')
  }

  /** They may begin, and again after a stop. */
  open(): void {
    this.#areStopped = false
  }

  /** Ends them all, and whichever is started from now on. */
  stop(): void {
    this.#areStopped = true
    for (const handshake of [...this.#underWay]) handshake.abort(coreError('COORDINATOR_STOPPED'))
  }

  /** Bounds one in time, by the caller's signal, and by the node's own end. */
  start(signal: AbortSignal | undefined): Deadline {
    const ms = this.#limits.handshakeTimeoutMs
    const expired = (): Error => coreError('HANDSHAKE_TIMEOUT', { detail: `${ms} ms` })
    const deadline = startDeadline(this.#env, ms, expired, signal)
    this.#underWay.add(deadline)
    if (this.#areStopped) deadline.abort(coreError('COORDINATOR_STOPPED'))
    return {
      ...deadline,
      clear: () => {
        this.#underWay.delete(deadline)
        deadline.clear()
      },
    }
  }
}
