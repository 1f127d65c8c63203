import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { toChapters } from '../../src/report/chapters.ts'
import { escapeHtml, escapeMarkdown } from '../../src/report/escape.ts'
import { exponentOf, growthsOf } from '../../src/report/growth.ts'
import { renderFigure, renderHtml } from '../../src/report/html.ts'
import { renderMarkdown } from '../../src/report/markdown.ts'
import { plotGrowth } from '../../src/report/plot-growth.ts'
import { formatUs, plotComparison, plotLatencies } from '../../src/report/plots.ts'
import { readRows } from '../../src/report/read-rows.ts'
import { writeReport } from '../../src/report/write-report.ts'
import type { Row } from '../../src/row.ts'

const made = { at: '2026-01-31T12:00:00.000Z', plan: 'quick', node: '24.9.0', platform: 'linux x64', cores: 2 } as const
const throughput: Row = {
  case: 'sealed-200B',
  transport: 'ws',
  payloadBytes: 200,
  value: 600_000,
  unit: 'msg/s',
  vs: { 'raw-ws': 2, libp2p: 12 },
  metric: 'throughput',
  subject: 'rondo-sealed',
  runs: 3,
  min: 550_000,
  max: 750_000,
  baselines: { 'raw-ws': { median: 300_000, min: 1, max: 310_000 }, libp2p: { median: 50_000, min: 1, max: 60_000 } },
  goals: [
    { text: '>= 1x raw-ws', met: true },
    { text: '>= 3x raw-ws', met: false },
  ],
  notes: [],
  made,
}
const latency = (metric: string, value: number): Row => ({
  ...throughput,
  metric,
  value,
  unit: 'ms',
  min: value,
  max: value * 3,
  baselines: { 'raw-ws': { median: 0.05, min: 0.01, max: 0.4 } },
  vs: { 'raw-ws': value / 0.05 },
  goals: [],
})
const rows = [throughput, latency('p50, paced 20k/s', 0.3), latency('p99, paced 20k/s', 0.9)]
const hostile = '<script>alert(1)</script>"\'&|`*_[x](javascript:1)\n# \u202e'

const html = (from: readonly Row[]): string => renderHtml(toChapters(from, new Map()))
const markdown = (from: readonly Row[]): string => renderMarkdown(toChapters(from, new Map()))
/** Every start tag has its end: what a parser of XML would insist on. */
function unclosed(svg: string): string[] {
  const open: string[] = []
  for (const [, slash, name = '', rest] of svg.matchAll(/<(\/?)([a-z]+)([^>]*)>/g)) {
    if (slash !== '') expect(open.pop()).toBe(name)
    else if (!rest?.endsWith('/')) open.push(name)
  }
  return open
}

describe('growth', () => {
  const at = (size: number, value: number, metric = 'a round'): Row => ({
    ...latency(`${metric}, n = ${size}`, value),
    baselines: { [hostile]: { median: value / 2, min: 0, max: value } },
  })
  const grown = [at(2, 1), at(5, 16), at(20, 361)]

  test('is the power that the figures follow', () => {
    expect(exponentOf([2, 5, 20].map((size) => ({ size, median: 7 * (size - 1) })))).toBeCloseTo(1)
    const [growth] = growthsOf(grown)
    expect(growth).toMatchObject({ metric: 'a round', unit: 'ms' })
    expect(growth?.exponent).toBeCloseTo(2)
    expect(growth?.curves.map(({ points }) => points.map(({ median }) => median))).toEqual([
      [1, 16, 361],
      [0.5, 8, 180.5],
    ])
  })

  test('takes three sizes, of one metric, with figures that have a logarithm', () => {
    expect(growthsOf(grown.slice(1))).toEqual([])
    expect(growthsOf([...grown.slice(1), at(100, 1, 'another')])).toEqual([])
    expect(growthsOf([...grown, at(100, -1)])).toEqual([])
    expect(growthsOf([...grown, at(100, Number.NaN)])).toEqual([])
  })

  test('is drawn as a figure of its own, whose words are words', () => {
    const [growth] = growthsOf(grown)
    const svg = growth === undefined ? '' : renderFigure(plotGrowth(growth))
    expect(unclosed(svg.replace(/<style>.*<\/style>/s, ''))).toEqual([])
    expect(svg).not.toContain('<script>')
    expect(svg).not.toMatch(/NaN|Infinity|undefined/)
    expect(html(grown)).toContain('as the number of others to the power of 2.00')
    expect(markdown(grown)).toContain('-growth-1.svg')
  })
})

