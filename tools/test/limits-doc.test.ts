import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { defaultLimits } from '../../packages/core/src/options.ts'
import { defaultRoundsLimits } from '../../packages/rounds/src/options.ts'
import { defaultMusig2Limits } from '../../plugins/musig2/src/options.ts'
import { type LimitGroup, limitSources, readLimits, renderLimits } from '../limits-doc/render.ts'
import { root } from '../root.mjs'

const literal = (lines: string): string => `export const defaultLimits = {\n${lines}\n} as const\n`

const groupsOf = ({ file, literal: name }: (typeof limitSources)[number]): LimitGroup[] =>
  readLimits(readFileSync(join(root, file), 'utf8'), name)

test('docs/limits.md is what the options say; npm run docs writes it anew', () => {
  const sections = limitSources.map((source) => ({ passedTo: source.passedTo, groups: groupsOf(source) }))
  expect(readFileSync(join(root, 'docs/limits.md'), 'utf8')).toBe(renderLimits(sections))
})

test('every default is found, with its value', () => {
  const found = limitSources.map((source) => Object.fromEntries(groupsOf(source).flatMap(({ limits }) => limits)))
  expect(found).toEqual([defaultLimits, defaultRoundsLimits, defaultMusig2Limits])
})

test('limits under one comment share a row, and a comment of several lines becomes one', () => {
  const source = literal('  /** How much. */\n  aMax: 1_024,\n  aMs: 5,\n  /**\n   * Two\n   * lines.\n   */\n  b: 7,')
  const text = renderLimits([{ passedTo: 'f({ limits })', groups: readLimits(source) }])
  expect(text.split('\n').filter((line) => line.startsWith('| `'))).toEqual([
    '| `aMax`<br>`aMs` | 1,024<br>5 | How much. |',
    '| `b` | 7 | Two lines. |',
  ])
})

test('a limit without a comment, or a line that is none, is an error', () => {
  expect(() => readLimits(literal('  a: 1,'))).toThrow('a has no comment')
  expect(() => readLimits(literal('  /** x */\n  a: 1 * 2,'))).toThrow('neither a comment nor a limit: a: 1 * 2,')
  expect(() => readLimits('')).toThrow('defaultLimits')
})
