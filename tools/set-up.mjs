// From a fresh clone to a built workspace: the pinned pnpm installs, the pinned Node is proved, turbo builds.
// Needs Node >= 20.19 and npm; each part that is already done is skipped.

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { run } from './child.mjs'
import { projectFiles } from './project-files.mjs'
import { root } from './root.mjs'
import { readManifest, workspacePackages } from './workspace.mjs'

const windows = process.platform === 'win32'
const oldestNode = { major: 20, minor: 19 }
const installedMark = join(root, 'node_modules/.cache/rondo/installed')

/** The Node that everything after set-up runs on: the binary itself, not the shell script that stands for it in .bin. */
export const pinnedNode = join(root, 'node_modules/node/bin', windows ? 'node.exe' : 'node')

/** Something the person at the keyboard can mend: shown without a stack. */
export class SetUpError extends Error {}

/** What a program started from here sees: the pinned Node first, the workspace's tools, nobody's npm settings. */
export function toolEnv() {
  const inherited = Object.entries(process.env).filter(([name]) => !name.toLowerCase().startsWith('npm_'))
  const path = [dirname(pinnedNode), join(root, 'node_modules/.bin'), process.env['PATH'] ?? process.env['Path'] ?? '']
  return { ...Object.fromEntries(inherited), PATH: path.join(delimiter) }
}

/** @param {(part: string, text: string) => void} say */
export async function setUp(say) {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < oldestNode.major || (major === oldestNode.major && minor < oldestNode.minor)) {
    const { major: needed, minor: atLeast } = oldestNode
    throw new SetUpError(`Node ${needed}.${atLeast} or later is needed; this is ${process.versions.node}.`)
  }
  const { packageManager, devDependencies } =
    /** @type {{ packageManager: string, devDependencies: { node: string } }} */ (
      /** @type {unknown} */ (readManifest(root, ''))
    )
  await install(packageManager, say)
  await assertPinnedNode(devDependencies.node)
  say('set-up', `${packageManager.replace('@', ' ')} and Node ${devDependencies.node} are in place`)
}

/** @param {string} packageManager @param {(part: string, text: string) => void} say */
async function install(packageManager, say) {
  const wanted = installHash()
  if (existsSync(installedMark) && readFileSync(installedMark, 'utf8') === wanted) return
  say('set-up', `installing what pnpm-lock.yaml lists, with ${packageManager}`)
  const npx = windows ? 'npx.cmd' : 'npx'
  const installed = await run(npx, ['-y', packageManager, 'install', '--frozen-lockfile'], {
    env: { ...process.env, CI: 'true' },
  })
  if (installed.code !== 0) throw new SetUpError(`The install failed.\n${installed.output}`)
  mkdirSync(dirname(installedMark), { recursive: true })
  writeFileSync(installedMark, wanted)
}

/** Covers all that decides what an install puts into node_modules. */
function installHash() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`)
  const manifests = workspacePackages(root).map(({ dir }) => `${dir}/package.json`)
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...manifests]) {
    hash.update(`${file}\n`).update(readFileSync(join(root, file)))
  }
  return hash.digest('hex')
}

/** @param {string} version */
async function assertPinnedNode(version) {
  const remedy =
    'Remove node_modules and try again; if it stays, see whether `allowBuilds` in pnpm-workspace.yaml names node.'
  if (!existsSync(pinnedNode)) {
    throw new SetUpError(`The pinned Node ${version} is not there: its install script did not run.\n${remedy}`)
  }
  const asked = await run(pinnedNode, ['--version'])
  if (asked.code !== 0 || asked.output.trim() !== `v${version}`) {
    throw new SetUpError(`The pinned Node should be ${version} and answers: ${asked.output.trim()}\n${remedy}`)
  }
}

/** Builds every package that changed. The result is turbo's: the output holds what the compiler said. */
export async function build() {
  removeOrphans()
  return run(
    pinnedNode,
    ['node_modules/turbo/bin/turbo', 'run', 'build', '--continue=dependencies-successful', '--output-logs=errors-only'],
    {
      env: { ...toolEnv(), TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1', DO_NOT_TRACK: '1' },
    },
  )
}

/** What a deleted source file left in dist would still be imported, packed and published. */
function removeOrphans() {
  for (const { dir, manifest } of workspacePackages(root)) {
    if (manifest.scripts?.['build'] !== 'tsc -b') continue
    for (const file of projectFiles(root, `${dir}/dist`, { built: true })) {
      const source = file.replace(`${dir}/dist/`, `${dir}/src/`).replace(/(\.d\.ts|\.js)(\.map)?$/, '')
      if (!existsSync(join(root, `${source}.ts`)) && !existsSync(join(root, `${source}.tsx`))) rmSync(join(root, file))
    }
  }
}
