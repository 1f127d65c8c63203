import type { Sample } from '../bench-case.ts'

// Figures of several numbers of members, as one sample: `a round` of 20 is `a round, n = 20`.

export function nameOf(name: string, members: number): string {
  return `${name}, n = ${members}`
}

/** The samples of each run, from those of each size; a size may have had fewer runs than others. */
export function mergeSizes<Run>(
  bySize: ReadonlyMap<number, readonly Run[]>,
  of: (run: Run) => Sample,
): readonly Sample[] {
  const most = Math.max(...[...bySize.values()].map((runs) => runs.length))
  return Array.from({ length: most }, (_, at) => {
    const merged: Record<string, number> = {}
    for (const [members, runs] of bySize) {
      const run = runs[at]
      if (run === undefined) continue
      for (const [name, figure] of Object.entries(of(run))) merged[nameOf(name, members)] = figure
    }
    return merged
  })
}
