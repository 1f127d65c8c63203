// Nothing in the repository may depend on, or tell of, the machine that it was written on.

import { type Finding, findAll, type Source } from './source.ts'

const registry = /\bregistry\.(?:[\w-]+\.)+(?:org|com|net|io|dev)\b|\bnpm\.pkg\.[\w.]+/g
const localPath = /(?<![\w./:-])\/(?:home|Users|root|work|workspace|private|var\/folders|opt|mnt)\/[\w.-]+/g
const download = /\bhttps?:\/\/\S+\.tgz\b|\btarball:/g

export function machineTraces(sources: readonly Source[]): Finding[] {
  return sources
    .filter(({ path }) => !path.startsWith('tools/tidy/') && path !== 'tools/test/tidy-rules.test.ts')
    .flatMap((source) => [
      ...findAll(source, registry, (host) => `names a package registry: ${host}`),
      ...findAll(source, localPath, (path) => `names a path of one machine: ${path}`),
      ...(source.path === 'pnpm-lock.yaml' ? findAll(source, download, () => 'the lockfile names a host') : []),
    ])
}
