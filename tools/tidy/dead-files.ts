// Source files that nothing reaches: neither an export of their package, nor its command, nor another reached file.

import type { ExportTarget, WorkspacePackage } from '../workspace.mjs'
import { importsOf } from './imports.ts'
import { type Finding, isShippedSource, packageOf, type Source } from './source.ts'

export function deadFiles(sources: readonly Source[], packages: readonly WorkspacePackage[]): Finding[] {
  const shipped = sources.filter(isShippedSource)
  const byPath = new Map(shipped.map((source) => [source.path, source]))
  const reached = new Set(packages.flatMap(entryFiles).filter((path) => byPath.has(path)))
  for (const path of reached) {
    const source = byPath.get(path)
    for (const { target } of source ? importsOf(source) : []) {
      if (target !== undefined && byPath.has(target)) reached.add(target)
    }
  }
  return shipped
    .filter(({ path }) => !reached.has(path))
    .map(({ path }) => ({ path, line: 1, complaint: `no entry point of ${packageOf(path)} reaches it` }))
}

/** Every condition of every export, what `#names` mean, commands, an app's main file, and what docs/errors.md is made of. */
function entryFiles({ dir, manifest }: WorkspacePackage): string[] {
  const targets: ExportTarget[] = [manifest.exports, manifest.imports, manifest.bin].flatMap((map) =>
    Object.values(map ?? {}),
  )
  const built = targets.flatMap((target) => (typeof target === 'string' ? [target] : Object.values(target)))
  const sources = built.map((file) => file.replace(/^\.\/dist\//, 'src/').replace(/(\.d\.ts|\.js)$/, '.ts'))
  return [...sources, 'src/main.ts', 'src/errors.ts', 'src/error-guide.ts'].map((file) => `${dir}/${file}`)
}
