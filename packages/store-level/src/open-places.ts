import { coreError } from '@rondo/core'
import { takeWebLock, webLocks } from './web-lock.js'

// The folders that this process has open. LevelDB's lock keeps other processes out, but a second open within one process
// is refused only after the lock's file was opened and closed again, and that frees the lock for everybody (POSIX locks
// go with the first descriptor that is closed). So the second one must not get that far.

/** One for all copies of this module in a thread. */
const registry = Symbol.for('@rondo/store-level: open places')

/**
 * Takes the place until released; rejects with `STORE_LOCKED` where it is taken. Threads of one process see each other
 * where Node has Web Locks, from version 24 on; before that a store has to stay in one thread.
 */
export async function claimPlace(place: string): Promise<() => void> {
  const detail = `this process has ${place} open`
  const locks = webLocks()
  if (locks !== undefined) return takeWebLock(locks, `rondo-store:${place}`, detail)
  const places = openPlaces()
  if (places.has(place)) throw coreError('STORE_LOCKED', { detail })
  places.add(place)
  return () => {
    places.delete(place)
  }
}

function openPlaces(): Set<unknown> {
  const found: unknown = Reflect.get(globalThis, registry)
  if (found instanceof Set) return found
  const places = new Set()
  Reflect.set(globalThis, registry, places)
  return places
}
