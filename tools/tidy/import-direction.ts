// Who may import whom: between packages, and between the layers of those that have any.

import { vectorsBeside } from '../step-cache.mjs'
import { sourceEntries, type WorkspacePackage } from '../workspace.mjs'
import { type Import, importsOf } from './imports.ts'
import { type Finding, isShippedSource, packageOf, type Source } from './source.ts'

/** From the bottom up: at run time a layer imports only what stands before it. Types may point anywhere. */
export const coreLayers = [
  'bytes',
  'names',
  'complete-limits',
  'rondo-error',
  'errors',
  'error-guide',
  'crypto',
  'platform',
  'env',
  'identity',
  'noise',
  'codec',
  'store',
  'signing',
  'replay',
  'keystore',
  'secp256k1',
  'transport',
  'events',
  'protocol',
  'options',
  'streams',
  'flow',
  'peers',
  'coordinator',
  'index',
] as const

/** The same of the plugin: what is pure arithmetic knows nothing of rounds. */
export const musig2Layers = [
  'errors',
  'error-guide',
  'options',
  'bip327',
  'psbt',
  'file',
  'wrapped',
  'describe-request',
  'describe-outcome',
  'approval',
  'signer',
  'memory-signer',
  'signing',
  'machine',
  'serve-signing',
  'plugin',
  'index',
] as const

/** Core stands on nothing, the testkit and the transports on core, plugins on core and rounds, nothing on an app. */
export function packageDirection(sources: readonly Source[], packages: readonly WorkspacePackage[]): Finding[] {
  const homes = new Map(packages.map(({ dir, manifest }) => [manifest.name, dir]))
  return complainAbout(sources.filter(isShippedSource), ({ path, specifier }) => {
    const from = packageOf(path)
    const to = homes.get(packageNameOf(specifier))
    return to === undefined || to === from ? undefined : forbidden(path, from, to)
  })
}

function forbidden(path: string, from: string, to: string): string | undefined {
  if (to.startsWith('apps/')) return `nobody imports an app (${to})`
  if (from.startsWith('apps/')) return undefined
  if (from === 'packages/core') return `core imports no other package (${to})`
  if (to === 'packages/core') return undefined
  if (from === 'packages/testkit' || isTransport(from)) return `${from} may import core only (not ${to})`
  if (to === 'packages/testkit' && path.startsWith('packages/rounds/src/testing/')) return undefined
  if (to === 'packages/testkit') return 'what is shipped does not import the testkit'
  if (isTransport(to) || to.startsWith('plugins/')) return `transports and plugins are not built upon (${to})`
  if (from.startsWith('plugins/') && to !== 'packages/rounds')
    return `a plugin imports core and rounds only (not ${to})`
  return undefined
}

const isTransport = (dir: string): boolean => dir.startsWith('packages/transport-')

/** Tests, examples and benchmarks too: other packages are reached by name, and only by names that they export. */
export function deepImports(sources: readonly Source[], packages: readonly WorkspacePackage[]): Finding[] {
  const names = new Set(packages.map(({ manifest }) => manifest.name))
  const exported = new Set(sourceEntries(packages).map(({ name }) => name))
  return complainAbout(sources.filter(isInPackage), ({ path, specifier, target }) => {
    if (target !== undefined) {
      const crosses = packageOf(target) !== packageOf(path) && !target.startsWith(`${vectorsBeside}/`)
      return crosses ? `reaches by path into ${packageOf(target)}; import it by name` : undefined
    }
    const isDeep = names.has(packageNameOf(specifier)) && !exported.has(specifier)
    return isDeep ? `${specifier} is not exported by its package` : undefined
  })
}

const isInPackage = ({ path }: Source): boolean => /^(packages|plugins|apps)\/.*\.tsx?$/.test(path)

const packageNameOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

function complainAbout(sources: readonly Source[], judge: (each: Import) => string | undefined): Finding[] {
  return sources.flatMap(importsOf).flatMap((each) => {
    const complaint = judge(each)
    return complaint === undefined ? [] : [{ path: each.path, line: each.line, complaint }]
  })
}

export function layerDirection(sources: readonly Source[], dir: string, layers: readonly string[]): Finding[] {
  const layered = sources.filter(({ path }) => path.startsWith(`${dir}/src/`) && path.endsWith('.ts'))
  const strangers = layered.filter(({ path }) => !layers.includes(layerOf(path)))
  return [
    ...strangers.map(({ path }) => ({ path, line: 1, complaint: `'${layerOf(path)}' is not a layer of ${dir}` })),
    ...complainAbout(layered, ({ path, specifier, target, typeOnly }) => {
      const here = layerOf(path)
      const there = specifier === '#platform' ? 'platform' : layerOf(target ?? '')
      const climbs = !typeOnly && layers.indexOf(there) > layers.indexOf(here)
      return climbs ? `'${here}' imports '${there}', which stands above it` : undefined
    }),
  ]
}

/** `packages/core/src/flow/record.ts` -> `flow`. */
const layerOf = (path: string): string => (path.split('/')[3] ?? '').replace(/\.ts$/, '')
