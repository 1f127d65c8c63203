import { coreError } from '../errors.js'

export type CoordinatorState = 'idle' | 'starting' | 'running' | 'stopping' | 'stopped'

/** idle -> starting -> running -> stopping -> stopped, and from there to starting again. Both verbs are idempotent. */
export class Lifecycle {
  readonly #up: () => Promise<void> | void
  readonly #down: () => Promise<void>
  #state: CoordinatorState = 'idle'
  #change: Promise<void> = Promise.resolve()

  constructor(up: () => Promise<void> | void, down: () => Promise<void>) {
    this.#up = up
    this.#down = down
  }

  get state(): CoordinatorState {
    return this.#state
  }

  start(): Promise<void> {
    if (this.#state === 'starting' || this.#state === 'running') return this.#change
    // A stop that failed was its caller's to hear of; the node has stopped all the same.
    const stopped = this.#change.catch(() => {})
    this.#state = 'starting'
    this.#change = stopped.then(async () => {
      try {
        await this.#up()
      } catch (error) {
        // It may be started again.
        if (this.#state === 'starting') this.#state = 'idle'
        throw error
      }
      if (this.#state === 'starting') this.#state = 'running'
    })
    return this.#change
  }

  /** What `listen` and `connectToPeer` do first: a node that was stopped stays so until it is started. */
  startImplicitly(): Promise<void> {
    if (this.#state === 'stopping' || this.#state === 'stopped') return Promise.reject(coreError('COORDINATOR_STOPPED'))
    return this.start()
  }

  stop(): Promise<void> {
    if (this.#state === 'stopping' || this.#state === 'stopped') return this.#change
    // A start that failed was its caller's to hear of, too.
    const started = this.#change.catch(() => {})
    this.#state = 'stopping'
    this.#change = started.then(async () => {
      try {
        await this.#down()
      } finally {
        if (this.#state === 'stopping') this.#state = 'stopped'
      }
    })
    return this.#change
  }
}
