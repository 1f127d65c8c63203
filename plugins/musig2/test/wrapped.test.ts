import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { wrapped } from '../src/wrapped.js'

describe('lines for a terminal', () => {
  test('stand side by side where they fit, and further in where they do not', () => {
    expect(wrapped(['a', 'b'], '  ', '      ', '  ')).toEqual(['  a  b'])
    expect(wrapped(['a', 'b'.repeat(76)], '  ', '      ', '  ')).toEqual([
      '  a',
      `      ${'b'.repeat(74)}`,
      `      ${'b'.repeat(2)}`,
    ])
    expect(wrapped(['a'.repeat(78)], '! ', '  ')).toEqual([`! ${'a'.repeat(78)}`])
    expect(wrapped(['a'.repeat(79), 'b'], '! ', '  ')).toEqual([`! ${'a'.repeat(78)}`, '  a b'])
    expect(wrapped([], 'Name  ', '')).toEqual(['Name  '])
  })

  test('have all of the text, and never more than 80 columns of it', () => {
    const parts = fc.array(fc.string({ unit: fc.constantFrom('x', '你', '😀', 'é'), maxLength: 200 }), { maxLength: 5 })
    fc.assert(
      fc.property(parts, (list) => {
        const lines = wrapped(list, '>>', '    ', '')
        expect(lines.map((line, at) => line.slice(at === 0 ? 2 : 4)).join('')).toBe(list.join(''))
        for (const [at, line] of lines.entries()) {
          expect(line.startsWith(at === 0 ? '>>' : '    ')).toBe(true)
          const wide = [...line].filter((character) => character > '\u00ff').length
          expect([...line].length + wide).toBeLessThanOrEqual(80)
        }
      }),
      { numRuns: 100 },
    )
  })
})
