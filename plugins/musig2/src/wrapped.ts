// Lines for a terminal of 80 columns, broken here rather than there: a terminal goes on at the margin, where a text with enough spaces in
// it could write a line of its own. What goes on here is set further in.

const columns = 80

/** The parts side by side, behind `begin`; what does not fit goes on behind `hang`. */
export function wrapped(parts: readonly string[], begin: string, hang: string, between = ' '): readonly string[] {
  const lines: string[] = []
  let line = begin
  let isEmpty = true
  const add = (text: string): void => {
    line += text
    isEmpty = false
  }
  for (const part of parts) {
    const gap = isEmpty ? '' : between
    if (widthOf(line + gap + part) <= columns) {
      add(gap + part)
      continue
    }
    // Where nothing stands yet, a new line would have no more room.
    const pieces = piecesOf(part, columns - Math.max(widthOf(hang), isEmpty ? widthOf(begin) : 0))
    for (const piece of pieces) {
      if (!isEmpty) {
        lines.push(line)
        line = hang
      }
      add(piece)
    }
  }
  return [...lines, line]
}

function piecesOf(text: string, width: number): readonly string[] {
  const pieces: string[] = []
  let piece = ''
  for (const character of text) {
    if (widthOf(piece + character) > width) {
      pieces.push(piece)
      piece = ''
    }
    piece += character
  }
  return [...pieces, piece]
}

/** In columns, or more: many letters beyond Latin take two of them. */
function widthOf(text: string): number {
  let width = 0
  for (const character of text) width += (character.codePointAt(0) ?? 0) > 0xff ? 2 : 1
  return width
}
