// Remembers what a step of `npm test` found, under a hash of everything that can change it. Only success is remembered.
// The hash is taken again after the run: files edited meanwhile make the result nobody's, and it is dropped.

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { projectFiles } from './project-files.mjs'
import { root } from './root.mjs'

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */
/**
 * @typedef {object} Inputs
 * @property {readonly string[]} paths files and folders, relative to the root; '' is everything
 * @property {boolean} [built] whether the step also reads what the build wrote
 * @property {string} node the version that runs it
 */

const folder = join(root, 'node_modules/.cache/rondo/steps')

/** Published test vectors that may be kept beside the project; tests that want them skip where they are not. */
export const vectorsBeside = '../shared/vectors'

/** What every step depends on: how dependencies resolve, how the tools behave, and the vectors. */
const alwaysRead = [
  'package.json',
  'pnpm-lock.yaml',
  'pnpm-workspace.yaml',
  'tsconfig.base.json',
  'tsconfig.test.json',
  'biome.json',
  'turbo.json',
  'vitest.config.ts',
  'tools',
  vectorsBeside,
]

/** Programs that tests look for, and skip without. */
const programs = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'firefox', 'turnserver']

/** Variables that a step sees: these change results and are part of the hash. */
const meaningful = /^(RONDO_\w+|CI|TZ|LANG|LC_\w+|NODE_OPTIONS)$/
/** These it needs to run at all. */
const harmless =
  /^(PATH|HOME|USER|SHELL|TERM|TMPDIR|TEMP|TMP|NO_COLOR|FORCE_COLOR|SystemRoot|ComSpec|PATHEXT|APPDATA|LOCALAPPDATA|USERPROFILE)$/i

/** Nothing else gets through, so nothing else can change a result. @param {NodeJS.ProcessEnv} env */
export const stepEnv = (env) =>
  Object.fromEntries(Object.entries(env).filter(([name]) => meaningful.test(name) || harmless.test(name)))

/** @param {string} name @param {Inputs} inputs @param {NodeJS.ProcessEnv} env */
export function stepKey(name, { paths, built = false, node }, env) {
  const hash = createHash('sha256')
  const variables = Object.entries(env).filter(([variable]) => meaningful.test(variable))
  hash.update(JSON.stringify([name, node, process.platform, process.arch, variables.sort(), programsFound(env)]))
  for (const file of new Set([...alwaysRead, ...paths].flatMap((path) => projectFiles(root, path, { built })))) {
    hash.update(`\0${file}\0`).update(readFileSync(join(root, file)))
  }
  return hash.digest('hex')
}

/** @param {NodeJS.ProcessEnv} env */
function programsFound(env) {
  const folders = (env['PATH'] ?? '').split(delimiter)
  return programs.map((program) => {
    const at = folders.map((path) => join(path, program)).find((path) => existsSync(path))
    return at && [at, statSync(at).size, statSync(at).mtimeMs]
  })
}

/** @param {string} name @param {string} key @returns {Counts | undefined} */
export function recall(name, key) {
  const file = fileFor(name)
  if (!existsSync(file)) return undefined
  const remembered = JSON.parse(readFileSync(file, 'utf8'))
  return remembered.key === key ? remembered.counts : undefined
}

/** @param {string} name @param {string} key @param {Counts} counts */
export function remember(name, key, counts) {
  if (counts.failed > 0) return
  const file = fileFor(name)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, JSON.stringify({ key, counts }))
}

/** @param {string} name */
const fileFor = (name) => join(folder, `${name.replace(/[^\w-]+/g, '-')}.json`)
