import type { Store } from '@rondo/core'
import { createCrashableStore } from '../store/crashable-store.js'

// The disk of a simulated peer, the one place that knows how what is kept survives a crash: writes that were not durable are
// lost with the life that made them.

export interface Disk {
  /** One life's hold on the disk: once that life has ended, which `isGone` says, nothing that it asks for settles. */
  open(isGone: () => boolean): Store
  /** Forgets what was not durable. */
  crash(): void
}

export function createDisk(): Disk {
  const place = createCrashableStore()
  return {
    open(isGone) {
      let opening: Promise<Store> | undefined
      return createHold(() => {
        opening ??= place.open()
        return opening
      }, isGone)
    },
    crash: () => place.crash(),
  }
}

/** A store that is opened when it is first asked for something. */
function createHold(open: () => Promise<Store>, isGone: () => boolean): Store {
  const ask = async <Value>(question: (store: Store) => Promise<Value>): Promise<Value> => {
    if (isGone()) return new Promise<Value>(() => {})
    return question(await open())
  }
  return {
    durability: 'durable',
    get: (key) => ask((store) => store.get(key)),
    put(key, value, options) {
      const copy = new Uint8Array(value)
      return ask((store) => store.put(key, copy, options))
    },
    delete: (key, options) => ask((store) => store.delete(key, options)),
    async *range(prefix, options) {
      const entries = (await ask(async (store) => store.range(prefix, options)))[Symbol.asyncIterator]()
      for (let next = await ask(() => entries.next()); !next.done; next = await ask(() => entries.next()))
        yield next.value
    },
    batch(operations, options) {
      const copy = operations.map((each) =>
        each.type === 'put' ? { ...each, value: new Uint8Array(each.value) } : each,
      )
      return ask((store) => store.batch(copy, options))
    },
    scope: (name) => createHold(async () => (await open()).scope(name), isGone),
  }
}
