import type { Row } from '../row.ts'
import { formatNumber } from '../table.ts'
import { type Chapter, describeRuns } from './chapters.ts'
import { escapeMarkdown as e } from './escape.ts'
import {
  comparisonCaption,
  goalsOf,
  growthCaption,
  headlineOf,
  intro,
  latencyCaption,
  reading,
  times,
  title,
} from './words.ts'

/** The same as the page, for where Markdown is read; its figures are files beside it. */
export function renderMarkdown(chapters: readonly Chapter[]): string {
  const runs = describeRuns(chapters.flatMap(({ rows }) => rows))
  return [
    `# ${title}`,
    e(intro),
    ...runs.map((run) => `_${e(run)}_`),
    [
      '| case | figure | | goals |',
      '|---|---|---|---|',
      ...chapters.map((chapter) => {
        const { figure, of } = headlineOf(chapter)
        return `| [${e(chapter.name)}](#${chapter.slug}) | **${e(figure)}** | ${e(of)} | ${goalCell(chapter)} |`
      }),
    ].join('\n'),
    ...chapters.flatMap(chapterOf),
    '## How to read it',
    ...reading.map(e),
    '',
  ].join('\n\n')
}

export const comparisonFile = ({ slug }: Chapter): string => `figures/${slug}.svg`
export const latencyFile = ({ slug }: Chapter): string => `figures/${slug}-latency.svg`
export const growthFile = ({ slug }: Chapter, index: number): string => `figures/${slug}-growth-${index + 1}.svg`

function chapterOf(chapter: Chapter): readonly string[] {
  const { name, slug, about, comparison, latencies, growths, rows, subject } = chapter
  return [
    `<a id="${slug}"></a>`,
    `## ${e(name)}`,
    ...(about === '' ? [] : [e(about)]),
    ...(comparison === undefined ? [] : [`![${e(comparisonCaption(comparison))}](${comparisonFile(chapter)})`]),
    ...(latencies === undefined ? [] : [`![${e(latencyCaption(latencies))}](${latencyFile(chapter)})`]),
    ...growths.map((growth, index) => `![${e(growthCaption(growth))}](${growthFile(chapter, index)})`),
    [`| figure | ${e(subject)} | min..max | against |`, '|---|---|---|---|', ...rows.map(lineOf)].join('\n'),
    ...rows.flatMap(({ notes }) => (notes.length === 0 ? [] : [notes.map((note) => `- ${e(note)}`).join('\n')])),
  ]
}

function goalCell(chapter: Chapter): string {
  return goalsOf(chapter)
    .map(({ text, met }) => `${met ? '✓' : '✗'} ${e(text)}${met ? '' : ' **missed**'}`)
    .join('<br>')
}

function lineOf({ metric, value, unit, min, max, runs, vs, baselines }: Row): string {
  const against = Object.entries(vs).map(
    ([name, ratio]) => `${times(ratio)} ${e(name)} (${formatNumber(baselines[name]?.median ?? Number.NaN)})`,
  )
  const range = runs > 1 ? `${formatNumber(min)}..${formatNumber(max)}` : ''
  return `| ${e(metric)} | ${e(`${formatNumber(value)} ${unit}`)} | ${range} | ${against.join('<br>')} |`
}
