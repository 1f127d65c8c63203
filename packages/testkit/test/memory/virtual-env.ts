import { createSystemEnv, type Env } from '@rondo/core'

/** A clock that jumps from one due moment to the next, and runs what was deferred before it does. */
export interface VirtualEnv extends Env {
  /** Lets so much time pass, and runs everything that falls due in it, in order. */
  advance(ms: number): Promise<void>
  readonly scheduled: number
}

export function createVirtualEnv(): VirtualEnv {
  const entries = new Set<{ readonly atMs: number; readonly run: () => void }>()
  const deferred: (() => void)[] = []
  let nowMs = 0

  async function settle(): Promise<void> {
    do {
      for (const run of deferred.splice(0)) run()
      // Promises that were settled go on before the clock does.
      await new Promise<void>((resolve) => setImmediate(resolve))
    } while (deferred.length > 0)
  }

  return {
    ...createSystemEnv({ log() {} }),
    get scheduled() {
      return entries.size
    },
    monotonicMs: () => nowMs,
    defer: (run) => void deferred.push(run),
    schedule(ms, run) {
      const entry = { atMs: nowMs + ms, run }
      entries.add(entry)
      return () => entries.delete(entry)
    },
    async advance(ms) {
      const untilMs = nowMs + ms
      await settle()
      while (true) {
        const [next] = [...entries].filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)
        if (next === undefined) break
        nowMs = next.atMs
        entries.delete(next)
        next.run()
        await settle()
      }
      nowMs = untilMs
    },
  }
}
