// What every package has and says: its papers, its fields, the shared version, dependencies pinned to the digit.

import { type Dependencies, publicPackages, sourceEntries, type WorkspacePackage } from '../workspace.mjs'
import type { Finding } from './source.ts'

const papers = ['README.md', 'CHANGELOG.md', 'LICENSE', 'package.json', 'tsconfig.json']

export function packagePapers(paths: readonly string[], packages: readonly WorkspacePackage[]): Finding[] {
  const present = new Set(paths)
  return publicPackages(packages)
    .flatMap(({ dir }) => papers.map((paper) => `${dir}/${paper}`))
    .filter((path) => !present.has(path))
    .map((path) => ({ path, line: 1, complaint: 'is missing' }))
}

export function manifestFields(paths: readonly string[], packages: readonly WorkspacePackage[]): Finding[] {
  const version = publicPackages(packages)[0]?.manifest.version
  const required = [
    ['license is MIT', ({ manifest }) => manifest.license === 'MIT'],
    ['type is module', ({ manifest }) => manifest.type === 'module'],
    ['sideEffects is false', ({ manifest }) => manifest.sideEffects === false],
    ['engines.node is >=20.19', ({ manifest }) => manifest.engines?.node === '>=20.19'],
    ['exports say what may be imported', ({ manifest }) => Object.keys(manifest.exports ?? {}).length > 0],
    ['files lists what is published', ({ manifest }) => manifest.files?.includes('dist') === true],
    ['the build is tsc -b', ({ manifest }) => manifest.scripts?.['build'] === 'tsc -b'],
    [`all packages share one version, ${version}`, ({ manifest }) => manifest.version === version],
    [
      'a source file stands behind every export',
      (each) => sourceEntries([each]).every(({ file }) => paths.includes(file)),
    ],
  ] satisfies [string, (each: WorkspacePackage) => boolean][]
  return publicPackages(packages).flatMap((each) =>
    required
      .filter(([, holds]) => !holds(each))
      .map(([rule]) => ({ path: `${each.dir}/package.json`, line: 1, complaint: `does not hold: ${rule}` })),
  )
}

const exact = /^\d+\.\d+\.\d+(-[\w.]+)?$/

/** `manifests` includes the root's. Peers may be ranges: they are the user's to choose. */
export function exactVersions(manifests: readonly WorkspacePackage[]): Finding[] {
  return manifests.flatMap(({ dir, manifest: { dependencies, devDependencies, peerDependencies } }) => {
    const path = dir === '' ? 'package.json' : `${dir}/package.json`
    const loose = [...entries(dependencies), ...entries(devDependencies)].filter(
      ([, version]) => !exact.test(version) && version !== 'workspace:*',
    )
    const peers = entries(peerDependencies).filter(
      ([name, version]) => /^(@rondo\/|rondo$)/.test(name) && version !== 'workspace:^',
    )
    return [
      ...loose.map(([name, version]) => ({
        path,
        line: 1,
        complaint: `${name} is '${version}', not an exact version`,
      })),
      ...peers.map(([name]) => ({ path, line: 1, complaint: `the peer ${name} is not 'workspace:^'` })),
    ]
  })
}

const entries = (dependencies: Dependencies | undefined): [string, string][] => Object.entries(dependencies ?? {})

/** The solution and the tests' configuration name every package that is compiled. */
export function compiledTogether(references: readonly string[], packages: readonly WorkspacePackage[]): Finding[] {
  return packages
    .filter(({ dir, manifest }) => manifest.scripts?.['build'] === 'tsc -b' && !references.includes(dir))
    .map(({ dir }) => ({ path: 'tsconfig.json', line: 1, complaint: `does not refer to ${dir}` }))
}
