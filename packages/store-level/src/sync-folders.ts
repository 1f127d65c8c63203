import { open } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Brings the names in a folder, and in those around it up to `top`, to stable storage: a synced file is of no use in a
 * folder that a power cut takes away. Windows cannot be asked for that, and does it by itself.
 */
export async function syncFolders(folder: string, top: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
  const around = dirname(folder)
  if (folder !== top && around !== folder) await syncFolders(around, top)
}
