import type { Made, Row } from '../row.ts'
import type { Summary } from '../statistics.ts'
import { createSlugs } from './escape.ts'
import { type Growth, growthsOf } from './growth.ts'

// Rows, as the report tells them: a chapter for each case, with what can be drawn of it.

/** What everybody is measured against, where it took part. */
const references: readonly string[] = ['raw-ws', 'raw-ws-1MiB']

export interface Bar extends Summary {
  readonly name: string
  readonly isSubject: boolean
  readonly isReference: boolean
}

/** The figure that a case is about, for everybody who took part. */
export interface Comparison {
  readonly metric: string
  readonly unit: string
  readonly isMoreBetter: boolean
  readonly reference: Bar
  readonly bars: readonly Bar[]
}

export interface Latency {
  readonly name: string
  readonly isSubject: boolean
  readonly p50Us: number
  readonly p99Us: number
  readonly p99MaxUs: number
}

export interface Latencies {
  /** The load, or nothing. */
  readonly what: string
  readonly entries: readonly Latency[]
}

export interface Chapter {
  readonly name: string
  readonly slug: string
  readonly about: string
  readonly subject: string
  /** Whether Rondo is in it; it may be about baselines alone. */
  readonly hasRondo: boolean
  readonly rows: readonly Row[]
  readonly comparison: Comparison | undefined
  readonly latencies: Latencies | undefined
  readonly growths: readonly Growth[]
}

/** In the order in which cases first appear. */
export function toChapters(rows: readonly Row[], abouts: ReadonlyMap<string, string>): readonly Chapter[] {
  const byCase = new Map<string, Row[]>()
  for (const row of rows) byCase.set(row.case, [...(byCase.get(row.case) ?? []), row])
  const slugOf = createSlugs()
  return [...byCase].map(([name, own]) => {
    const subject = own[0]?.subject ?? ''
    return {
      name,
      slug: slugOf(name),
      about: abouts.get(name) ?? '',
      subject,
      hasRondo: subject.startsWith('rondo'),
      rows: own,
      comparison: comparisonOf(own),
      latencies: latenciesOf(own),
      growths: growthsOf(own),
    }
  })
}

/** One line on each way in which rows were made; there is one but where files were put together. */
export function describeRuns(rows: readonly Row[]): readonly string[] {
  const lines = rows.map(({ transport, made }) => `${made.plan} run over ${transport}, ${describe(made)}`)
  return [...new Set(lines)]
}

function describe({ at, node, platform, cores }: Made): string {
  return `${at.slice(0, 10)}, Node ${node}, ${platform}, ${cores} cores`
}

export const isMoreBetter = (unit: string): boolean => unit.endsWith('/s')

function comparisonOf([row]: readonly Row[]): Comparison | undefined {
  if (row === undefined) return undefined
  const bars = everybody(row)
    .map(([name, summary]) => ({
      name,
      ...summary,
      isSubject: name === row.subject && name.startsWith('rondo'),
      isReference: references.includes(name),
    }))
    .filter(({ median }) => Number.isFinite(median))
  const reference = bars.find(({ isReference }) => isReference)
  if (reference === undefined || !(reference.median > 0) || bars.length < 2) return undefined
  return { metric: row.metric, unit: row.unit, isMoreBetter: isMoreBetter(row.unit), reference, bars }
}

const usOf: Readonly<Record<string, number>> = { µs: 1, ms: 1_000, s: 1_000_000 }

/** The first p50 that has a p99 beside it. */
function latenciesOf(rows: readonly Row[]): Latencies | undefined {
  for (const p50 of rows.filter(({ metric }) => metric.startsWith('p50'))) {
    const what = p50.metric.slice('p50'.length)
    const p99 = rows.find(({ metric, unit }) => metric === `p99${what}` && unit === p50.unit)
    const us = usOf[p50.unit]
    if (p99 === undefined || us === undefined) continue
    const p99s = new Map(everybody(p99))
    const entries = everybody(p50).flatMap(([name, { median }]) => {
      const high = p99s.get(name)
      if (high === undefined || !(median > 0) || !(high.median > 0)) return []
      const isSubject = name === p50.subject && name.startsWith('rondo')
      return [{ name, isSubject, p50Us: median * us, p99Us: high.median * us, p99MaxUs: high.max * us }]
    })
    if (entries.length > 0) return { what: what.replace(/^[, ]+/, ''), entries }
  }
  return undefined
}

function everybody({ subject, value, min, max, baselines }: Row): readonly (readonly [string, Summary])[] {
  return [[subject, { median: value, min, max }], ...Object.entries(baselines)]
}
