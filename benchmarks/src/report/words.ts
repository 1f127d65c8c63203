import type { JudgedGoal } from '../goal.ts'
import { formatNumber } from '../table.ts'
import type { Chapter, Comparison, Latencies } from './chapters.ts'
import type { Growth } from './growth.ts'

// What the report says, on the page and in Markdown alike.

export const title = 'What Rondo costs'
export const intro =
  'Each figure stands beside baselines that were measured in the same invocation, turn by turn, so compare ratios rather than figures.'

export const reading: readonly string[] = [
  'A bar is the median of all runs, as a multiple of the median of raw-ws: bare ws, nothing encrypted, nothing signed. The fine line across its end goes from the lowest run to the highest; where it is long, the machine was busy.',
  'Latency goes from p50, the full circle, to p99, the hollow one; the fine line goes on to the highest p99 of any run. The scale is logarithmic.',
  'Growth has a logarithmic scale both ways: a straight line is a power, and a steeper one a higher. Round trips + crypto is what no round can do without, bare exchanges + crypto the same messages with no rounds in them; crypto, of signing rounds, what one signer must do.',
  'Both ends share one machine over loopback, which has no latency and loses nothing. What is compared does different work: raw-ws and socket.io encrypt nothing, libp2p encrypts, gossipsub signs each message, Rondo encrypts, authenticates and checks for replays.',
]

/** The one figure of a case, in a few words. */
export function headlineOf({ comparison, rows, hasRondo }: Chapter): { readonly figure: string; readonly of: string } {
  const [row] = rows
  if (row === undefined) return { figure: '-', of: '' }
  if (!hasRondo) return { figure: 'baselines', of: 'Rondo is not in it yet' }
  const figure = `${formatNumber(row.value)} ${row.unit}`
  if (comparison === undefined) return { figure, of: row.metric }
  const ratio = row.value / comparison.reference.median
  const better = comparison.isMoreBetter ? 'more' : 'less'
  return { figure: times(ratio), of: `of ${comparison.reference.name}, ${better} is better: ${row.metric} ${figure}` }
}

/** Two digits that count, however small. */
export function times(ratio: number): string {
  if (!Number.isFinite(ratio)) return '-'
  return `${ratio < 0.1 ? Number(ratio.toPrecision(2)) : ratio.toFixed(2)}×`
}

export function goalsOf({ rows }: Chapter): readonly JudgedGoal[] {
  // Those of the first row are the case's; others need to say what they are about.
  const about = (metric: string, index: number): string => (index === 0 ? '' : `${metric}: `)
  return rows.flatMap(({ goals, metric }, index) =>
    goals.map(({ text, met }) => ({ text: about(metric, index) + typeset(text), met })),
  )
}

const typeset = (goal: string): string =>
  goal
    .replace(/^>=/, '≥')
    .replace(/^<=/, '≤')
    .replace(/(?<=^. [\d.]+)x /, '× ')

export function comparisonCaption({ metric, isMoreBetter, reference }: Comparison): string {
  return `${metric}, relative to ${reference.name}; ${isMoreBetter ? 'more' : 'less'} is better`
}

export function latencyCaption({ what }: Latencies): string {
  return `latency from p50 to p99${what === '' ? '' : `, ${what}`}; less is better`
}

export function growthCaption({ metric, exponent }: Growth): string {
  return `${metric}, by the number of members; as the number of others to the power of ${exponent.toFixed(2)}; less is better`
}
