import type { BenchCase, Measured, Metric, Sample, TransportName } from './bench-case.ts'
import { type JudgedGoal, judgeGoal } from './goal.ts'
import { type Summary, summarise } from './statistics.ts'

/** How figures came about. */
export interface Made {
  /** When the run began, as ISO 8601 has it. */
  readonly at: string
  readonly plan: 'quick' | 'full'
  readonly node: string
  readonly platform: string
  readonly cores: number
}

/** One figure as it is printed and written to JSON. */
export interface Row {
  readonly case: string
  readonly transport: TransportName
  readonly payloadBytes: number
  /** The median of all runs. */
  readonly value: number
  readonly unit: string
  /** `value` divided by the median of each baseline. */
  readonly vs: Readonly<Record<string, number>>
  readonly metric: string
  /** Whose figure `value` is. */
  readonly subject: string
  readonly runs: number
  readonly min: number
  readonly max: number
  readonly baselines: Readonly<Record<string, Summary>>
  readonly goals: readonly JudgedGoal[]
  readonly notes: readonly string[]
  readonly made: Made
}

/** One row for each metric: the subject's figures with the baselines beside them. */
export function toRows(
  benchCase: BenchCase,
  transport: TransportName,
  { contestants, notes = [] }: Measured,
  made: Made,
): readonly Row[] {
  const [subject, ...others] = contestants
  if (subject === undefined) return []
  const isLeftOut = ({ name, isOptional }: Metric): boolean =>
    isOptional === true && !subject[1].some((sample) => name in sample)
  const measured = benchCase.metrics.filter((metric) => !isLeftOut(metric))
  return measured.map((metric, index) => {
    const { median: value, min, max } = summaryOf(metric, subject[1])
    const { comparedWith } = metric
    const comparable = others.filter(([name]) => comparedWith === undefined || comparedWith.includes(name))
    const baselines = Object.fromEntries(comparable.map(([name, samples]) => [name, summaryOf(metric, samples)]))
    const vs = Object.fromEntries(Object.entries(baselines).map(([name, { median }]) => [name, value / median]))
    return {
      case: benchCase.name,
      transport,
      payloadBytes: benchCase.payloadBytes,
      value,
      unit: metric.unit,
      vs,
      metric: metric.name,
      subject: subject[0],
      runs: subject[1].filter((sample) => metric.name in sample).length,
      min,
      max,
      baselines,
      goals: (metric.goals ?? []).flatMap((goal) => judgeGoal(goal, value, vs, metric.unit) ?? []),
      notes: index === 0 ? notes : [],
      made,
    }
  })
}

function summaryOf({ name }: Metric, samples: readonly Sample[]): Summary {
  const figures = samples.flatMap((sample) => sample[name] ?? [])
  return summarise(figures.length > 0 ? figures : [Number.NaN])
}
