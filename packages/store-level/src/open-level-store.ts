import { type OpenStore, openStore } from '@rondo/core'
import { openNodeBackend } from './node-backend.js'
import { assertArguments, type LevelStoreOptions } from './options.js'

/**
 * Opens the store in the folder `location`, and makes it where there is none. Rejects with `STORE_LOCKED` while it is open
 * elsewhere, and with `STORE_SCHEMA` where its contents are of another version.
 *
 * @example
 * const store = await openLevelStore('data/alice')
 * await store.put('greeting', new TextEncoder().encode('hello'), { durable: true })
 * await store.close()
 */
export async function openLevelStore(location: string, options?: LevelStoreOptions): Promise<OpenStore> {
  assertArguments(location, options)
  return openStore(await openNodeBackend(location), options)
}
