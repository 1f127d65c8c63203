import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BenchCase } from '../bench-case.ts'
import type { Row } from '../row.ts'
import { type Chapter, toChapters } from './chapters.ts'
import { renderFigure, renderHtml } from './html.ts'
import { comparisonFile, growthFile, latencyFile, renderMarkdown } from './markdown.ts'
import { plotGrowth } from './plot-growth.ts'
import { plotComparison, plotLatencies } from './plots.ts'

/** Writes `README.md` with its `figures/`, which it makes anew, and `index.html`. */
export async function writeReport(rows: readonly Row[], cases: readonly BenchCase[], dir: string): Promise<void> {
  const chapters = toChapters(rows, new Map(cases.map(({ name, about }) => [name, about])))
  await rm(join(dir, 'figures'), { recursive: true, force: true })
  await mkdir(join(dir, 'figures'), { recursive: true })
  await writeFile(join(dir, 'index.html'), renderHtml(chapters))
  await writeFile(join(dir, 'README.md'), renderMarkdown(chapters))
  for (const [file, svg] of chapters.flatMap(figuresOf)) await writeFile(join(dir, file), svg)
}

function figuresOf(chapter: Chapter): readonly (readonly [file: string, svg: string])[] {
  const { comparison, latencies, growths } = chapter
  return [
    ...(comparison === undefined ? [] : [[comparisonFile(chapter), renderFigure(plotComparison(comparison))] as const]),
    ...(latencies === undefined ? [] : [[latencyFile(chapter), renderFigure(plotLatencies(latencies))] as const]),
    ...growths.map((growth, index) => [growthFile(chapter, index), renderFigure(plotGrowth(growth))] as const),
  ]
}
