import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { projectFiles } from '../../tools/project-files.mjs'
import { root } from '../../tools/root.mjs'

// What the documentation points to is there: files, folders, and headings.

const pages = projectFiles(root, '').filter((file) => /\.md$/.test(file) && !file.startsWith('.changeset/'))

test.each(pages)('%s', (page) => {
  const dead = linksOf(textOf(page)).filter((link) => !leadsSomewhere(page, link))
  expect(dead).toEqual([])
})

/** Of this project: those that are no address. */
function linksOf(text: string): readonly string[] {
  const prose = text.replaceAll(/^ *```[\s\S]*?^ *```/gm, '').replaceAll(/`[^`\n]*`/g, '')
  const found = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
  return found.filter((link) => !/^[a-z]+:/.test(link))
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', heading] = link.split('#')
  const target = path === '' ? page : join(dirname(page), path)
  if (!existsSync(join(root, target))) return false
  if (heading === undefined) return true
  // Of a folder, its README is shown.
  return headingsOf(textOf(target.endsWith('.md') ? target : join(target, 'README.md'))).includes(heading)
}

/** As GitHub calls them. */
function headingsOf(text: string): readonly string[] {
  const prose = text.replaceAll(/^ *```[\s\S]*?^ *```/gm, '')
  return [...prose.matchAll(/^#+ +(.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

function textOf(page: string): string {
  return readFileSync(join(root, page), 'utf8')
}
