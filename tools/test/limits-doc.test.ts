import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { defaultLimits } from '../../packages/core/src/options.ts'
import { readLimits, renderLimits } from '../limits-doc/render.ts'
import { root } from '../root.mjs'

const literal = (lines: string): string => `export const defaultLimits = {\n${lines}\n} as const\n`

test('docs/limits.md is what options.ts says; npm run docs writes it anew', () => {
  const source = readFileSync(join(root, 'packages/core/src/options.ts'), 'utf8')
  expect(readFileSync(join(root, 'docs/limits.md'), 'utf8')).toBe(renderLimits(readLimits(source)))
})

test('every default is found, with its value', () => {
  const source = readFileSync(join(root, 'packages/core/src/options.ts'), 'utf8')
  const found = readLimits(source).flatMap(({ limits }) => limits)
  expect(Object.fromEntries(found)).toEqual(defaultLimits)
})

test('limits under one comment share a row, and a comment of several lines becomes one', () => {
  const text = renderLimits(
    readLimits(literal('  /** How much. */\n  aMax: 1_024,\n  aMs: 5,\n  /**\n   * Two\n   * lines.\n   */\n  b: 7,')),
  )
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
