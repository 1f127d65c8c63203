import { createSystemEnv } from '@rondo/core'
import type { Owner } from './event-queue.js'
import type { VirtualClock } from './virtual-clock.js'

// Drives virtual time. One event runs at a time, and all that it sets off in promises settles before the next: a turn of the
// real event loop comes only when no promise has anything left to do, so that its order is the code's and not the machine's.

const { defer } = createSystemEnv()

export interface DriverParts {
  readonly clock: VirtualClock
  readonly eventsMax: number
  /** Makes the error that ends the run. */
  readonly failure: (what: string, cause?: unknown) => Error
}

export class Driver {
  readonly #parts: DriverParts
  #running: Owner | undefined
  #events = 0

  constructor(parts: DriverParts) {
    this.#parts = parts
  }

  /** Who the event that runs now happens to. */
  get running(): Owner | undefined {
    return this.#running
  }

  /** The next event and all that follows from it at once; false where none is left up to then. */
  async step(untilMs: number): Promise<boolean> {
    const { clock, eventsMax, failure } = this.#parts
    const event = clock.next(untilMs)
    if (event === undefined) return false
    this.#events += 1
    if (this.#events > eventsMax) throw failure(`more than ${eventsMax} events`)
    this.#running = event.owner
    try {
      event.run()
    } catch (cause) {
      const whose = event.owner === undefined ? 'the world' : `peer ${event.owner.peer}`
      throw failure(`an exception that would have ended the process of ${whose}: ${describeThrown(cause)}`, cause)
    }
    await settled()
    this.#running = undefined
    return true
  }

  /** All that is due by now, and what follows from it without any time passing. */
  async finishTurn(): Promise<void> {
    const { nowMs } = this.#parts.clock
    while (await this.step(nowMs));
  }
}

export function describeThrown(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : (JSON.stringify(thrown) ?? String(thrown))
}

/** Resolves when no promise has anything left to do. */
function settled(): Promise<void> {
  return new Promise((resolve) => defer(resolve))
}
