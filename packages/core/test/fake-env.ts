import { setImmediate } from 'node:timers/promises'
import { createSeededRandom } from '@rondo/testkit/memory'
import type { Cancel, Env, LogLevel } from '../src/env/env.js'

interface Timer {
  readonly atMs: number
  readonly run: () => void
}

interface Line {
  readonly level: LogLevel
  readonly text: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** Turns in a row in which nothing was left to do. */
const quietTurns = 3

/** An Env whose clock stands still until the test moves it, and whose turns end when the test ends them. */
export class FakeEnv implements Env {
  nowMs = 1_000
  readonly logged: Line[] = []
  readonly #random: () => number
  #deferred: (() => void)[] = []
  readonly #timers = new Set<Timer>()

  constructor(seed = 1) {
    this.#random = createSeededRandom(seed)
  }

  wallMs(): number {
    return 1_700_000_000_000 + this.nowMs
  }

  monotonicMs(): number {
    return this.nowMs
  }

  schedule(ms: number, run: () => void): Cancel {
    const timer = { atMs: this.nowMs + ms, run }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  defer(run: () => void): void {
    this.#deferred.push(run)
  }

  random(bytes: number): Uint8Array {
    return Uint8Array.from({ length: bytes }, () => Math.floor(this.#random() * 256))
  }

  jitter(): number {
    return this.#random()
  }

  log(level: LogLevel, text: string, fields: Readonly<Record<string, unknown>> = {}): void {
    this.logged.push({ level, text, fields })
  }

  /** Timers that have neither run nor been cancelled. */
  get timers(): number {
    return this.#timers.size
  }

  /** Runs what was deferred to the end of this turn. */
  endTurn(): void {
    const deferred = this.#deferred
    this.#deferred = []
    for (const run of deferred) run()
  }

  /** Ends turns until nothing is left to do at this moment. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < quietTurns; quiet += 1) {
      await setImmediate()
      if (this.#deferred.length > 0) quiet = -1
      this.endTurn()
    }
  }

  /** Moves the clock, stopping at each timer on the way. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.nowMs + ms
    await this.settle()
    for (let timer = this.#next(untilMs); timer !== undefined; timer = this.#next(untilMs)) {
      this.#timers.delete(timer)
      this.nowMs = Math.max(this.nowMs, timer.atMs)
      timer.run()
      await this.settle()
    }
    this.nowMs = untilMs
  }

  #next(untilMs: number): Timer | undefined {
    const due = [...this.#timers].filter(({ atMs }) => atMs <= untilMs)
    return due.sort((a, b) => a.atMs - b.atMs)[0]
  }
}
