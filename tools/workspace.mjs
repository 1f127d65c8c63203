// The workspace's packages, what they depend on, and which source file stands behind each name they export.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** @typedef {Readonly<Record<string, string>>} Dependencies */
/** @typedef {string | { readonly [condition: string]: string }} ExportTarget */
/**
 * @typedef {object} Manifest
 * @property {string} name
 * @property {string} version
 * @property {boolean} [private]
 * @property {string} [license]
 * @property {string} [type]
 * @property {boolean} [sideEffects]
 * @property {{ readonly node?: string }} [engines]
 * @property {readonly string[]} [files]
 * @property {Readonly<Record<string, string>>} [bin]
 * @property {Readonly<Record<string, ExportTarget>>} [exports]
 * @property {Readonly<Record<string, ExportTarget>>} [imports]
 * @property {Readonly<Record<string, string>>} [scripts]
 * @property {Dependencies} [dependencies]
 * @property {Dependencies} [devDependencies]
 * @property {Dependencies} [peerDependencies]
 */
/** @typedef {{ readonly dir: string, readonly manifest: Manifest }} WorkspacePackage `dir` is relative to the root */

/** @param {string} root @param {string} dir @returns {Manifest} */
export const readManifest = (root, dir) => JSON.parse(readFileSync(join(root, dir, 'package.json'), 'utf8'))

/** Every package that pnpm-workspace.yaml names. @param {string} root @returns {WorkspacePackage[]} */
export function workspacePackages(root) {
  const listed = /^packages:\n((?: +- .+\n)+)/m.exec(readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8'))
  const patterns = (listed?.[1] ?? '').split('\n').flatMap((line) => /- ['"]?([^'"]+)/.exec(line)?.[1] ?? [])
  return patterns
    .flatMap((pattern) => (pattern.endsWith('/*') ? foldersIn(root, pattern.slice(0, -2)) : [pattern]))
    .filter((dir) => existsSync(join(root, dir, 'package.json')))
    .map((dir) => ({ dir, manifest: readManifest(root, dir) }))
}

/** @param {string} root @param {string} parent */
function foldersIn(root, parent) {
  if (!existsSync(join(root, parent))) return []
  const entries = readdirSync(join(root, parent), { withFileTypes: true })
  return entries.flatMap((entry) => (entry.isDirectory() ? `${parent}/${entry.name}` : [])).sort()
}

/** What is published: the packages and plugins that are not private. @param {readonly WorkspacePackage[]} packages */
export const publicPackages = (packages) => packages.filter(({ manifest }) => manifest.private !== true)

/**
 * The package and everything in the workspace it leans on: by its manifest, or because `mentions` says so.
 * @param {WorkspacePackage} start
 * @param {readonly WorkspacePackage[]} packages
 * @param {(from: WorkspacePackage, name: string) => boolean} [mentions]
 */
export function withDependencies(start, packages, mentions = () => false) {
  const reached = new Set([start])
  for (const from of reached) {
    const { dependencies, devDependencies, peerDependencies } = from.manifest
    const declared = { ...dependencies, ...devDependencies, ...peerDependencies }
    for (const other of packages) {
      if (other.manifest.name in declared || mentions(from, other.manifest.name)) reached.add(other)
    }
  }
  return [...reached]
}

/**
 * Every importable name with the source file behind it: `@rondo/core` -> packages/core/src/index.ts. Private `#names`
 * resolve as they do in Node.
 * @param {readonly WorkspacePackage[]} packages
 */
export function sourceEntries(packages) {
  return packages.flatMap(({ dir, manifest }) => [
    ...Object.entries(manifest.exports ?? {}).map(([subpath, target]) => ({
      name: manifest.name + subpath.slice(1),
      file: `${dir}/${sourceOf(target)}`,
    })),
    ...Object.entries(manifest.imports ?? {}).map(([name, target]) => ({ name, file: `${dir}/${sourceOf(target)}` })),
  ])
}

/** `./dist/x.js` -> `src/x.ts`. @param {ExportTarget} target */
function sourceOf(target) {
  const built = typeof target === 'string' ? target : (target['node'] ?? target['default'] ?? '')
  return built.replace(/^\.\/dist\//, 'src/').replace(/\.js$/, '.ts')
}
