// A source with everything that is not code blanked out: comments, and the insides of strings, templates and regular
// expressions. Offsets and lines stay as they were; code inside `${}` stays code.

/** After one of these a slash opens a regular expression; after anything else it divides. */
const beforeRegExp = /(?:^|[=(,:;!&|?{}[+\-*%<>~^]|\b(?:return|typeof|case|in|of|void|delete|throw|await|yield))\s*$/

export function codeOnly(text: string): string {
  let code = ''
  let at = 0
  /** For each template that is open around us, how many braces are open in its `${`. */
  const templates: number[] = []
  const blank = (until: number): void => {
    code += text.slice(at, until).replace(/[^\n]/g, ' ')
    at = until
  }
  const keep = (count: number): void => {
    code += text.slice(at, at + count)
    at += count
  }
  /** Blanks up to the closing mark, which stays. */
  const blankTo = (end: RegExp): void => {
    end.lastIndex = at
    blank(end.exec(text) ? end.lastIndex - 1 : text.length)
    keep(1)
  }
  const template = (): void => {
    const end = /(?:\\[\s\S]|\$(?!\{)|[^\\`$])*/y
    end.lastIndex = at
    end.exec(text)
    blank(end.lastIndex)
    if (text[at] === '$') {
      keep(2)
      templates.push(0)
    } else keep(1)
  }
  while (at < text.length) {
    const here = text[at]
    const next = text[at + 1]
    const open = templates.length - 1
    if (here === '/' && next === '/') {
      const end = text.indexOf('\n', at)
      blank(end < 0 ? text.length : end)
    } else if (here === '/' && next === '*') {
      const end = text.indexOf('*/', at + 2)
      blank(end < 0 ? text.length : end + 2)
    } else if (here === "'" || here === '"') {
      keep(1)
      blankTo(here === "'" ? /(?:\\[\s\S]|[^'\\\n])*['\n]/y : /(?:\\[\s\S]|[^"\\\n])*["\n]/y)
    } else if (here === '`') {
      keep(1)
      template()
    } else if (here === '/' && beforeRegExp.test(code.slice(-40))) {
      keep(1)
      blankTo(/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])*[/\n]/y)
    } else if (here === '}' && open >= 0 && templates[open] === 0) {
      templates.pop()
      keep(1)
      template()
    } else {
      if (open >= 0 && here === '{') templates[open] = (templates[open] ?? 0) + 1
      if (open >= 0 && here === '}') templates[open] = (templates[open] ?? 0) - 1
      keep(1)
    }
  }
  return code
}
