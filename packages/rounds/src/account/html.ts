import { plain } from './plain-text.js'

// Markup, and text that never becomes any: what is put into a template is escaped, whatever it is and wherever it comes from,
// unless it was made by the same template.

export class Html {
  readonly markup: string

  /** For `html` below, and for constants: nobody else makes markup of text. */
  constructor(markup: string) {
    this.markup = markup
  }
}

type Part = Html | string | number | undefined | false | readonly Part[]

/** Parts may stand in text and in quoted attributes, nowhere else. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let markup = strings[0] ?? ''
  for (const [at, part] of parts.entries()) markup += render(part) + (strings[at + 1] ?? '')
  return new Html(markup)
}

function render(part: Part): string {
  if (part === undefined || part === false) return ''
  if (part instanceof Html) return part.markup
  if (Array.isArray(part)) return part.map(render).join('')
  return plain(String(part)).replace(/[&<>"'`=]/g, (mark) => `&#${mark.charCodeAt(0)};`)
}
