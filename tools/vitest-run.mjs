// Runs vitest once over any number of packages and says per package what it counted.

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, sep } from 'node:path'
import { run } from './child.mjs'
import { root } from './root.mjs'

/** @typedef {import('./step-cache.mjs').Counts} Counts */
/** @typedef {import('./vitest-report.mjs').Report} Report */

/**
 * @param {readonly string[]} args what vitest gets: paths, and options of its own
 * @param {{ node: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<{ files: Report['files'], broken: boolean }>} broken: it failed beyond what the files tell
 */
export async function runVitest(args, { node, env }) {
  const folder = mkdtempSync(join(tmpdir(), 'rondo-vitest-'))
  const file = join(folder, 'report.json')
  try {
    const vitest = ['node_modules/vitest/vitest.mjs', ...(args.includes('--watch') ? [] : ['run'])]
    const reporters = ['--reporter=default', '--reporter=./tools/vitest-report.mjs']
    const options = { env: { ...env, RONDO_REPORT: file }, show: true }
    const { code } = await run(node, [...vitest, ...reporters, ...args], options)
    if (!existsSync(file)) return { files: [], broken: true }
    /** @type {Report} */
    const { files, strayErrors } = JSON.parse(readFileSync(file, 'utf8'))
    return { files, broken: strayErrors > 0 || (code !== 0 && sum(files).failed === 0) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** @param {readonly Counts[]} all @returns {Counts} */
export function sum(all) {
  const total = { passed: 0, failed: 0, skipped: 0 }
  for (const { passed, failed, skipped } of all) {
    total.passed += passed
    total.failed += failed
    total.skipped += skipped
  }
  return total
}

/** @param {Report['files']} files @param {string} dir relative to the root */
export const filesIn = (files, dir) => files.filter(({ file }) => file.startsWith(join(root, dir) + sep))
