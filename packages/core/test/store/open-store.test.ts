import { createCrashableStore, type StoreFault } from '@rondo/testkit/store'
import { describe, expect, test } from 'vitest'
import { createMemoryBackend } from '../../src/store/memory-backend.js'
import { type OpenStoreOptions, openStore } from '../../src/store/open-store.js'
import type { OpenStore, Store } from '../../src/store/store.js'
import type { StoreBackend } from '../../src/store/store-backend.js'

const bytes = (text: string) => new TextEncoder().encode(text)

async function contents(store: Store, prefix = '', reverse = false): Promise<readonly string[]> {
  const found: string[] = []
  for await (const { key, value } of store.range(prefix, { reverse }))
    found.push(`${key}=${new TextDecoder().decode(value)}`)
  return found
}

/** A backend that outlives the stores opened on it. */
function createPlace() {
  const memory = createMemoryBackend('durable')
  let writes = 0
  let closes = 0
  const backend: StoreBackend = {
    ...memory,
    async write(changes, durable) {
      writes += 1
      await memory.write(changes, durable)
    },
    async close() {
      closes += 1
    },
  }
  return {
    backend,
    open: (options?: OpenStoreOptions) => openStore(backend, options),
    writes: () => writes,
    closes: () => closes,
  }
}

async function fill(store: OpenStore): Promise<void> {
  for (let number = 0; number < 600; number += 1)
    await store.put(`user/${String(number).padStart(3, '0')}`, bytes('old'))
  await store.scope('plugin').put('a', bytes('old'))
  await store.close()
}

/** Renames every user, drops one in three, and does as much with a scope. */
async function migrate(store: Store): Promise<void> {
  let count = 0
  for await (const { key } of store.range('user/')) {
    if (count++ % 3 > 0) await store.put(key.replace('user', 'person'), bytes('new'))
    await store.delete(key)
  }
  await store.scope('plugin').put('b', bytes('new'))
}

describe('the version of a store', () => {
  test('is 1 for a program that says nothing, and opens again', async () => {
    const { open } = createPlace()
    await (await open()).close()
    await (await open({ schemaVersion: 1 })).close()
    await expect(open({ schemaVersion: 2 })).rejects.toMatchObject({
      code: 'STORE_SCHEMA',
      details: { found: 1, wanted: 2 },
    })
  })

  test('newer than the program is refused, and the backend closed', async () => {
    const { open, closes } = createPlace()
    await (await open({ schemaVersion: 3 })).close()
    const failure = { code: 'STORE_SCHEMA', details: { found: 3, wanted: 2 }, retryable: false }
    await expect(open({ schemaVersion: 2, migrate: async () => {} })).rejects.toMatchObject(failure)
    expect(closes()).toBe(2)
  })

  test('is not seen among the keys', async () => {
    const store = await createPlace().open()
    expect(await contents(store)).toEqual([])
  })

  test('must be there where there is anything, and in the layout of this Rondo', async () => {
    const foreign = createPlace()
    await foreign.backend.write([{ key: bytes('somebody else'), value: bytes('1') }], true)
    await expect(foreign.open()).rejects.toMatchObject({ code: 'STORE_SCHEMA' })
    for (const record of [
      new Uint8Array(),
      new Uint8Array(8),
      new Uint8Array(9),
      new Uint8Array([0, 0, 0, 2, 0, 0, 0, 1]),
    ]) {
      const place = createPlace()
      await place.backend.write([{ key: new Uint8Array([0, ...bytes('schema')]), value: record }], true)
      await expect(place.open()).rejects.toMatchObject({ code: 'STORE_SCHEMA' })
    }
  })

  test('is a whole number, and migrate a function', async () => {
    for (const schemaVersion of [0, -1, 1.5, 2 ** 32, Number.NaN])
      await expect(createPlace().open({ schemaVersion })).rejects.toThrow(TypeError)
    await expect(createPlace().open({ migrationBytesMax: 0 })).rejects.toThrow(TypeError)
    const wrong: object = { migrate: 'please' }
    await expect(createPlace().open(wrong)).rejects.toThrow(TypeError)
  })
})

