import { formatNumber } from '../table.ts'
import { escapeHtml } from './escape.ts'
import type { Curve, Growth, GrowthPoint } from './growth.ts'
import type { Plot } from './plots.ts'

// Growth on two logarithmic scales: a straight line is a power, and its steepness the exponent. Across in per cent, down in pixels.

const heightPx = 230
const topPx = 12
const bottomPx = heightPx - 26
const legendPx = 20
const leftPercent = 14
const rightPercent = 97

type Place = (point: GrowthPoint) => { readonly x: number; readonly y: number }

export function plotGrowth({ metric, unit, curves, exponent }: Growth): Plot {
  const points = curves.flatMap((curve) => curve.points)
  const sizes = [...new Set(points.map(({ size }) => size))].sort((a, b) => a - b)
  const low = Math.floor(Math.log10(Math.min(...points.map(({ median }) => median))))
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...points.map(({ median }) => median)))))
  const across = scale(Math.log(sizes[0] ?? 1), Math.log(sizes.at(-1) ?? 1), leftPercent + 3, rightPercent)
  const down = scale(low, high, bottomPx, topPx)
  const place: Place = ({ size, median }) => ({ x: across(Math.log(size)), y: down(Math.log10(median)) })
  const decades = Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index))
  const grid = decades.map((value) => level(down(Math.log10(value)), `${trim(formatNumber(value))} ${unit}`))
  const columns = sizes.map((size) => column(across(Math.log(size)), String(size)))
  const said = curves[0]?.points.map(({ size, median }) => `${formatNumber(median)} ${unit} at ${size}`).join(', ')
  // The subject is drawn last, above the others.
  const drawn = curves.map((curve, index) => drawCurve(curve, kindOf(index), place)).reverse()
  return {
    title: `${metric} by the number of members: ${said}; as the number of others to the power of ${exponent.toFixed(2)}`,
    heightPx: heightPx + curves.length * legendPx,
    content: [...grid, ...columns, ...drawn, ...curves.map(legend)].join(''),
  }
}

function scale(from: number, to: number, start: number, end: number): (value: number) => number {
  return (value) => start + ((value - from) / (to - from || 1)) * (end - start)
}

/** Two baselines are told apart by their dashes as well. */
function kindOf(index: number): string {
  return ['subject', 'reference'][index] ?? 'other'
}

function drawCurve({ points, isSubject }: Curve, kind: string, place: Place): string {
  const places = points.map(place)
  const lines = places.slice(1).map((to, index) => {
    const from = places[index] ?? to
    return `<line class="curve ${kind}-line" x1="${percent(from.x)}" y1="${px(from.y)}" x2="${percent(to.x)}" y2="${px(to.y)}"/>`
  })
  const dots = places.map(({ x, y }) => `<circle class="${kind}" cx="${percent(x)}" cy="${px(y)}" r="4"/>`)
  const values = isSubject
    ? places.map(({ x, y }, index) => {
        const anchor = index === 0 ? 'start' : index === places.length - 1 ? 'end' : 'middle'
        return `<text class="tick" x="${percent(x)}" y="${px(y - 8)}" text-anchor="${anchor}">${escapeHtml(formatNumber(points[index]?.median ?? Number.NaN))}</text>`
      })
    : []
  return [...lines, ...dots, ...values].join('')
}

function level(y: number, label: string): string {
  return (
    `<line class="grid" x1="${percent(leftPercent)}" x2="100%" y1="${px(y)}" y2="${px(y)}"/>` +
    `<text class="tick" x="0" y="${px(y + 4)}">${escapeHtml(label)}</text>`
  )
}

function column(x: number, label: string): string {
  return (
    `<line class="grid" x1="${percent(x)}" x2="${percent(x)}" y1="${topPx}" y2="${bottomPx}"/>` +
    `<text class="tick" x="${percent(x)}" y="${bottomPx + 16}" text-anchor="middle">${escapeHtml(label)}</text>`
  )
}

function legend({ name, isSubject }: Curve, index: number): string {
  const y = heightPx + index * legendPx + 12
  return (
    `<line class="curve ${kindOf(index)}-line" x1="0" x2="22" y1="${y - 4}" y2="${y - 4}"/>` +
    `<text class="${isSubject ? 'name strong' : 'name'}" x="30" y="${y}">${escapeHtml(name)}</text>`
  )
}

const trim = (number: string): string => number.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '')
const percent = (value: number): string => `${Number(value.toFixed(2))}%`
const px = (value: number): string => String(Number(value.toFixed(1)))
