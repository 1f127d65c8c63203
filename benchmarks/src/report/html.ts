import type { Row } from '../row.ts'
import { formatNumber } from '../table.ts'
import { type Chapter, describeRuns } from './chapters.ts'
import { escapeHtml as e } from './escape.ts'
import { plotGrowth } from './plot-growth.ts'
import { type Plot, plotComparison, plotLatencies } from './plots.ts'
import { figureStyle, pageStyle } from './style.ts'
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

/** One page that needs nothing else: no script, no font, no image from anywhere. */
export function renderHtml(chapters: readonly Chapter[]): string {
  const runs = describeRuns(chapters.flatMap(({ rows }) => rows))
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${e(title)}</title>
<style>
${pageStyle}
</style>
</head>
<body>
<main>
<h1>${e(title)}</h1>
<p>${e(intro)}</p>
${runs.map((run) => `<p class="soft">${e(run)}</p>`).join('\n')}
<ul class="cards">
${chapters.map(cardOf).join('\n')}
</ul>
${chapters.map(sectionOf).join('\n')}
<section aria-labelledby="reading">
<h2 id="reading">How to read it</h2>
${reading.map((line) => `<p>${e(line)}</p>`).join('\n')}
</section>
</main>
</body>
</html>
`
}

/** For a file of its own: the same plot, as wide as a phone shows it. */
export function renderFigure({ title: said, heightPx, content }: Plot): string {
  const widthPx = 460
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-8 0 ${widthPx + 16} ${heightPx}" width="${widthPx + 16}" height="${heightPx}" role="img">
<title>${e(said)}</title>
<style>${figureStyle}</style>
<svg width="${widthPx}" height="${heightPx}" overflow="visible">${content}</svg>
</svg>
`
}

function cardOf(chapter: Chapter): string {
  const { figure, of } = headlineOf(chapter)
  return `<li><a href="#${chapter.slug}"><span class="case">${e(chapter.name)}</span><span class="figure">${e(figure)}</span><span class="of">${e(of)}</span>${goalList(chapter)}</a></li>`
}

function sectionOf(chapter: Chapter): string {
  const { name, slug, about, comparison, latencies, growths, rows } = chapter
  const figures = [
    ...(comparison === undefined ? [] : [figureOf(comparisonCaption(comparison), plotComparison(comparison))]),
    ...(latencies === undefined ? [] : [figureOf(latencyCaption(latencies), plotLatencies(latencies))]),
    ...growths.map((growth) => figureOf(growthCaption(growth), plotGrowth(growth))),
  ]
  const notes = rows.flatMap((row) => row.notes)
  return `<section class="case-box" id="${slug}" aria-labelledby="${slug}-name">
<h2 id="${slug}-name">${e(name)}</h2>
<p class="about">${e(about)}</p>
${goalList(chapter)}
${figures.length === 0 ? '' : `<div class="plots${figures.length > 1 ? ' two' : ''}">\n${figures.join('\n')}\n</div>`}
<details>
<summary>All figures</summary>
<div class="scroll" tabindex="0" role="region" aria-label="All figures of ${e(name)}">
<table>
<thead><tr><th scope="col">figure</th><th scope="col">${e(chapter.subject)}</th><th scope="col">min..max</th><th scope="col">against</th></tr></thead>
<tbody>
${rows.map(lineOf).join('\n')}
</tbody>
</table>
</div>
${notes.length === 0 ? '' : `<ul class="notes">${notes.map((note) => `<li>${e(note)}</li>`).join('')}</ul>`}
</details>
</section>`
}

function figureOf(caption: string, { title: said, heightPx, content }: Plot): string {
  return `<figure><figcaption>${e(caption)}</figcaption><svg role="img" aria-label="${e(said)}" width="100%" height="${heightPx}">${content}</svg></figure>`
}

function goalList(chapter: Chapter): string {
  const goals = goalsOf(chapter)
  if (goals.length === 0) return ''
  const item = ({ text, met }: { text: string; met: boolean }): string =>
    `<li class="${met ? 'met' : 'missed'}">${met ? '✓' : '✗'} ${e(text)}${met ? '' : ' missed'}</li>`
  return `<ul class="goals">${goals.map(item).join('')}</ul>`
}

function lineOf({ metric, value, unit, min, max, runs, vs, baselines }: Row): string {
  const against = Object.entries(vs).map(
    ([name, ratio]) => `${times(ratio)} ${name} (${formatNumber(baselines[name]?.median ?? Number.NaN)})`,
  )
  const range = runs > 1 ? `${formatNumber(min)}..${formatNumber(max)}` : ''
  return `<tr><th scope="row">${e(metric)}</th><td>${e(`${formatNumber(value)} ${unit}`)}</td><td>${e(range)}</td><td>${against.map(e).join('<br>')}</td></tr>`
}