describe('a chapter', () => {
  test('compares everybody with raw-ws, and knows which way is better', () => {
    const [chapter] = toChapters(rows, new Map([['sealed-200B', 'what it is about']]))
    expect(chapter).toMatchObject({ slug: 'sealed-200b', about: 'what it is about', hasRondo: true })
    expect(chapter?.comparison).toMatchObject({ isMoreBetter: true, reference: { name: 'raw-ws', median: 300_000 } })
    expect(chapter?.comparison?.bars.map(({ name }) => name)).toEqual(['rondo-sealed', 'raw-ws', 'libp2p'])
    expect(toChapters([latency('p50', 1)], new Map())[0]?.comparison).toMatchObject({ isMoreBetter: false })
  })

  test('pairs a p50 with the p99 of the same load, and leaves out who has but one', () => {
    const [chapter] = toChapters([...rows, latency('p50, other', 1)], new Map())
    expect(chapter?.latencies?.what).toBe('paced 20k/s')
    expect(chapter?.latencies?.entries.map(({ name, p50Us }) => [name, p50Us])).toEqual([
      ['rondo-sealed', 300],
      ['raw-ws', 50],
    ])
  })

  test('is told without a plot where raw-ws, or all but one, are missing', () => {
    const alone = { ...throughput, baselines: {}, vs: {} }
    const others = { ...throughput, baselines: { libp2p: throughput.baselines['libp2p']! }, vs: { libp2p: 12 } }
    for (const row of [alone, others]) {
      expect(toChapters([row], new Map())[0]).toMatchObject({ comparison: undefined, latencies: undefined })
      expect(html([row])).not.toContain('<svg')
      expect(html([row])).toContain('600k msg/s')
      expect(markdown([row])).not.toContain('![')
    }
  })

  test('leaves out a contestant without a figure, and says of baselines alone that Rondo is not there', () => {
    const lost = { median: Number.NaN, min: Number.NaN, max: Number.NaN }
    const row = { ...throughput, subject: 'raw-ws-1MiB', baselines: { libp2p: { median: 1, min: 1, max: 1 }, lost } }
    const [chapter] = toChapters([row], new Map())
    expect(chapter?.comparison?.bars.map(({ name, isSubject }) => [name, isSubject])).toEqual([
      ['raw-ws-1MiB', false],
      ['libp2p', false],
    ])
    expect(html([row])).toContain('Rondo is not in it yet')
  })
})

describe('a plot', () => {
  const [chapter] = toChapters(rows, new Map())

  test('has bars as long as their figures, within its width', () => {
    if (chapter?.comparison === undefined) throw new TypeError('there is nothing to plot')
    const { content, title } = plotComparison(chapter.comparison)
    const widths = [...content.matchAll(/<rect[^>]* width="([\d.]+)%"/g)].map(([, width]) => Number(width))
    expect(widths).toHaveLength(3)
    expect(widths[0]! / widths[1]!).toBeCloseTo(2, 1)
    expect(widths[0]! / widths[2]!).toBeCloseTo(12, 0)
    const positions = [...content.matchAll(/ (?:x|x1|x2|cx|width)="([\d.-]+)%"/g)].map(([, at]) => Number(at))
    for (const at of positions) expect(at >= 0 && at <= 100).toBe(true)
    expect(content).toContain('class="one"')
    expect(title).toContain('libp2p 50.0k msg/s')
  })

  test('has latencies on a scale on which ten times is as far everywhere', () => {
    const entries = [10, 100, 1_000].map((us) => ({
      name: `${us}`,
      isSubject: false,
      p50Us: us,
      p99Us: us * 10,
      p99MaxUs: Number.NaN,
    }))
    const { content } = plotLatencies({ what: '', entries })
    const at = [...content.matchAll(/<circle class="other" cx="([\d.]+)%"/g)].map(([, x]) => Number(x))
    expect(at[1]! - at[0]!).toBeCloseTo(at[2]! - at[1]!, 1)
    expect(unclosed(content)).toEqual([])
  })

  test('names times in the unit that suits', () => {
    expect([0.5, 12, 999, 1_000, 25_400, 2_000_000].map(formatUs)).toEqual([
      '0.50 µs',
      '12 µs',
      '999 µs',
      '1 ms',
      '25.4 ms',
      '2 s',
    ])
  })

  test('stands as a file of its own', () => {
    if (chapter?.comparison === undefined) throw new TypeError('there is nothing to plot')
    const svg = renderFigure(plotComparison(chapter.comparison))
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" viewBox/)
    expect(svg).toContain('prefers-color-scheme:dark')
    expect(unclosed(svg)).toEqual([])
  })
})

