import { type OpenStoreOptions, resolveOpenStoreOptions } from '@rondo/core'

/** The version of the contents, how an older one is brought to it, and the limits: as of core's `openStore`. */
export interface LevelStoreOptions extends OpenStoreOptions {}

/** Refuses wrong arguments with a TypeError, before anything is opened. */
export function assertArguments(location: string, options: LevelStoreOptions | undefined): void {
  if (typeof location !== 'string' || location === '') throw new TypeError('the location of a store is non-empty text')
  resolveOpenStoreOptions(options)
}
