import type { Trace } from './trace.js'

/** Why a world could not be run to its end: what, when, under which seed, and what happened last. */
export class SimulationError extends Error {
  override readonly name = 'SimulationError'
  readonly seed: number
  readonly atMs: number
  readonly trace: Trace

  constructor(what: string, world: SimulationMoment, cause?: unknown) {
    const { seed, atMs, trace, replay } = world
    const lines = [
      `${what} (seed ${seed}, at ${atMs.toFixed(3)} ms)`,
      `replay it alone: ${replay(seed)}`,
      `the last of ${trace.length} events:`,
      trace.print(),
    ]
    super(lines.join('\n'), cause === undefined ? undefined : { cause })
    this.seed = seed
    this.atMs = atMs
    this.trace = trace
  }
}

/** Where in which world something went wrong. */
export interface SimulationMoment {
  readonly seed: number
  readonly atMs: number
  readonly trace: Trace
  readonly replay: (seed: number) => string
}
