// What `npm test` consists of: the checks, then the tests of each package. Each step names what can change its result.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './child.mjs'
import { projectFiles } from './project-files.mjs'
import { root } from './root.mjs'
import { publicPackages, withDependencies, workspacePackages } from './workspace.mjs'

/** @typedef {import('./step-cache.mjs').Counts} Counts */
/** @typedef {import('./workspace.mjs').WorkspacePackage} WorkspacePackage */
/** @typedef {{ readonly paths: readonly string[], readonly built?: boolean }} Reads */
/** @typedef {{ readonly name: string, readonly reads: Reads, readonly program: readonly string[], readonly countsLines?: boolean }} Check */
/** @typedef {{ readonly name: string, readonly reads: Reads, readonly dir: string }} TestSet */

const everything = { paths: [''] }
const everythingBuilt = { paths: [''], built: true }

/** Programs run by the pinned Node. A check counts as one, unless its last line counts for itself. @returns {Check[]} */
export function checks() {
  const packages = workspacePackages(root)
  return [
    {
      name: 'format and lint',
      reads: everything,
      program: ['node_modules/@biomejs/biome/bin/biome', 'ci', '--error-on-warnings', '--colors=off'],
    },
    {
      name: 'types of tests, tools and examples',
      reads: everythingBuilt,
      program: ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.test.json'],
    },
    {
      name: 'unused code',
      reads: everything,
      program: ['node_modules/knip/bin/knip.js', '--no-progress', '--no-config-hints'],
    },
    ...publicPackages(packages).map((each) => ({
      name: `exports of ${each.manifest.name}`,
      // Packing writes the versions of other packages into the manifest.
      reads: { paths: [each.dir, 'LICENSE', ...packages.map(({ dir }) => `${dir}/package.json`)], built: true },
      program: ['tools/check-exports.mjs', each.dir],
    })),
    { name: 'docs snippets', reads: everythingBuilt, program: ['tools/snippets/run.ts'], countsLines: true },
  ]
}

/** The packages that have tests, each with all that its tests can reach. @returns {TestSet[]} */
export function testSets() {
  const packages = workspacePackages(root)
  return packages.flatMap((each) => {
    if (!projectFiles(root, `${each.dir}/test`).some((file) => file.endsWith('.test.ts'))) return []
    const readsAll = !/^(packages|plugins|apps)\//.test(each.dir) // docs and tools look at the whole tree
    const paths = readsAll ? [''] : withDependencies(each, packages, mentions).map(({ dir }) => dir)
    return { name: `tests of ${each.dir}`, reads: { paths, built: true }, dir: each.dir }
  })
}

/** Tests may import what the manifest does not list: whatever text names another package counts as leaning on it. */
function mentions(/** @type {WorkspacePackage} */ from, /** @type {string} */ name) {
  return textOf(from.dir).includes(`'${name}`)
}

/** @type {Map<string, string>} */
const texts = new Map()

/** @param {string} dir */
function textOf(dir) {
  const known = texts.get(dir)
  if (known !== undefined) return known
  const sources = projectFiles(root, dir).filter((file) => /\.m?tsx?$/.test(file))
  const text = sources.map((file) => readFileSync(join(root, file), 'utf8')).join('\n')
  texts.set(dir, text)
  return text
}

/**
 * @param {Check} check
 * @param {{ node: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<{ counts: Counts, output: string }>}
 */
export async function runCheck({ program, countsLines }, { node, env }) {
  const { code, output } = await run(node, program, { env })
  const counted = countsLines ? /(\d+) passed, (\d+) failed\s*$/.exec(output) : null
  if (!counted) return { counts: { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 }, output }
  const failed = Number(counted[2])
  return { counts: { passed: Number(counted[1]), failed: failed || (code === 0 ? 0 : 1), skipped: 0 }, output }
}
