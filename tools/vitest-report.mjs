// A vitest reporter that writes what the runner needs to know: the counts of each file, and errors that no test owns.

import { writeFileSync } from 'node:fs'

/** @typedef {import('./step-cache.mjs').Counts} Counts */
/** @typedef {{ files: (Counts & { file: string })[], strayErrors: number }} Report */
/** @typedef {{ result(): { state: 'passed' | 'failed' | 'skipped' | 'pending' } }} Test */
/** @typedef {{ moduleId: string, state(): string, children: { allTests(): Iterable<Test> } }} Module as vitest has it */

export default class {
  /** @param {readonly Module[]} modules @param {readonly unknown[]} strayErrors */
  onTestRunEnd(modules, strayErrors) {
    /** @type {Report} */
    const report = { files: modules.map(countModule), strayErrors: strayErrors.length }
    writeFileSync(process.env['RONDO_REPORT'] ?? '', JSON.stringify(report))
  }
}

/** @param {Module} module */
export function countModule(module) {
  const counts = { file: module.moduleId, passed: 0, failed: 0, skipped: 0 }
  for (const test of module.children.allTests()) {
    const { state } = test.result()
    counts[state === 'pending' ? 'skipped' : state]++
  }
  // The file did not load, or a hook failed, so that no test is to blame.
  if (module.state() === 'failed' && counts.failed === 0) counts.failed = 1
  return counts
}
