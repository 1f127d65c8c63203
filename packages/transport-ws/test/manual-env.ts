import { createSystemEnv, type Env } from '@rondo/core'

/** The system's environment with a clock that stands still until it is told to go on. */
export interface ManualEnv extends Env {
  /** Lets so much time pass, and runs what falls due in it. */
  advance(ms: number): void
  readonly scheduled: number
  /** What was logged. */
  readonly lines: readonly string[]
}

export function createManualEnv(): ManualEnv {
  const entries = new Set<{ readonly atMs: number; readonly run: () => void }>()
  const lines: string[] = []
  let nowMs = 0
  return {
    ...createSystemEnv(),
    log: (_, text) => lines.push(text),
    lines,
    get scheduled() {
      return entries.size
    },
    monotonicMs: () => nowMs,
    schedule(ms, run) {
      const entry = { atMs: nowMs + ms, run }
      entries.add(entry)
      return () => entries.delete(entry)
    },
    advance(ms) {
      const untilMs = nowMs + ms
      while (true) {
        const due = [...entries].filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)
        const [next] = due
        if (next === undefined) break
        nowMs = next.atMs
        entries.delete(next)
        next.run()
      }
      nowMs = untilMs
    },
  }
}
