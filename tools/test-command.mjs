// `npm test`: the build, the checks side by side, the tests in one run of vitest, and one last line that counts them all.

import { availableParallelism } from 'node:os'
import { run } from './child.mjs'
import { root } from './root.mjs'
import { build, pinnedNode, toolEnv } from './set-up.mjs'
import { recall, remember, stepEnv, stepKey } from './step-cache.mjs'
import { checks, runCheck, testSets } from './steps.mjs'
import { filesIn, runVitest, sum } from './vitest-run.mjs'

/** @typedef {import('./step-cache.mjs').Counts} Counts */
/** @typedef {(part: string, text: string) => void} Say */
/** @typedef {{ node: string, version: string }} Runtime */
/** @typedef {{ env: NodeJS.ProcessEnv, fresh: boolean, say: Say }} Conditions */

const ours = ['--fresh', '--full', '--host-node', '--no-tests']
const one = {
  passed: { passed: 1, failed: 0, skipped: 0 },
  failed: { passed: 0, failed: 1, skipped: 0 },
  skipped: { passed: 0, failed: 0, skipped: 1 },
}

/** @param {readonly string[]} args @param {Say} say */
export async function test(args, say) {
  const asked = new Set(args.filter((arg) => ours.includes(arg)))
  const forVitest = args.filter((arg) => !ours.includes(arg))
  const env = stepEnv(toolEnv())
  env['RONDO_TIER'] = asked.has('--full') ? 'full' : (env['RONDO_TIER'] ?? 'quick')
  const conditions = { env, fresh: asked.has('--fresh'), say }
  const pinned = await runtimeOf(pinnedNode)
  // Not our own: npm puts the workspace's programs first, so that by now we may run on the pinned Node ourselves.
  const host = process.env['npm_node_execpath'] ?? process.execPath
  const runtime = asked.has('--host-node') ? await runtimeOf(host) : pinned

  const built = await build()
  const compiled = built.code === 0
  say('build', `${compiled ? 'passed' : 'FAILED'}   ${seconds(built.ms)}`)
  if (!compiled) show(built.output)

  const counts = [compiled ? one.passed : one.failed]
  if (forVitest.length > 0) {
    const { files, broken } = await runVitest(forVitest, { env, node: runtime.node })
    counts.push(...files, ...(broken ? [one.failed] : []))
  } else {
    counts.push(...(await runChecks(pinned, conditions, compiled)))
    if (!asked.has('--no-tests')) counts.push(...(await runTests(runtime, conditions)))
  }

  const { passed, failed, skipped } = sum(counts)
  console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
  process.exitCode = failed > 0 ? 1 : 0
}

/** @param {string} node @returns {Promise<Runtime>} */
const runtimeOf = async (node) => ({ node, version: (await run(node, ['--version'])).output.trim() })

/** @param {Runtime} runtime @param {Conditions} conditions @param {boolean} compiled @returns {Promise<Counts[]>} */
async function runChecks({ node, version }, { env, fresh, say }, compiled) {
  const waiting = checks()
  /** @type {Counts[]} */
  const all = []
  const worker = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const { name, reads } = check
      if (reads.built && !compiled) {
        say('check', `${name}: not run, for the build failed`)
        all.push(one.skipped)
        continue
      }
      const key = stepKey(name, { ...reads, node: version }, env)
      const known = fresh ? undefined : recall(name, key)
      const begun = performance.now()
      const { counts, output } = known ? { counts: known, output: '' } : await runCheck(check, { node, env })
      if (!known && stepKey(name, { ...reads, node: version }, env) === key) remember(name, key, counts)
      all.push(counts)
      say('check', `${name}: ${told(counts)}   ${known ? '(cached)' : seconds(performance.now() - begun)}`)
      if (counts.failed > 0) show(output)
    }
  }
  await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, worker))
  return all
}

/** @param {Runtime} runtime @param {Conditions} conditions @returns {Promise<Counts[]>} */
async function runTests({ node, version }, { env, fresh, say }) {
  /** @type {Counts[]} */
  const all = []
  const sets = testSets().map((set) => {
    const name = `${set.name} ${env['RONDO_TIER']} ${version}`
    const hash = () => stepKey(name, { ...set.reads, node: version }, env)
    return { dir: set.dir, name, hash, key: hash() }
  })
  const due = sets.filter(({ dir, name, key }) => {
    const known = fresh ? undefined : recall(name, key)
    if (known === undefined) return true
    all.push(known)
    say('tests', `${dir}: ${told(known)}   (cached)`)
    return false
  })
  if (due.length === 0) return all
  say('tests', `running those of ${due.map(({ dir }) => dir).join(', ')}`)
  const folders = due.map(({ dir }) => `${root}/${dir}/`)
  const { files, broken } = await runVitest(folders, { node, env })
  for (const { dir, name, hash, key } of due) {
    const counts = sum(filesIn(files, dir))
    if (!broken && hash() === key) remember(name, key, counts)
    all.push(counts)
    say('tests', `${dir}: ${told(counts)}`)
  }
  if (!broken) return all
  say('tests', 'vitest failed beyond the tests that it counted: see the errors above')
  return [...all, one.failed]
}

/** @param {Counts} counts */
function told({ passed, failed, skipped }) {
  if (passed + failed + skipped === 1) return passed ? 'passed' : failed ? 'FAILED' : 'skipped'
  return `${passed} passed${failed ? `, ${failed} FAILED` : ''}${skipped ? `, ${skipped} skipped` : ''}`
}

/** @param {number} ms */
const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`

/** @param {string} output */
const show = (output) => console.log(`\n${output.trimEnd().replace(/^/gm, '    ')}\n`)
