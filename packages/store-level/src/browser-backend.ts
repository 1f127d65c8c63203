import { type BackendChange, coreError, RondoError, type StoreBackend } from '@rondo/core'
import { BrowserLevel } from 'browser-level'
import { levelOptions, levelReads } from './level-reads.js'
import { takeWebLock, webLocks } from './web-lock.js'

// IndexedDB by browser-level, save for writing: that has no way to ask for a strict transaction, and without it a browser
// says that a write is done when it has handed it to the system.

type Level = BrowserLevel<Uint8Array, Uint8Array>

const prefix = 'rondo-'

export async function openBrowserBackend(location: string): Promise<StoreBackend> {
  const release = await lockOutOthers(location)
  const level: Level = new BrowserLevel(location, { ...levelOptions, prefix })
  try {
    await level.open()
    return createBrowserBackend(level, connectionOf(level), release)
  } catch (cause) {
    await level.close()
    release()
    throw browserError(cause)
  }
}

/** IndexedDB lets every tab in. */
async function lockOutOthers(location: string): Promise<() => void> {
  const locks = webLocks()
  if (locks !== undefined) return takeWebLock(locks, `rondo-store:${location}`, 'another tab has it open')
  throw coreError('STORE_UNSUPPORTED', {
    detail: 'there are no Web Locks to keep other tabs out; they need a page that came by https or from localhost',
  })
}

function createBrowserBackend(level: Level, connection: IDBDatabase, release: () => void): StoreBackend {
  return {
    ...levelReads(level),
    // Browsers that know no durability cannot be asked for it.
    durability: 'durability' in IDBTransaction.prototype ? 'durable' : 'volatile',
    async write(changes, durable) {
      try {
        await writeAll(connection, level.location, changes, durable)
      } catch (cause) {
        throw browserError(cause)
      }
    },
    async close() {
      try {
        await level.close()
      } finally {
        release()
      }
    },
  }
}

function writeAll(
  connection: IDBDatabase,
  name: string,
  changes: readonly BackendChange[],
  durable: boolean,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const transaction = connection.transaction(name, 'readwrite', { durability: durable ? 'strict' : 'relaxed' })
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error ?? new Error('the browser aborted the transaction'))
    try {
      const entries = transaction.objectStore(name)
      for (const { key, value } of changes) {
        if (value === undefined) entries.delete(new Uint8Array(key))
        else entries.put(value, new Uint8Array(key))
      }
      transaction.commit()
    } catch (cause) {
      // Left alone it would commit what came before.
      reject(cause)
      transaction.abort()
    }
  })
}

/** browser-level has its connection public, though not in its types. */
function connectionOf(level: Level): IDBDatabase {
  const connection: unknown = Reflect.get(level, 'db')
  if (connection instanceof IDBDatabase) return connection
  throw coreError('STORE_UNSUPPORTED', { detail: 'this version of browser-level hides its connection' })
}

function browserError(error: unknown): RondoError {
  if (error instanceof RondoError) return error
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const text = cause instanceof Error ? cause.message : String(cause)
  const full = cause instanceof Error && cause.name === 'QuotaExceededError'
  return coreError(full ? 'STORE_QUOTA' : 'STORE_FAILED', { detail: text, cause })
}
