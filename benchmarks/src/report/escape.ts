// Names and notes come from a file that anybody may have written; nothing of them is markup.

/** Control characters, and those that turn the direction of text around. */
const invisible = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** For the text and the attributes of HTML and SVG. */
export function escapeHtml(text: string): string {
  return text.replace(invisible, ' ').replace(/[&<>"']/g, (character) => entities[character] ?? '')
}

/** For one line of Markdown, a cell of a table included. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(invisible, ' ')
    .replace(/[\\`*_[\]|~#!]/g, '\\$&')
    .replace(/[&<>]/g, (character) => entities[character] ?? '')
}

/** Names for files and anchors: lower case, digits and hyphens, each given once. */
export function createSlugs(): (name: string) => string {
  const given = new Set<string>()
  return (name) => {
    const slug = name.toLowerCase().replace(/[^a-z0-9]+/g, '-')
    const base = slug.replace(/^-|-$/g, '').slice(0, 60) || 'case'
    let free = base
    for (let number = 2; given.has(free); number += 1) free = `${base}-${number}`
    given.add(free)
    return free
  }
}
