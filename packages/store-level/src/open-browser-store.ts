import { type OpenStore, openStore } from '@rondo/core'
import { openBrowserBackend } from './browser-backend.js'
import { assertArguments, type LevelStoreOptions } from './options.js'

/**
 * Opens the store of this origin with the name `location`, and makes it where there is none. Rejects with `STORE_LOCKED`
 * while another tab has it open, with `STORE_SCHEMA` where its contents are of another version, and with
 * `STORE_UNSUPPORTED` on pages that have no Web Locks, as those that came by plain http.
 *
 * @example
 * const store = await openLevelStore('alice')
 */
export async function openLevelStore(location: string, options?: LevelStoreOptions): Promise<OpenStore> {
  assertArguments(location, options)
  return openStore(await openBrowserBackend(location), options)
}
