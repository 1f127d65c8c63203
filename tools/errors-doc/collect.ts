import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { workspacePackages } from '../workspace.mjs'
import type { PackageErrors } from './render.ts'

/**
 * The codes of all packages, in the order of the workspace: the export of `errors` that is named `…ErrorTable`, and the one
 * of `error-guide` that is named `…ErrorGuide`. `folder` and `extension` are those of the built files, or of the sources.
 */
export async function collectErrors(root: string, folder: string, extension: string): Promise<PackageErrors[]> {
  const found: PackageErrors[] = []
  for (const { dir, manifest } of workspacePackages(root)) {
    const named = (file: string, suffix: string) => exportEndingIn(join(root, dir, folder, file + extension), suffix)
    const table = await named('errors', 'ErrorTable')
    const guide = await named('error-guide', 'ErrorGuide')
    if (table === undefined) continue
    found.push({
      packageName: manifest.name,
      table: table as PackageErrors['table'],
      guide: (guide ?? {}) as PackageErrors['guide'],
    })
  }
  return found
}

async function exportEndingIn(file: string, suffix: string): Promise<unknown> {
  if (!existsSync(file)) return undefined
  const exported: Record<string, unknown> = await import(pathToFileURL(file).href)
  return Object.entries(exported).find(([name]) => name.endsWith(suffix))?.[1]
}
