import type { Cancel } from '@rondo/core'
import { EventQueue, type VirtualEvent } from './event-queue.js'

// Time that passes only when somebody takes the next event. It counts in 1/1024 ms, which floating point holds exactly, and
// every schedule takes at least one tick: a timer that finds itself a rounding error early cannot stop the clock.

const ticksPerMs = 1_024

/** What is scheduled and has not happened. */
export interface PendingEvent {
  readonly owner: number | undefined
  readonly madeAtMs: number
  readonly dueMs: number
}

export class VirtualClock {
  readonly #queue = new EventQueue()
  /** What happens at the end of this turn, before any time passes. */
  #turnEnd: VirtualEvent[] = []
  readonly #suspendedUntilTicks = new Map<number, number>()
  #nowTicks = 0
  #order = 0

  get nowMs(): number {
    return this.#nowTicks / ticksPerMs
  }

  schedule(owner: number | undefined, ms: number, run: () => void): Cancel {
    const event = this.#event(owner, this.#nowTicks + Math.max(1, Math.ceil(ms * ticksPerMs)), run)
    this.#queue.push(event)
    return () => {
      event.cancelled = true
    }
  }

  defer(owner: number | undefined, run: () => void): void {
    this.#turnEnd.push(this.#event(owner, this.#nowTicks, run))
  }

  /** Until then nothing happens to this owner; after it, everything that was due meanwhile, in order. */
  suspend(owner: number, ms: number): void {
    this.#suspendedUntilTicks.set(owner, this.#nowTicks + Math.ceil(ms * ticksPerMs))
  }

  /** Moves on to the next event, for the caller to run. Undefined where none is left up to `untilMs`. */
  next(untilMs: number): VirtualEvent | undefined {
    const untilTicks = Math.min(untilMs * ticksPerMs, Number.MAX_SAFE_INTEGER)
    for (;;) {
      const event = this.#turnEnd.shift() ?? this.#queue.peek()
      if (event === undefined || event.atTicks > untilTicks) return undefined
      if (event === this.#queue.peek()) this.#queue.pop()
      const wakesAtTicks = event.owner === undefined ? 0 : (this.#suspendedUntilTicks.get(event.owner) ?? 0)
      if (wakesAtTicks > Math.max(this.#nowTicks, event.atTicks)) {
        event.atTicks = wakesAtTicks
        this.#queue.push(event)
        continue
      }
      this.#nowTicks = Math.max(this.#nowTicks, event.atTicks)
      return event
    }
  }

  /** Whether something waits for the end of this turn. */
  get isMidTurn(): boolean {
    return this.#turnEnd.length > 0
  }

  pending(): readonly PendingEvent[] {
    return [...this.#turnEnd, ...this.#queue.pending()].map(({ owner, madeAtTicks, dueTicks }) => ({
      owner,
      madeAtMs: madeAtTicks / ticksPerMs,
      dueMs: dueTicks / ticksPerMs,
    }))
  }

  #event(owner: number | undefined, atTicks: number, run: () => void): VirtualEvent {
    this.#order += 1
    const order = this.#order
    return { owner, madeAtTicks: this.#nowTicks, dueTicks: atTicks, atTicks, order, cancelled: false, run }
  }
}
