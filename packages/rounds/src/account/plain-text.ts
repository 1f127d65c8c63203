// What peers wrote, made fit to be shown: one line, no control over the terminal or the direction of writing, and no wider
// than it says. What a peer can choose never looks like something that this program says.

/** Of a text in one line. Foreign scripts count double, for a terminal may show them so. */
export function columnsOf(text: string): number {
  let columns = 0
  for (const point of text) columns += isNarrow(point.codePointAt(0) ?? 0) ? 1 : 2
  return columns
}

function isNarrow(point: number): boolean {
  return point < 0x1100 || (point >= 0x2010 && point <= 0x2027)
}

/** Without anything that is not seen as itself. */
export function plain(text: string): string {
  return text
    .slice(0, charactersMax)
    .replace(/[\s\u2028\u2029\u0085]+/gu, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/gu, '\ufffd')
    .replace(/(\p{M}{2})\p{M}+/gu, '$1')
    .trim()
}

/** Nothing that a protocol allows is longer. */
const charactersMax = 1024

/** In quotation marks, which it cannot close itself. */
export function quoted(text: string): string {
  return `“${plain(text).replace(/[“”„‟"〝〞＂]/gu, "'")}”`
}

/** No wider than so many columns, the last one an ellipsis where something is missing. */
export function fit(text: string, columnsMax: number): string {
  if (columnsOf(text) <= columnsMax) return text
  let kept = ''
  let columns = 1
  for (const point of text) {
    columns += columnsOf(point)
    if (columns > columnsMax) break
    kept += point
  }
  return `${kept.trimEnd()}…`
}

/** Breaks between words, and within one that fits no line. */
export function wrap(text: string, columnsMax: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ').flatMap((long) => pieces(long, columnsMax))) {
    const longer = line === '' ? word : `${line} ${word}`
    if (columnsOf(longer) <= columnsMax) {
      line = longer
      continue
    }
    lines.push(line)
    line = word
  }
  return line === '' ? lines : [...lines, line]
}

function pieces(word: string, columnsMax: number): readonly string[] {
  if (columnsOf(word) <= columnsMax) return [word]
  const parts = ['']
  for (const point of word) {
    const last = parts.at(-1) ?? ''
    if (columnsOf(last + point) > columnsMax) parts.push(point)
    else parts[parts.length - 1] = last + point
  }
  return parts
}

/** With spaces behind. */
export function padded(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - columnsOf(text)))
}