describe('the page', () => {
  test('needs nothing from elsewhere and runs nothing', () => {
    const page = html(rows)
    expect(page).not.toMatch(/<script|<link|<img|@import|url\(|https?:/)
    expect(page).toContain('name="viewport"')
    expect(page).toContain('prefers-color-scheme:dark')
  })

  test('says how it was made, and whether goals are met in words, not in colour alone', () => {
    const page = html(rows)
    expect(page).toContain('quick run over ws, 2026-01-31, Node 24.9.0, linux x64, 2 cores')
    expect(page).toContain('✓ ≥ 1× raw-ws')
    expect(page).toContain('✗ ≥ 3× raw-ws missed')
  })

  test('labels every plot for those who do not see it, and leads from each card to its case', () => {
    const page = html(rows)
    const plots = page.match(/<svg /g) ?? []
    expect(plots).toHaveLength(2)
    expect(page.match(/<svg role="img" aria-label="[^"]{20,}"/g)).toHaveLength(2)
    for (const [, id] of page.matchAll(/href="#([^"]+)"/g)) expect(page).toContain(`id="${id}"`)
  })

  test('shows names as they are, never as markup', () => {
    const row: Row = {
      ...throughput,
      case: hostile,
      metric: hostile,
      unit: hostile,
      subject: hostile,
      baselines: { 'raw-ws': { median: 1, min: 1, max: 1 }, [hostile]: { median: 1, min: 1, max: 1 } },
      vs: { [hostile]: 1 },
      goals: [{ text: hostile, met: false }],
      notes: [hostile],
      made: { ...made, at: hostile, node: hostile, platform: hostile },
    }
    const page = html([row])
    expect(page).not.toContain('<script')
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(page).not.toContain('\u202e')
    const text = markdown([row])
    expect(text).not.toMatch(/<script|\u202e/)
    expect(text).toContain('\\[x\\](javascript:1)')
    for (const line of text.split('\n').filter((line) => line.startsWith('|'))) {
      expect([4, 5]).toContain(line.match(/(?<!\\)\|/g)?.length ?? 0)
    }
    expect(text.match(/^#+ /gm)).toHaveLength(3)
  })
})

test('what is special in a language is harmless in it', () => {
  expect(escapeHtml(`a<b>&"'\u0000\u202e`)).toBe('a&lt;b&gt;&amp;&quot;&#39; ')
  expect(escapeMarkdown('a|b\n<i> `x` *y* [z] & \\')).toBe('a\\|b &lt;i&gt; \\`x\\` \\*y\\* \\[z\\] &amp; \\\\')
})

describe('rows', () => {
  test('come out of JSON as they went in, but for figures that were not to be had', () => {
    expect(readRows(JSON.stringify(rows))).toEqual(rows)
    const [row] = readRows(JSON.stringify([{ ...throughput, value: Number.NaN }]))
    expect(row?.value).toBeNaN()
  })

  test.each([
    ['not JSON', '{'],
    ['no rows', '[]'],
    ['something else', '{"rows":[]}'],
    ['a row without a unit', JSON.stringify([{ ...throughput, unit: undefined }])],
    ['a name without end', JSON.stringify([{ ...throughput, case: 'x'.repeat(501) }])],
    ['more rows than there are', JSON.stringify(Array.from({ length: 1_001 }, () => throughput))],
    ['a transport that is none', JSON.stringify([{ ...throughput, transport: 'pigeon' }])],
  ])('are refused: %s', (_, text) => {
    expect(() => readRows(text)).toThrow(/not JSON|not the rows/)
  })
})

test('a report is a page, and Markdown whose figures are all there and nothing more', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'rondo-report-'))
  try {
    const twins = [...rows, { ...throughput, case: 'sealed 200b' }, { ...throughput, case: '../../sealed' }]
    await writeReport([{ ...throughput, case: 'gone' }], [], dir)
    await writeReport(twins, [], dir)
    expect((await readdir(dir)).sort()).toEqual(['README.md', 'figures', 'index.html'])
    const text = await readFile(join(dir, 'README.md'), 'utf8')
    const named = [...text.matchAll(/!\[[^\]]*\]\(figures\/([^)]+)\)/g)].map(([, file]) => file)
    expect((await readdir(join(dir, 'figures'))).sort()).toEqual([...named].sort())
    expect(named).toContain('sealed-200b-latency.svg')
    expect(named).toContain('sealed-200b-2.svg')
    expect(named).toContain('sealed.svg')
  } finally {
    await rm(dir, { recursive: true })
  }
})
