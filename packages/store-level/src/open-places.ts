import { coreError } from '@rondo/core'

// The folders that this process has open. LevelDB's lock keeps other processes out, but a second open within one process
// is refused only after the lock's file was opened and closed again, and that frees the lock for everybody (POSIX locks
// go with the first descriptor that is closed). So the second one must not get that far, whichever copy of this module
// it comes through.

const registry = Symbol.for('@rondo/store-level: open places')

/** Takes the place until released. Throws `STORE_LOCKED` where it is taken. */
export function claimPlace(place: string): () => void {
  const places = openPlaces()
  if (places.has(place)) throw coreError('STORE_LOCKED', { detail: `${place} is open in this process` })
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
