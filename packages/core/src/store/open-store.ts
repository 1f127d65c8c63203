import { coreError } from '../errors.js'
import { createStore } from './create-store.js'
import { createDraft } from './draft-backend.js'
import type { OpenStore, Store } from './store.js'
import type { StoreBackend } from './store-backend.js'
import { storeError } from './store-error.js'
import { resolveStoreLimits, type StoreLimitsOption } from './store-limits.js'

// The first thing written to a lasting store is what wrote it: the version of the layout of keys, which is Rondo's, and
// that of the contents, which is the program's. A store of another version is migrated in one batch, or refused.

export interface OpenStoreOptions {
  /** The version of what the program keeps in it; 1 where left out. */
  readonly schemaVersion?: number | undefined
  /**
   * Brings an older store to `schemaVersion`. It reads and writes the store as usual, scopes included; what it wrote is kept
   * in memory and written in one batch when it has ended, so that a migration that fails, or dies, did not happen.
   */
  readonly migrate?: ((store: Store, fromVersion: number) => Promise<void>) | undefined
  /** What a migration may write; all of it is in memory at once. */
  readonly migrationBytesMax?: number | undefined
  readonly limits?: StoreLimitsOption | undefined
}

const layoutVersion = 1
const recordBytes = 8

/** Begins with the byte that is never the first one of a key. */
const schemaKey = new Uint8Array([0, ...new TextEncoder().encode('schema')])

interface OpenStoreConfig {
  readonly schemaVersion: number
  readonly migrationBytesMax: number
  readonly migrate: OpenStoreOptions['migrate']
}

/**
 * Makes a store of a backend that lasts, and sees to it that its contents are of the version that the program
 * understands. Rejects with `STORE_SCHEMA` where they are not; the backend is closed then.
 */
export async function openStore(backend: StoreBackend, options: OpenStoreOptions = {}): Promise<OpenStore> {
  try {
    const config = resolveOpenStoreOptions(options)
    await reachVersion(backend, config, options.limits).catch((cause: unknown) => {
      throw storeError(cause)
    })
    return createStore(backend, { limits: options.limits })
  } catch (cause) {
    await backend.close()
    throw cause
  }
}

/** Checks the options without opening anything, for those who open something first. Throws a TypeError. */
export function resolveOpenStoreOptions(options: OpenStoreOptions = {}): OpenStoreConfig {
  const { schemaVersion = 1, migrationBytesMax = 268_435_456, migrate, limits } = options
  for (const [name, value] of Object.entries({ schemaVersion, migrationBytesMax })) {
    if (!Number.isSafeInteger(value) || value < 1 || value > 0xffff_ffff)
      throw new TypeError(`${name} must be a whole number from 1 to 4294967295, not ${String(value)}`)
  }
  if (migrate !== undefined && typeof migrate !== 'function') throw new TypeError('migrate must be a function')
  resolveStoreLimits(limits)
  return Object.freeze({ schemaVersion, migrationBytesMax, migrate })
}

async function reachVersion(
  backend: StoreBackend,
  { schemaVersion, migrationBytesMax, migrate }: OpenStoreConfig,
  limits: StoreLimitsOption | undefined,
): Promise<void> {
  const durable = backend.durability === 'durable'
  const record = { key: schemaKey, value: encodeRecord(schemaVersion) }
  const found = await readVersion(backend)
  if (found === schemaVersion) return
  const details = { found, wanted: schemaVersion }
  if (found === undefined) return backend.write([record], durable)
  if (found > schemaVersion)
    throw coreError('STORE_SCHEMA', { detail: `its version is ${found}, newer than ${schemaVersion}`, details })
  if (migrate === undefined)
    throw coreError('STORE_SCHEMA', {
      detail: `its version is ${found}, and nothing migrates it to ${schemaVersion}`,
      details,
    })
  const draft = createDraft(backend, migrationBytesMax)
  const store = createStore(draft.backend, { limits })
  await migrate(store, found)
  await store.close()
  await backend.write([...(await draft.changes()), record], durable)
}

/** The version of the contents; undefined where there are none. */
async function readVersion(backend: StoreBackend): Promise<number | undefined> {
  const record = await backend.get(schemaKey)
  if (record === undefined) {
    const everything = { from: new Uint8Array(), to: new Uint8Array([255]), reverse: false }
    const [entry] = await backend.read({ ...everything, entriesMax: 1, bytesMax: 1 })
    if (entry === undefined) return undefined
    throw coreError('STORE_SCHEMA', { detail: 'what is in it is not of Rondo' })
  }
  const view = new DataView(record.buffer, record.byteOffset, record.length)
  if (record.length !== recordBytes || view.getUint32(0) !== layoutVersion)
    throw coreError('STORE_SCHEMA', { detail: 'another version of Rondo wrote it' })
  return view.getUint32(4)
}

function encodeRecord(schemaVersion: number): Uint8Array {
  const record = new Uint8Array(recordBytes)
  const view = new DataView(record.buffer)
  view.setUint32(0, layoutVersion)
  view.setUint32(4, schemaVersion)
  return record
}
