import {
  coreError,
  createMemoryBackend,
  createMemoryStore,
  createStore,
  type OpenStore,
  type Store,
  type StoreBackend,
  type StoreEntry,
} from '@rondo/core'
import type { StoreFixture } from '@rondo/testkit/conformance/store'
import { createCrashableStore } from '@rondo/testkit/store'

// Stores that break one promise each, to see whether the suite notices.

interface Broken {
  readonly fixture: () => StoreFixture
  /** A part of the title of a case that has to fail. */
  readonly caughtBy: string
}

export const brokenStores: Readonly<Record<string, Broken>> = {
  'forgets deletes': {
    fixture: spoiltBackend((backend) => ({
      write: (changes, durable) =>
        backend.write(
          changes.filter(({ value }) => value !== undefined),
          durable,
        ),
    })),
    caughtBy: 'what was deleted is gone',
  },
  'keeps what was put first': {
    fixture: spoiltBackend((backend) => ({
      async write(changes, durable) {
        for (const change of changes)
          if ((await backend.get(change.key)) === undefined) await backend.write([change], durable)
      },
    })),
    caughtBy: 'what was put last stays',
  },
  'takes empty values for none': {
    fixture: spoiltBackend((backend) => ({
      async get(key) {
        const value = await backend.get(key)
        return value?.length === 0 ? undefined : value
      },
    })),
    caughtBy: 'an empty value is a value',
  },
  'writes the whole buffer instead of the part': {
    fixture: spoilt((store) => ({ put: (key, value) => store.put(key, new Uint8Array(value.buffer)) })),
    caughtBy: 'a part of a larger buffer',
  },
  'cuts large values': {
    fixture: spoiltBackend((backend) => ({ get: async (key) => (await backend.get(key))?.subarray(0, 65_536) })),
    caughtBy: 'values of every awkward size',
  },
  'ends keys at a zero': {
    fixture: spoilt((store) => ({
      put: (key, value) => store.put(key.split('\u0000')[0] || key, value),
      get: (key) => store.get(key.split('\u0000')[0] || key),
    })),
    caughtBy: 'keys of every awkward kind',
  },
  'keeps its keys by Unicode normalisation': {
    fixture: spoilt((store) => ({ range: (prefix, options) => store.range(prefix.normalize('NFD'), options) })),
    caughtBy: 'a prefix gives the keys',
  },
  'reads the bytes later than it returns': {
    fixture: spoilt((store) => ({
      async put(key, value) {
        await Promise.resolve()
        await store.put(key, value)
      },
    })),
    caughtBy: 'may reuse its bytes',
  },
  'hands out its own bytes': {
    fixture: () => {
      const values = new Map<string, Uint8Array>()
      return {
        open: () =>
          spoil(createMemoryStore(), (store) => ({
            async put(key, value) {
              values.set(key, value.slice())
              await store.put(key, value)
            },
            get: async (key) => values.get(key),
          })),
      }
    },
    caughtBy: 'owns what it was given',
  },
  'lets a later write overtake': {
    fixture: spoilt((store) => ({
      async put(key, value) {
        if (value[0] === 98) for (let turn = 0; turn < 10; turn += 1) await Promise.resolve()
        await store.put(key, value)
      },
    })),
    caughtBy: 'keep their order',
  },
  'takes half a surrogate pair': {
    fixture: spoilt((store) => ({
      put: (key, value) => store.put(String(key).replace(/\p{Cs}/gu, '\ufffd') || '?', value),
    })),
    caughtBy: 'no well-formed Unicode are refused',
  },
  'takes text for bytes': {
    fixture: spoilt((store) => ({ put: (key, value) => store.put(key, Uint8Array.from(value ?? [])) })),
    caughtBy: 'values that are no bytes',
  },
  'sorts by UTF-16': {
    fixture: spoilt((store) => ({
      async *range(prefix, options) {
        const entries: StoreEntry[] = []
        for await (const entry of store.range(prefix, options)) entries.push(entry)
        const sign = options?.reverse === true ? -1 : 1
        yield* entries.sort((a, b) => (a.key < b.key ? -sign : sign))
      },
    })),
    caughtBy: 'the order of their UTF-8 bytes',
  },
  'knows no backwards': {
    fixture: spoilt((store) => ({ range: (prefix, options) => store.range(prefix, { ...options, reverse: false }) })),
    caughtBy: 'backwards when asked',
  },
  'takes a prefix for a lower bound': {
    fixture: spoiltBackend((backend) => ({ read: (span) => backend.read({ ...span, to: new Uint8Array([255]) }) })),
    caughtBy: 'a prefix gives the keys',
  },
  'stops after its first page': {
    fixture: spoilt((store) => ({
      async *range(prefix, options) {
        let count = 0
        for await (const entry of store.range(prefix, options)) {
          if (count++ === 256) return
          yield entry
        }
      },
    })),
    caughtBy: 'a limit ends it early',
  },
  'includes the key that it was to begin after': {
    fixture: spoilt((store) => ({
      async *range(prefix, { after, ...options } = {}) {
        for await (const entry of store.range(prefix, options))
          if (after === undefined || (options.reverse ? entry.key <= after : entry.key >= after)) yield entry
      },
    })),
    caughtBy: 'after begins behind a key',
  },
  'writes batches one by one, without looking back': {
    fixture: spoilt((store) => ({
      async batch(operations, options) {
        for (const operation of operations) await store.batch([operation], options)
      },
    })),
    caughtBy: 'a batch whose expectations hold',
  },
  'ignores expectations': {
    fixture: spoilt((store) => ({ batch: (operations, { durable } = {}) => store.batch(operations, { durable }) })),
    caughtBy: 'finds anything else writes nothing',
  },
  'takes absent and empty for the same': {
    fixture: spoilt((store) => ({
      async batch(operations, { expect = [], durable } = {}) {
        const relaxed = []
        for (const { key, value } of expect) {
          const found = await store.get(key)
          relaxed.push({ key, value: (value?.length ?? 0) === 0 && (found?.length ?? 0) === 0 ? found : value })
        }
        await store.batch(operations, { expect: relaxed, durable })
      },
    })),
    caughtBy: 'finds anything else writes nothing',
  },
  'checks first and writes later': {
    fixture: spoilt((store) => ({
      async batch(operations, { expect = [] } = {}) {
        await store.batch([], { expect })
        await store.batch(operations)
      },
    })),
    caughtBy: 'of many that would spend the same thing',
  },
  'lets others write between what is expected and the write': {
    fixture: spoilt((store) => ({
      async batch(operations, { expect = [] } = {}) {
        await store.batch([], { expect })
        await store.batch(operations)
      },
    })),
    caughtBy: 'counting by expectation',
  },
  'sees what lies in its scopes': {
    fixture: spoilt((store) => ({ scope: (name) => prefixed(store, `${name}/`) })),
    caughtBy: 'neither a scope nor the store',
  },
  'joins names and keys by a slash': {
    fixture: spoilt((store) => ({ scope: (name) => prefixed(store, `${name}/`) })),
    caughtBy: 'look alike when put together',
  },
  'answers after it was closed': {
    fixture: spoilt((store) => ({ get: (key) => store.get(key).catch(() => undefined) })),
    caughtBy: 'a closed store refuses everything',
  },
  'drops what it was asked for when it is closed': {
    fixture: () => {
      const place = createCrashableStore()
      return {
        open: async () =>
          spoil(await place.open(), (store) => ({
            async put(key, value) {
              for (let turn = 0; turn < 10; turn += 1) await Promise.resolve()
              await store.put(key, value)
            },
          })),
      }
    },
    caughtBy: 'what was asked for before the close',
  },
  'keeps nothing': {
    fixture: () => ({ open: () => createMemoryStore({ durability: 'durable' }) }),
    caughtBy: 'is there when the store is opened again',
  },
  'lets two in': {
    fixture: () => ({ open: () => createMemoryStore({ durability: 'durable' }) }),
    caughtBy: 'a place that is open already',
  },
  'does not say how durable it is': {
    fixture: () => ({ open: () => createMemoryStore() }),
    caughtBy: 'the store calls itself durable',
  },
  'writes durable batches as if they were not': {
    fixture: crashing((store) => ({
      put: (key, value) => store.put(key, value),
      batch: (operations, { expect } = {}) => store.batch(operations, { expect }),
    })),
    caughtBy: 'a crash takes nothing that was acknowledged',
  },
  'deletes in memory alone': {
    fixture: crashing((store) => ({
      async batch(operations, options) {
        const deletes = operations.every(({ type }) => type === 'delete')
        await store.batch(operations, deletes ? {} : options)
      },
    })),
    caughtBy: 'a crash takes no durable delete back',
  },
  'writes a batch in parts': {
    fixture: crashing((store) => ({
      async batch(operations, options) {
        const [first, ...rest] = operations
        if (first !== undefined) await store.batch([first], { durable: true })
        await store.batch(rest, options)
      },
    })),
    caughtBy: 'every batch is there whole',
  },
  'stays locked after a crash': {
    fixture: () => {
      const place = createCrashableStore()
      let opened = false
      return {
        crash: place.crash,
        async open() {
          if (opened) throw coreError('STORE_LOCKED')
          opened = true
          return place.open()
        },
      }
    },
    caughtBy: 'a crash leaves the place free',
  },
}

