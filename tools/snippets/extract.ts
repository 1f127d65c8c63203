// The programs in a Markdown text. A block opened by ```ts is a program of its own; `ts continues` goes on where the
// block before it ended; `ts no-run` is type-checked and not executed. Other languages are not looked at.

export interface Snippet {
  /** The Markdown file and the line of the first block's first line of code. */
  readonly file: string
  readonly line: number
  /** Padded with empty lines, so that a compiler's line number is the line in the Markdown. */
  readonly code: string
  readonly executed: boolean
}

const words = new Set(['', 'no-run', 'continues'])

export function extractSnippets(file: string, markdown: string): Snippet[] {
  const snippets: Snippet[] = []
  let open: { word: string; indent: number; line: number; code: string[] } | undefined
  for (const [index, text] of markdown.split('\n').entries()) {
    if (open === undefined) {
      const fence = /^( *)```ts(?:$| +(.*?) *$)/.exec(text)
      if (!fence) continue
      const word = fence[2] ?? ''
      if (!words.has(word))
        throw new Error(`${file}:${index + 1}: \`\`\`ts is followed by '${word}', not by no-run or continues`)
      open = { word, indent: (fence[1] ?? '').length, line: index + 2, code: [] }
    } else if (/^ *```\s*$/.test(text)) {
      const before = open.word === 'continues' ? snippets.pop() : undefined
      if (open.word === 'continues' && !before)
        throw new Error(`${file}:${open.line - 1}: there is no block to continue`)
      const lines = before ? before.code.split('\n') : []
      while (lines.length < open.line - 1) lines.push('')
      snippets.push({
        file,
        line: before?.line ?? open.line,
        code: [...lines, ...open.code].join('\n'),
        executed: before?.executed ?? open.word !== 'no-run',
      })
      open = undefined
    } else open.code.push(text.slice(open.indent))
  }
  if (open) throw new Error(`${file}:${open.line - 1}: the block is never closed`)
  return snippets
}
