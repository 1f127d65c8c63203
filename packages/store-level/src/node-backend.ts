import { mkdir, realpath } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { coreError, type RondoError, type StoreBackend } from '@rondo/core'
import { ClassicLevel } from 'classic-level'
import { levelOptions, levelReads } from './level-reads.js'
import { claimPlace } from './open-places.js'
import { syncFolders } from './sync-folders.js'

// LevelDB in a folder. A write that failed may have left half a record in LevelDB's log, and what is appended behind that
// is not read again after a restart. So nothing more is written until the store was opened anew, which drops that half.

type Level = ClassicLevel<Uint8Array, Uint8Array>

export async function openNodeBackend(location: string): Promise<StoreBackend> {
  const { place, top } = await makePlace(location)
  const release = await claimPlace(place)
  const level: Level = new ClassicLevel(place, levelOptions)
  try {
    await level.open()
    await syncFolders(place, top)
    return createNodeBackend(level, release)
  } catch (cause) {
    await level.close()
    release()
    throw levelError(cause)
  }
}

/**
 * The folder by its one true name, or its lock would not be seen by who opens it by another; and the outermost folder
 * that changed when it was made.
 */
async function makePlace(location: string): Promise<{ readonly place: string; readonly top: string }> {
  try {
    const made = await mkdir(location, { recursive: true })
    const place = await realpath(location)
    return { place, top: made === undefined ? place : await realpath(dirname(resolve(made))) }
  } catch (cause) {
    throw levelError(cause)
  }
}

function createNodeBackend(level: Level, release: () => void): StoreBackend {
  let broken: RondoError | undefined
  return {
    ...levelReads(level),
    durability: 'durable',
    async write(changes, durable) {
      if (broken !== undefined)
        throw coreError('STORE_FAILED', { detail: 'a write failed before; open the store again', cause: broken })
      try {
        const operations = changes.map(({ key, value }) =>
          value === undefined ? ({ type: 'del', key } as const) : ({ type: 'put', key, value } as const),
        )
        await level.batch(operations, { sync: durable })
      } catch (cause) {
        broken = levelError(cause)
        throw broken
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

/** What the system says when there is no room: on the disk, for this user, or for one file. */
const noRoom = /No space left on device|Disk quota exceeded|File too large|not enough space on the disk/i
const noRoomCodes = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/** LevelDB tells its causes in words, and abstract-level wraps what went wrong while opening. */
export function levelError(error: unknown): RondoError {
  const cause = isNotOpen(error) ? error.cause : error
  const text = cause instanceof Error ? cause.message : String(cause)
  const code = codeOf(cause)
  if (code === 'LEVEL_LOCKED') return coreError('STORE_LOCKED', { detail: text, cause })
  if (noRoom.test(text) || noRoomCodes.has(code)) return coreError('STORE_QUOTA', { detail: text, cause })
  return coreError('STORE_FAILED', { detail: text, cause })
}

function isNotOpen(error: unknown): error is Error {
  return error instanceof Error && codeOf(error) === 'LEVEL_DATABASE_NOT_OPEN' && error.cause !== undefined
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
