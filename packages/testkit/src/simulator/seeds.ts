// Which seeds a test runs through, and what a failing one says. RONDO_SEED=42 runs that one alone.

export interface SeedCounts {
  /** How many in every run of the tests. */
  readonly quick: number
  /** How many where RONDO_TIER is `full`. */
  readonly full: number
}

/** The seeds 1, 2, 3… of the tier that runs, or the one that RONDO_SEED names. */
export function simulationSeeds({ quick, full }: SeedCounts): readonly number[] {
  const { RONDO_SEED: only, RONDO_TIER: tier } = globalThis.process?.env ?? {}
  if (only !== undefined && only !== '') {
    const seed = Number(only)
    if (!Number.isSafeInteger(seed)) throw new TypeError(`RONDO_SEED must be a whole number: ${only}`)
    return [seed]
  }
  return Array.from({ length: tier === 'full' ? full : quick }, (_, index) => index + 1)
}

/**
 * Runs seed after seed. The first that fails ends it, with an error that says how to replay that one alone.
 *
 * @example
 * await everySeed(simulationSeeds({ quick: 200, full: 10_000 }), async (seed) => {
 *   const world = simulate({ seed, peers: 3 })
 * })
 */
export async function everySeed(
  seeds: readonly number[],
  run: (seed: number) => Promise<unknown> | unknown,
): Promise<void> {
  const replay = replayCommand()
  for (const seed of seeds) {
    try {
      await run(seed)
    } catch (cause) {
      const said = cause instanceof Error ? cause.message : String(cause)
      throw new Error(`seed ${seed}: ${said}\nreplay it alone: ${replay(seed)}`, { cause })
    }
  }
}

/** Asked for where a test begins: the stack names its file. */
export function replayCommand(): (seed: number) => string {
  const file = /([\w.-]+\.test\.[cm]?[jt]sx?)/.exec(new Error().stack ?? '')?.[1] ?? '<file>'
  return (seed) => `RONDO_SEED=${seed} npm test -- ${file}`
}
