// Type-checks and executes what the documentation shows, against the built packages, the way a reader would.
// A program fails when it does not compile, throws, or has not ended by its deadline.

import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { type Ended, endChildrenWithUs, run } from '../child.mjs'
import { root } from '../root.mjs'
import { documentedPrograms, type Program, snippetFolder } from './programs.ts'

const deadlineMs = 30_000

endChildrenWithUs()
const programs = documentedPrograms(root)
const complaints = await compile(programs)
const waiting = [...programs]
let passed = 0
await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, worker))
console.log(`${passed} passed, ${programs.length - passed} failed`)
if (passed < programs.length) process.exitCode = 1

async function worker(): Promise<void> {
  for (let program = waiting.shift(); program !== undefined; program = waiting.shift()) {
    const complaint = complaints.get(program.path) ?? (program.executed ? await execute(program) : undefined)
    if (complaint === undefined) passed++
    else console.log(`${program.name}\n${complaint.trimEnd().replace(/^/gm, '  ')}\n`)
  }
}

/** What the compiler says, by file. */
async function compile(compiled: readonly Program[]): Promise<Map<string, string>> {
  const byFile = new Map<string, string>()
  if (!compiled.some(({ path }) => path.startsWith(snippetFolder))) return byFile
  const compiler = ['node_modules/typescript/bin/tsc', '-p', snippetFolder, '--pretty', 'false']
  const { code, output } = await run(process.execPath, compiler)
  let file = ''
  for (const line of output.split('\n')) {
    file = /^(\S+?\.ts)\(\d+,\d+\): /.exec(line)?.[1] ?? file
    if (line !== '') byFile.set(file, `${byFile.get(file) ?? ''}${line}\n`)
  }
  const unplaced = [...byFile.keys()].some((path) => !compiled.some((program) => program.path === path))
  if (code !== 0 && (byFile.size === 0 || unplaced)) throw new Error(`the compiler failed:\n${output}`)
  return byFile
}

async function execute({ path, isTest }: Program): Promise<string | undefined> {
  const vitest = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--root', snippetFolder, join(root, path)]
  const ended: Ended = await run(process.execPath, isTest ? vitest : [path], { deadlineMs })
  if (ended.timedOut) return `${ended.output}\nhas not ended after ${deadlineMs / 1000} s: is something left open?`
  return ended.code === 0 ? undefined : ended.output
}
