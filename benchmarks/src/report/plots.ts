import { formatNumber } from '../table.ts'
import type { Comparison, Latencies } from './chapters.ts'
import { escapeHtml } from './escape.ts'
import { times } from './words.ts'

// Plots as the content of an SVG. Across, everything is in per cent, so that a plot takes the width that there is while its
// letters keep their size; down, in pixels. Colours are classes: what they mean on light and on dark is the style's business.

export interface Plot {
  /** What somebody reads who does not see it. */
  readonly title: string
  readonly heightPx: number
  readonly content: string
}

const rowPx = 46
const barTopPx = 21
const barPx = 13
const topPx = 4
const axisPx = 26
/** So that a bar is seen however short it is. */
const barWidthMin = 0.5
const scaleRoom = 1.02
const ticksMax = 5
const besideMin = 0.06
const steps = [0.05, 0.1, 0.2, 0.25, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000]

/** Bars from zero, as multiples of the reference, each with the range of its runs. */
export function plotComparison({ bars, reference, unit, metric }: Comparison): Plot {
  const ratioOf = (figure: number): number => figure / reference.median
  const most = Math.max(...bars.flatMap(({ median, max }) => [ratioOf(median), finite(ratioOf(max))])) * scaleRoom
  const at = (ratio: number): number => Math.min(100, (finite(ratio) / most) * 100)
  const bottomPx = topPx + bars.length * rowPx
  const ticks = ticksUpTo(most).map((ratio) => tick(at(ratio), bottomPx, formatTick(ratio), ratio === 1))
  const drawn = bars.map((bar, index) => {
    const kind = bar.isSubject ? 'subject' : bar.isReference ? 'reference' : 'other'
    const width = Math.max(barWidthMin, at(ratioOf(bar.median)))
    const y = topPx + index * rowPx
    const value = `${formatNumber(bar.median)} ${unit} · ${times(ratioOf(bar.median))}`
    return [
      labels(y, bar.name, value, bar.isSubject),
      `<rect class="${kind}" x="0" y="${y + barTopPx}" width="${percent(width)}" height="${barPx}" rx="2"/>`,
      whisker(at(ratioOf(bar.min)), at(ratioOf(bar.max)), y + barTopPx + barPx / 2),
    ].join('')
  })
  const said = bars.map(({ name, median }) => `${name} ${formatNumber(median)} ${unit}`).join(', ')
  return {
    title: `${metric}, relative to ${reference.name}: ${said}`,
    heightPx: bottomPx + axisPx,
    content: [...ticks, ...drawn].join(''),
  }
}

/** From p50 to p99 on a logarithmic scale; the thin line goes on to the highest p99 of all runs. */
export function plotLatencies({ entries, what }: Latencies): Plot {
  const low = Math.floor(Math.log10(Math.min(...entries.map(({ p50Us }) => p50Us))))
  const highest = Math.max(...entries.map(({ p99Us, p99MaxUs }) => Math.max(p99Us, finite(p99MaxUs))))
  const high = Math.max(low + 1, Math.ceil(Math.log10(highest)))
  const at = (us: number): number => 2 + ((Math.log10(us) - low) / (high - low)) * 96
  const bottomPx = topPx + entries.length * rowPx
  const decades = Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index))
  const ticks = decades.map((us) => tick(at(us), bottomPx, formatUs(us), false))
  const drawn = entries.map(({ name, isSubject, p50Us, p99Us, p99MaxUs }, index) => {
    const y = topPx + index * rowPx
    const middle = y + barTopPx + barPx / 2
    const kind = isSubject ? 'subject' : 'other'
    return [
      labels(y, name, `${formatUs(p50Us)} – ${formatUs(p99Us)}`, isSubject),
      line('range', at(p99Us), at(Math.max(p99Us, finite(p99MaxUs))), middle),
      line(`span ${kind}-line`, at(p50Us), at(p99Us), middle),
      `<circle class="${kind}" cx="${percent(at(p50Us))}" cy="${middle}" r="5"/>`,
      `<circle class="hollow ${kind}-line" cx="${percent(at(p99Us))}" cy="${middle}" r="5"/>`,
    ].join('')
  })
  const said = entries.map(({ name, p50Us, p99Us }) => `${name} ${formatUs(p50Us)} and ${formatUs(p99Us)}`).join(', ')
  return {
    title: `Latency${what === '' ? '' : `, ${what}`}, p50 and p99: ${said}`,
    heightPx: bottomPx + axisPx,
    content: [...ticks, ...drawn].join(''),
  }
}

/** Three significant digits, in the unit that suits. */
export function formatUs(us: number): string {
  if (us >= 999_500) return `${trim(formatNumber(us / 1_000_000))} s`
  if (us >= 999.5) return `${trim(formatNumber(us / 1_000))} ms`
  return `${trim(formatNumber(us))} µs`
}

const trim = (number: string): string => number.replace(/\.0+$/, '')
const finite = (value: number): number => (Number.isFinite(value) ? value : 0)
const percent = (value: number): string => `${Number(value.toFixed(2))}%`

function ticksUpTo(most: number): readonly number[] {
  const step = steps.find((each) => most / each <= ticksMax) ?? most
  const ticks = Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => index * step)
  // Where one is no tick by itself, it takes the place of one that it would stand too close to.
  const others = ticks.filter((each) => Math.abs(each - 1) > most * besideMin)
  return most >= 1 && !ticks.includes(1) ? [...others, 1] : ticks
}

const formatTick = (ratio: number): string => (ratio === 0 ? '0' : `${Number(ratio.toFixed(2))}×`)

function tick(at: number, bottomPx: number, label: string, isReference: boolean): string {
  const anchor = at < 4 ? 'start' : at > 96 ? 'end' : 'middle'
  const kind = isReference ? 'one' : 'grid'
  return (
    `<line class="${kind}" x1="${percent(at)}" x2="${percent(at)}" y1="${topPx}" y2="${bottomPx}"/>` +
    `<text class="tick" x="${percent(at)}" y="${bottomPx + 16}" text-anchor="${anchor}">${escapeHtml(label)}</text>`
  )
}

function labels(y: number, name: string, value: string, isSubject: boolean): string {
  return (
    `<text class="${isSubject ? 'name strong' : 'name'}" x="0" y="${y + 15}">${escapeHtml(name)}</text>` +
    `<text class="value" x="100%" y="${y + 15}" text-anchor="end">${escapeHtml(value)}</text>`
  )
}

function whisker(from: number, to: number, y: number): string {
  if (!(to - from > 0.2)) return ''
  const cap = (x: number): string =>
    `<line class="whisker" x1="${percent(x)}" x2="${percent(x)}" y1="${y - 4}" y2="${y + 4}"/>`
  return line('halo', from, to, y) + line('whisker', from, to, y) + cap(from) + cap(to)
}

function line(kind: string, from: number, to: number, y: number): string {
  return `<line class="${kind}" x1="${percent(from)}" x2="${percent(to)}" y1="${y}" y2="${y}"/>`
}
