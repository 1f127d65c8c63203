import { describe, expect, test } from 'vitest'
import { extractSnippets } from '../snippets/extract.ts'

const fence = '```'
const markdown = (...lines: string[]): string => lines.join('\n')

describe('extractSnippets', () => {
  test('a text without TypeScript holds no program', () => {
    expect(
      extractSnippets('README.md', markdown('# Title', `${fence}sh`, 'npm test', fence, `${fence}tsx`, '<a/>', fence)),
    ).toEqual([])
  })

  test('each block is a program whose lines are the lines of the text', () => {
    const text = markdown('# Title', `${fence}ts`, 'one()', fence, '', `${fence}ts no-run`, 'two()', fence)
    const [one, two] = extractSnippets('README.md', text)
    expect(one).toEqual({ file: 'README.md', line: 3, code: '\n\none()', executed: true })
    expect(two).toMatchObject({ line: 7, executed: false })
    expect(two?.code.split('\n')[6]).toBe('two()')
  })

  test('a continued block belongs to the program before it', () => {
    const text = markdown(`${fence}ts`, 'const a = 1', fence, 'and then', `${fence}ts continues`, 'use(a)', fence)
    const snippets = extractSnippets('README.md', text)
    expect(snippets).toHaveLength(1)
    expect(snippets[0]?.code).toBe('\nconst a = 1\n\n\n\nuse(a)')
  })

  test('a block inside a list loses the indentation of its fence', () => {
    expect(
      extractSnippets('a.md', markdown(`  ${fence}ts`, '  if (a) {', '    b()', '  }', `  ${fence}`))[0]?.code,
    ).toBe('\nif (a) {\n  b()\n}')
  })

  test.each([
    [
      'an unknown word',
      markdown(`${fence}ts norun`, fence),
      "a.md:1: ```ts is followed by 'norun', not by no-run or continues",
    ],
    ['nothing to continue', markdown('', `${fence}ts continues`, fence), 'a.md:2: there is no block to continue'],
    ['no end', markdown(`${fence}ts`, 'a()'), 'a.md:1: the block is never closed'],
  ])('%s is refused with its place', (_, text, complaint) => {
    expect(() => extractSnippets('a.md', text)).toThrow(complaint)
  })
})
