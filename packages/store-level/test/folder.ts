import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A folder of its own, by its one true name. */
export async function createFolder(): Promise<string> {
  return realpath(await mkdtemp(join(tmpdir(), 'rondo-store-')))
}

export function removeFolder(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true })
}

/** A folder that goes with its test. */
export async function useFolder(): Promise<string> {
  const folder = await createFolder()
  onTestFinished(() => removeFolder(folder))
  return folder
}
