import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

export interface Bundle {
  readonly text: string
  /** Every file that went into it. */
  readonly files: readonly string[]
}

/** Bundles a script for browsers as a page's author would: from the built packages, its exports in the global `page`. */
export async function bundleForBrowsers(script: URL): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    entryPoints: [fileURLToPath(script)],
    platform: 'browser',
    bundle: true,
    format: 'iife',
    globalName: 'page',
    write: false,
    metafile: true,
    logLevel: 'silent',
  })
  return { text: outputFiles.map(({ text }) => text).join('\n'), files: Object.keys(metafile.inputs) }
}
