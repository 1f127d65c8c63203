import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { BenchCase } from '../bench-case.ts'

const entry = fileURLToPath(new URL('../../bundle/client.ts', import.meta.url))
const inputsListed = 12
const size = 'minified, gzip'

export const bundle: BenchCase = {
  name: 'bundle',
  about: 'what the ten-line client weighs in a browser',
  transports: ['ws'],
  payloadBytes: 0,
  metrics: [{ name: size, unit: 'kB', goals: [{ atMost: 45 }] }],
  async measure() {
    const { bytes, inputs } = await bundleClient()
    return {
      contestants: new Map([['rondo', [{ [size]: bytes / 1_000 }]]]),
      notes: inputs.slice(0, inputsListed).map(([path, bytes]) => `${String(bytes).padStart(6)} B minified  ${path}`),
    }
  },
}

/** `../../node_modules/.pnpm/…/node_modules/a/b.js` -> `a/b.js`. */
const withoutStore = (path: string): string => path.replace(/^.*node_modules\//, '').replace(/^[./]+/, '')

async function bundleClient() {
  const { build } = await import('esbuild')
  const { outputFiles, metafile } = await build({
    entryPoints: [entry],
    absWorkingDir: dirname(entry),
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false,
    metafile: true,
  })
  const [output] = Object.values(metafile.outputs)
  const inputs = Object.entries(output?.inputs ?? {})
    .map(([path, { bytesInOutput }]) => [withoutStore(path), bytesInOutput] as const)
    .sort(([, a], [, b]) => b - a)
  return { bytes: gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length, inputs }
}
