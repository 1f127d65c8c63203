import type { Env, Logger } from '@rondo/core'
import { createSeededRandom } from '../memory/seeded-random.js'
import type { Owner } from './event-queue.js'
import { createSeededBytes, forkBytes, forkSeed } from './fork-seed.js'
import type { VirtualClock } from './virtual-clock.js'

/** 2026-01-01 in UTC: what every peer's wall shows when a world begins. */
const epochMs = 1_767_225_600_000
/** Monotonic clocks of different processes have nothing to do with one another. */
const bootedMsMax = 1_000_000

export interface PeerEnvParts {
  readonly clock: VirtualClock
  readonly seed: number
  /** Every life has dice of its own. */
  readonly incarnation: number
  readonly owner: Owner
  /** How far the wall clock has jumped in all. */
  readonly wallJumpMs: () => number
  readonly log: Logger
}

/** What one life of a peer runs on: the world's clock, and dice of its own. */
export function createPeerEnv({ clock, seed, incarnation, owner, wallJumpMs, log }: PeerEnvParts): Env {
  const { peer } = owner
  const life = incarnation === 0 ? `${peer}` : `${peer} life ${incarnation}`
  // A new process counts from a moment of its own; the time since is the machine's.
  const bootedMs = (forkSeed(seed, `boot ${life}`) % bootedMsMax) - (incarnation === 0 ? 0 : clock.monotonicMs(peer))
  return Object.freeze({
    wallMs: () => epochMs + Math.floor(clock.nowMs + wallJumpMs()),
    monotonicMs: () => bootedMs + clock.monotonicMs(peer),
    schedule: (ms: number, run: () => void) => clock.schedule(owner, ms, run),
    defer: (run: () => void) => clock.defer(owner, run),
    random: createSeededBytes(forkBytes(seed, `random ${life}`)),
    jitter: createSeededRandom(forkSeed(seed, `jitter ${life}`)),
    log,
  })
}
