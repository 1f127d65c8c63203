import type { Measured, Sample, Setting } from './bench-case.ts'
import type { ContestantName } from './contestants/contestants.ts'
import { type Pair, withPair, withPairs } from './processes/pair.ts'

export interface Contest<Ready> {
  readonly caseName: string
  /** The subject, then its baselines. */
  readonly contestants: readonly ContestantName[]
  /** Once for each pair. */
  prepare(pair: Pair): Promise<Ready>
  run(pair: Pair, ready: Ready): Promise<Sample>
}

/** Contestants take turns: one run each that does not count, then A B A B. Their processes stay warm in between. */
export function holdContest<Ready>(setting: Setting, contest: Contest<Ready>): Promise<Measured> {
  return withPairs(contestantsOver(setting, contest), contest.caseName, setting, async (pairs) => {
    const entries = []
    for (const pair of pairs) {
      const ready = await contest.prepare(pair)
      await contest.run(pair, ready)
      entries.push({ pair, ready, samples: [] as Sample[] })
    }
    for (let round = 0; round < setting.plan.runs; round += 1) {
      for (const { pair, ready, samples } of entries) samples.push(await contest.run(pair, ready))
    }
    return { contestants: new Map(entries.map(({ pair, samples }) => [pair.contestant, samples])) }
  })
}

/** The same with fresh processes for every run, which all count. */
export async function holdFreshContest<Ready>(
  setting: Setting,
  runs: number,
  contest: Contest<Ready>,
): Promise<Measured> {
  const contestants = new Map<string, Sample[]>(contestantsOver(setting, contest).map((name) => [name, []]))
  for (let round = 0; round < runs; round += 1) {
    for (const contestant of contestantsOver(setting, contest)) {
      const runOnce = async (pair: Pair) => contest.run(pair, await contest.prepare(pair))
      contestants.get(contestant)?.push(await withPair(contestant, contest.caseName, setting, runOnce))
    }
  }
  return { contestants }
}

/** Over a transport that only Rondo speaks, it has no baselines. */
function contestantsOver<Ready>(setting: Setting, { contestants }: Contest<Ready>): readonly ContestantName[] {
  return setting.transport === 'ws' ? contestants : contestants.filter((name) => name.startsWith('rondo-'))
}
