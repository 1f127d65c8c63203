import { partyCpu } from '../musig2/signing-cost.ts'
import { bytesPerMember, engineCpu, wall } from '../rounds/round-cost.ts'
import type { Row } from '../row.ts'
import type { Summary } from '../statistics.ts'

// Figures that were measured for several numbers of members, as one curve each.

/** Of what is measured so, what is drawn. */
const drawn: readonly string[] = [wall, bytesPerMember, engineCpu, partyCpu]
const sizesMin = 3

export interface GrowthPoint extends Summary {
  readonly size: number
}

export interface Curve {
  readonly name: string
  readonly isSubject: boolean
  readonly points: readonly GrowthPoint[]
}

export interface Growth {
  readonly metric: string
  readonly unit: string
  /** The subject first. */
  readonly curves: readonly Curve[]
  /** The subject's figure grows as this power of the number of others, which is one less than the size. */
  readonly exponent: number
}

/** One for each metric that has enough sizes. */
export function growthsOf(rows: readonly Row[]): readonly Growth[] {
  return drawn.flatMap((metric) => {
    const own = rows.filter((row) => sizeIn(row, metric) !== undefined)
    const curves = new Map<string, GrowthPoint[]>()
    for (const row of own) {
      const size = sizeIn(row, metric) ?? 0
      const { subject, value: median, min, max, baselines } = row
      for (const [name, figure] of [[subject, { median, min, max }] as const, ...Object.entries(baselines)])
        curves.set(name, [...(curves.get(name) ?? []), { size, ...figure }])
    }
    const [subject] = curves.values()
    if (subject === undefined || subject.length < sizesMin || ![...curves.values()].flat().every(isDrawable)) return []
    const named = [...curves].map(([name, points], index) => ({ name, isSubject: index === 0, points }))
    return [{ metric, unit: own[0]?.unit ?? '', curves: named, exponent: exponentOf(subject) }]
  })
}

/** By least squares, of the logarithms. */
export function exponentOf(points: readonly { readonly size: number; readonly median: number }[]): number {
  const xs = points.map(({ size }) => Math.log(size - 1))
  const ys = points.map(({ median }) => Math.log(median))
  const mean = (of: readonly number[]): number => of.reduce((sum, each) => sum + each, 0) / of.length
  const [x, y] = [mean(xs), mean(ys)]
  const slope = xs.reduce((sum, each, index) => sum + (each - x) * ((ys[index] ?? y) - y), 0)
  return slope / xs.reduce((sum, each) => sum + (each - x) ** 2, 0)
}

/** `a round, n = 20` is `a round` at the size 20. */
function sizeIn(row: Row, metric: string): number | undefined {
  const [, name, size] = /^(.*), n = (\d{1,6})$/.exec(row.metric) ?? []
  return name === metric ? Number(size) : undefined
}

/** On logarithmic scales. */
function isDrawable({ size, median }: GrowthPoint): boolean {
  return size > 1 && median > 0 && Number.isFinite(median)
}
