// Time, randomness and logging enter through this one object and nowhere else.
// Production hands in `systemEnv`; the simulator hands in a virtual clock and a seeded generator.

/** Stops what was scheduled. Calling it twice, or after the run, does nothing. */
export type Cancel = () => void

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Where diagnostics go. `fields` are data for machines, never interpolated into `text`. */
export type Logger = (level: LogLevel, text: string, fields?: Readonly<Record<string, unknown>>) => void

export interface Env {
  /** Milliseconds since 1970, for expiry that others read. May jump. */
  wallMs(): number
  /** Milliseconds since some fixed moment, for every timeout and rate. Never runs backwards. */
  monotonicMs(): number
  /** Runs once, `ms` from now. A schedule never keeps a process alive by itself. */
  schedule(ms: number, run: () => void): Cancel
  /** Runs at the end of this turn of the event loop: where coalescing flushes. */
  defer(run: () => void): void
  /** Unpredictable bytes: keys, nonces, ids. */
  random(bytes: number): Uint8Array
  /** [0, 1): backoff only, never a secret. */
  jitter(): number
  readonly log: Logger
}
