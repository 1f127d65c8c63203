import type { Env, Logger } from '@rondo/core'
import { createSeededRandom } from '../memory/seeded-random.js'
import { createSeededBytes, forkBytes, forkSeed } from './fork-seed.js'
import type { VirtualClock } from './virtual-clock.js'

/** 2026-01-01 in UTC: what every peer's wall shows when a world begins. */
const epochMs = 1_767_225_600_000
/** Monotonic clocks of different processes have nothing to do with one another. */
const bootedMsMax = 1_000_000

/** What one peer runs on: the world's clock, and dice of its own. */
export function createPeerEnv(clock: VirtualClock, seed: number, index: number, log: Logger): Env {
  const bootedMs = forkSeed(seed, `boot ${index}`) % bootedMsMax
  return Object.freeze({
    wallMs: () => epochMs + Math.floor(clock.nowMs),
    monotonicMs: () => bootedMs + clock.nowMs,
    schedule: (ms: number, run: () => void) => clock.schedule(index, ms, run),
    defer: (run: () => void) => clock.defer(index, run),
    random: createSeededBytes(forkBytes(seed, `random ${index}`)),
    jitter: createSeededRandom(forkSeed(seed, `jitter ${index}`)),
    log,
  })
}
