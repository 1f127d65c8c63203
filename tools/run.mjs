// Behind every npm script: sets the workspace up, then does what was asked for on the pinned Node.

import { endChildrenWithUs, run } from './child.mjs'
import { root } from './root.mjs'
import { build, pinnedNode, SetUpError, setUp, toolEnv } from './set-up.mjs'
import { test } from './test-command.mjs'

const usage = `What can be run here:

  npm start                        builds, then runs a node and a peer that talks to it, until Ctrl-C
  npm test                         builds, checks everything, runs every test of the quick tier
  npm test -- packages/core        only the tests below a path; more words go to vitest (-t "a name", --watch)
  npm run test:full                the long tiers too
  npm run check                    the checks without the tests
  npm run format                   formats, and mends what the linter can mend
  npm run docs                     writes docs/errors.md and docs/limits.md anew
  npm run bench -- --help          the benchmarks
  npm run verify-transcript -- --help   what remains of a round, verified from a file

Options of test and check:
  --fresh        takes nothing from what earlier runs remembered
  --full         the long tiers too
  --host-node    runs the tests on the Node that runs npm, not on the pinned one
`

/** @param {string} part @param {string} text */
const say = (part, text) => console.log(`${part.padEnd(10)} ${text}`)

/** @param {readonly string[]} program what the pinned Node runs, on our terminal */
async function hand(program) {
  process.exitCode = (await run(pinnedNode, program, { env: toolEnv(), show: true })).code
}

async function buildOrEnd() {
  const { code, output, ms } = await build()
  if (code !== 0) throw new SetUpError(`The build failed.\n${output}`)
  say('build', `done in ${(ms / 1000).toFixed(1)} s`)
}

/** @type {Record<string, (args: readonly string[]) => Promise<void>>} */
const commands = {
  test: (args) => test(args, say),
  check: (args) => test([...args, '--no-tests'], say),
  start: async (args) => {
    await buildOrEnd()
    await hand(['apps/cli/dist/main.js', ...args])
  },
  bench: async (args) => {
    await buildOrEnd()
    await hand(['benchmarks/src/main.ts', ...args])
  },
  'verify-transcript': async (args) => {
    await buildOrEnd()
    await hand(['tools/verify-transcript/run.ts', ...args])
  },
  docs: async () => {
    await buildOrEnd()
    await hand(['tools/errors-doc/run.ts'])
    if (!process.exitCode) await hand(['tools/limits-doc/run.ts'])
  },
  format: () => hand(['node_modules/@biomejs/biome/bin/biome', 'check', '--write']),
}

const helpThemselves = ['bench', 'start', 'verify-transcript']

const [name = '', ...args] = process.argv.slice(2)
const command = commands[name]
if (command === undefined || (!helpThemselves.includes(name) && args.includes('--help'))) {
  console.log(usage)
  process.exitCode = command === undefined && name !== '--help' ? 2 : 0
} else {
  process.chdir(root)
  endChildrenWithUs()
  try {
    await setUp(say)
    await command(args)
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error
    console.error(`\n${error.message}`)
    process.exitCode = 1
  }
}
