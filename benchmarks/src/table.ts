import type { Row } from './row.ts'

const head = ['case', 'metric', 'median', 'min..max', 'against (its median)', 'goal']

/** An aligned table. A case is named once; its further baselines and goals stand below the first, notes below all. */
export function formatTable(rows: readonly Row[]): string {
  const lines = [head, ...rows.flatMap((row, index) => linesOf(row, rows[index - 1]?.case === row.case))]
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  const table = lines.map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
  const notes = rows.flatMap((row) => row.notes.map((note) => `${row.case}: ${note}`))
  return [...table, ...(notes.length > 0 ? ['', ...notes] : [])].map((line) => line.trimEnd()).join('\n')
}

function linesOf(row: Row, isNamed: boolean): string[][] {
  const { unit, vs, baselines, goals } = row
  const ratios = Object.entries(vs).map(
    ([name, ratio]) => `${formatRatio(ratio)} ${name} (${formatNumber(baselines[name]?.median ?? Number.NaN)})`,
  )
  const judged = goals.map(({ text, met }) => `${text}: ${met ? 'met' : 'MISSED'}`)
  const figures = [
    isNamed ? '' : row.case,
    row.metric,
    `${formatNumber(row.value)} ${unit}`,
    row.runs > 1 ? `${formatNumber(row.min)}..${formatNumber(row.max)}` : '',
  ]
  return Array.from({ length: Math.max(1, ratios.length, judged.length) }, (_, line) => [
    ...(line === 0 ? figures : ['', '', '', '']),
    ratios[line] ?? '',
    judged[line] ?? '',
  ])
}

/** Three significant digits, thousands as k and millions as M. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '-'
  if (Math.abs(value) >= 999_500) return `${threeDigits(value / 1_000_000)}M`
  if (Math.abs(value) >= 9_999.5) return `${threeDigits(value / 1_000)}k`
  return threeDigits(value)
}

export function formatRatio(ratio: number): string {
  return Number.isFinite(ratio) ? `${ratio.toFixed(2)}x` : '-'
}

function threeDigits(value: number): string {
  const whole = Math.floor(Math.log10(Math.max(1, Math.abs(value)))) + 1
  return value.toFixed(Math.max(0, 3 - whole))
}
