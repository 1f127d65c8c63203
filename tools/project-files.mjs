// The project's own files: what a commit would hold, found without git, because only Node and npm can be relied on.

import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const foldersNeverOurs = new Set(['node_modules', '.git', '.turbo', '.cache', 'coverage', '.snippets'])
const filesNeverOurs = /\.(tsbuildinfo|cpuprofile|tgz|log)$|^\.DS_Store$/

/**
 * Paths of files below `path`, itself a file or a folder, relative to `root`, with forward slashes, sorted.
 * @param {string} root
 * @param {string} path '' is the whole project
 * @param {{ built?: boolean }} [options] `built` also lists what the build wrote
 * @returns {string[]}
 */
export function projectFiles(root, path, { built = false } = {}) {
  const status = statSync(join(root, path), { throwIfNoEntry: false })
  if (status === undefined) return []
  if (status.isFile()) return [path]
  /** @type {string[]} */
  const found = []
  /** @param {string} folder */
  const walk = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const inside = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) {
        if (!foldersNeverOurs.has(entry.name) && (built || entry.name !== 'dist')) walk(inside)
      } else if (!filesNeverOurs.test(entry.name)) found.push(inside)
    }
  }
  walk(path)
  return found.sort()
}