/** A volatile store that calls itself durable and takes what no durable store should. */
export const pretender = (): StoreFixture => {
  const pretend = (backend: StoreBackend): StoreBackend => ({ ...backend, durability: 'durable' })
  return { open: () => ({ ...createStore(pretend(createMemoryBackend())), durability: 'volatile' }) }
}

type Spoil<T> = (sound: T) => Partial<T>

function spoil(store: OpenStore, change: Spoil<Store>): OpenStore {
  return { ...store, ...change(store) }
}

function spoilt(change: Spoil<Store>): () => StoreFixture {
  return () => ({ open: () => spoil(createMemoryStore({ durability: 'durable' }), change) })
}

function spoiltBackend(change: Spoil<StoreBackend>): () => StoreFixture {
  return () => {
    const backend = createMemoryBackend('durable')
    return { open: () => createStore({ ...backend, ...change(backend) }) }
  }
}

function crashing(change: Spoil<Store>): () => StoreFixture {
  return () => {
    const place = createCrashableStore()
    return { open: async () => spoil(await place.open(), change), crash: place.crash }
  }
}

/** Scopes as one would make them in a hurry. */
function prefixed(store: Store, prefix: string): Store {
  const rename = <T extends { readonly key: string }>(each: T): T => ({ ...each, key: prefix + each.key })
  return {
    durability: store.durability,
    get: (key) => store.get(prefix + key),
    put: (key, value, options) => store.put(prefix + key, value, options),
    delete: (key, options) => store.delete(prefix + key, options),
    batch: (operations, { expect, ...options } = {}) =>
      store.batch(operations.map(rename), { ...options, expect: expect?.map(rename) }),
    async *range(within, options) {
      for await (const { key, value } of store.range(prefix + within, options))
        yield { key: key.slice(prefix.length), value }
    },
    scope: (name) => prefixed(store, `${prefix}${name}/`),
  }
}
