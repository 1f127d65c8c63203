import type { Cancel } from '@rondo/core'
import { EventQueue, isVoid, type Owner, type VirtualEvent } from './event-queue.js'

// Time that passes only when somebody takes the next event. It counts in 1/1024 ms, which floating point holds exactly, and
// every schedule takes at least one tick: a timer that finds itself a rounding error early cannot stop the clock.

const ticksPerMs = 1_024

/** What is scheduled and has not happened. */
export interface PendingEvent {
  readonly owner: Owner | undefined
  readonly madeAtMs: number
  readonly dueMs: number
}

/** Whether the monotonic clock of a machine goes on while it sleeps: on some systems it does, on others it stands still. */
export type SleepingClock = 'runs' | 'stands'

/** The sleep of one peer's machine. */
interface Sleep {
  untilTicks: number
  /** Until when its monotonic clock stands still, and for how long it has in all, up to then. */
  standsUntilTicks: number
  stoodTicks: number
}

const neverSlept: Readonly<Sleep> = Object.freeze({ untilTicks: 0, standsUntilTicks: 0, stoodTicks: 0 })

export class VirtualClock {
  readonly #queue = new EventQueue()
  /** What happens at the end of this turn, before any time passes. */
  #turnEnd: VirtualEvent[] = []
  readonly #sleeps = new Map<number, Sleep>()
  #nowTicks = 0
  #order = 0

  get nowMs(): number {
    return this.#nowTicks / ticksPerMs
  }

  /** The same without the time in which this peer's clock stood still. */
  monotonicMs(peer: number): number {
    const { standsUntilTicks, stoodTicks } = this.#sleepOf(peer)
    return (Math.max(this.#nowTicks, standsUntilTicks) - stoodTicks) / ticksPerMs
  }

  schedule(owner: Owner | undefined, ms: number, run: () => void): Cancel {
    if (owner?.isGone) return () => {}
    const fromTicks = Math.max(this.#nowTicks, this.#sleepOf(owner?.peer).standsUntilTicks)
    const event = this.#event(owner, fromTicks + Math.max(1, Math.ceil(ms * ticksPerMs)), run)
    this.#queue.push(event)
    return () => {
      event.cancelled = true
    }
  }

  defer(owner: Owner | undefined, run: () => void): void {
    if (!owner?.isGone) this.#turnEnd.push(this.#event(owner, this.#nowTicks, run))
  }

  /**
   * Until then nothing happens to this peer; after it, everything that was due meanwhile, in order. Where its clock `stands`,
   * what it waited for is still as far away as when it fell asleep.
   */
  suspend(peer: number, ms: number, clock: SleepingClock = 'runs'): void {
    const sleep = { ...this.#sleepOf(peer) }
    const untilTicks = this.#nowTicks + Math.ceil(ms * ticksPerMs)
    sleep.untilTicks = Math.max(sleep.untilTicks, untilTicks)
    if (clock === 'stands' && untilTicks > sleep.standsUntilTicks) {
      sleep.stoodTicks += untilTicks - Math.max(this.#nowTicks, sleep.standsUntilTicks)
      sleep.standsUntilTicks = untilTicks
    }
    this.#sleeps.set(peer, sleep)
  }

  /** Moves on to the next event, for the caller to run. Undefined where none is left up to `untilMs`. */
  next(untilMs: number): VirtualEvent | undefined {
    const untilTicks = Math.min(untilMs * ticksPerMs, Number.MAX_SAFE_INTEGER)
    for (;;) {
      const deferred = this.#turnEnd.shift()
      const event = deferred ?? this.#queue.peek()
      if (event === undefined || event.atTicks > untilTicks) return undefined
      if (deferred === undefined) this.#queue.pop()
      else if (isVoid(deferred)) continue
      if (this.#postpone(event, deferred === undefined)) continue
      this.#nowTicks = Math.max(this.#nowTicks, event.atTicks)
      return event
    }
  }

  pending(): readonly PendingEvent[] {
    const deferred = this.#turnEnd.filter((event) => !isVoid(event))
    return [...deferred, ...this.#queue.pending()].map(({ owner, madeAtTicks, dueTicks }) => ({
      owner,
      madeAtMs: madeAtTicks / ticksPerMs,
      dueMs: dueTicks / ticksPerMs,
    }))
  }

  /** Puts an event back whose owner sleeps, or whose clock stood still since it was scheduled. */
  #postpone(event: VirtualEvent, isTimer: boolean): boolean {
    const { untilTicks, stoodTicks } = this.#sleepOf(event.owner?.peer)
    if (isTimer) event.dueTicks += stoodTicks - event.stoodTicks
    const atTicks = Math.max(event.dueTicks, untilTicks)
    event.stoodTicks = stoodTicks
    if (atTicks <= Math.max(this.#nowTicks, event.atTicks)) return false
    event.atTicks = atTicks
    this.#queue.push(event)
    return true
  }

  #sleepOf(peer: number | undefined): Readonly<Sleep> {
    return peer === undefined ? neverSlept : (this.#sleeps.get(peer) ?? neverSlept)
  }

  #event(owner: Owner | undefined, atTicks: number, run: () => void): VirtualEvent {
    this.#order += 1
    const { stoodTicks } = this.#sleepOf(owner?.peer)
    const times = { madeAtTicks: this.#nowTicks, dueTicks: atTicks, atTicks, stoodTicks }
    return { owner, ...times, order: this.#order, cancelled: false, run }
  }
}