describe('a migration', () => {
  test('is asked once, from the version that is there, and is one write', async () => {
    const { open, writes } = createPlace()
    await fill(await open())
    const asked: number[] = []
    const before = writes()
    const remember = (store: Store, fromVersion: number) => {
      asked.push(fromVersion)
      return migrate(store)
    }
    const options = { schemaVersion: 3, migrate: remember }
    const store = await open(options)
    expect(writes()).toBe(before + 1)
    expect(await contents(store, 'user/')).toEqual([])
    expect((await contents(store)).length).toBe(400)
    expect(await contents(store.scope('plugin'))).toEqual(['a=old', 'b=new'])
    await store.close()
    await (await open(options)).close()
    expect(asked).toEqual([1])
  })

  test('sees what it wrote itself, in order and both ways', async () => {
    const { open } = createPlace()
    const first = await open()
    for (const key of ['a', 'c', 'e', 'g']) await first.put(key, bytes('old'))
    await first.close()
    const seen: unknown[] = []
    await open({
      schemaVersion: 2,
      async migrate(store) {
        await store.batch([
          { type: 'delete', key: 'c' },
          { type: 'put', key: 'b', value: bytes('new') },
          { type: 'put', key: 'e', value: bytes('new') },
          { type: 'put', key: 'z', value: bytes('') },
          { type: 'delete', key: 'y' },
        ])
        seen.push(await store.get('c'), await contents(store), await contents(store, '', true))
        await store.batch([{ type: 'put', key: 'c', value: bytes('back') }], {
          expect: [{ key: 'c', value: undefined }],
        })
        seen.push(await contents(store, 'c'))
      },
    })
    const all = ['a=old', 'b=new', 'e=new', 'g=old', 'z=']
    expect(seen).toEqual([undefined, all, [...all].reverse(), ['c=back']])
  })

  test('that fails did not happen, and can be tried again', async () => {
    const { open, writes } = createPlace()
    await fill(await open())
    const before = writes()
    const cause = new Error('half-way')
    const failing = async (store: Store) => {
      await migrate(store)
      throw cause
    }
    await expect(open({ schemaVersion: 2, migrate: failing })).rejects.toMatchObject({ code: 'STORE_FAILED', cause })
    expect(writes()).toBe(before)
    expect((await contents(await open(), 'user/')).length).toBe(600)
    expect((await contents(await open({ schemaVersion: 2, migrate }), 'person/')).length).toBe(400)
  })

  test('that forgets to wait for its writes has them all', async () => {
    const { open } = createPlace()
    await (await open()).close()
    const hasty = async (store: Store) => {
      for (let number = 0; number < 60; number += 1) void store.put(`late/${number}`, new Uint8Array(100_000))
    }
    const store = await open({ schemaVersion: 2, migrate: hasty })
    expect((await contents(store, 'late/')).length).toBe(60)
  })

  test('writes no more than it may', async () => {
    const { open } = createPlace()
    await (await open()).close()
    const large = (store: Store) => store.put('a', new Uint8Array(2_000))
    const options = { schemaVersion: 2, migrate: large, migrationBytesMax: 1_000 }
    await expect(open(options)).rejects.toMatchObject({ code: 'STORE_OVERSIZED' })
  })

  const faults: readonly StoreFault[] = ['full', 'crash-before', 'crash-after']
  for (const fault of faults)
    test(`is there wholly or not at all when its write meets ${fault}`, async () => {
      const place = createCrashableStore()
      await (await place.open()).put('user', bytes('old'), { durable: true })
      place.failAt(1, fault)
      const rename = async (store: Store) => {
        await store.delete('user')
        await store.put('person', bytes('new'))
      }
      const failure = { code: fault === 'full' ? 'STORE_QUOTA' : 'STORE_FAILED' }
      place.crash()
      await expect(place.open({ schemaVersion: 2, migrate: rename })).rejects.toMatchObject(failure)
      const happened = fault === 'crash-after'
      if (!happened) await expect(place.open({ schemaVersion: 2 })).rejects.toMatchObject({ code: 'STORE_SCHEMA' })
      const store = await place.open({ schemaVersion: happened ? 2 : 1 })
      expect(await contents(store)).toEqual([happened ? 'person=new' : 'user=old'])
    })
})
