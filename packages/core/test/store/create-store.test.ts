import { describe, expect, test } from 'vitest'
import { createStore } from '../../src/store/create-store.js'
import { createMemoryBackend } from '../../src/store/memory-backend.js'
import { createMemoryStore } from '../../src/store/memory-store.js'
import type { StoreBackend } from '../../src/store/store-backend.js'
import { defaultStoreLimits } from '../../src/store/store-limits.js'

const one = new Uint8Array([1])

/** A backend in memory whose writes wait until they are let through, and are counted. */
function createGate() {
  const memory = createMemoryBackend('durable')
  const writes: { readonly keys: number; readonly durable: boolean }[] = []
  const waiting: { readonly pass: () => void; readonly fail: (reason: unknown) => void }[] = []
  let closed = 0
  const backend: StoreBackend = {
    ...memory,
    async write(changes, durable) {
      writes.push({ keys: changes.length, durable })
      await new Promise<void>((pass, fail) => waiting.push({ pass, fail }))
      await memory.write(changes, durable)
    },
    async close() {
      closed += 1
    },
  }
  return {
    backend,
    writes,
    closes: () => closed,
    /** Ends the write that the backend is at, once it is. */
    async settle(reason?: Error) {
      for (let turn = 0; waiting.length === 0; turn += 1) {
        if (turn === 1_000) throw new Error('the backend is at no write')
        await Promise.resolve()
      }
      const next = waiting.shift()
      if (reason === undefined) next?.pass()
      else next?.fail(reason)
    },
  }
}

describe('writes that meet', () => {
  test('are joined while one is under way: many wait for the disk once', async () => {
    const { backend, writes, settle } = createGate()
    const store = createStore(backend)
    const first = store.put('first', one)
    const rest = Array.from({ length: 20 }, (_, index) => store.put(`k${index}`, one, { durable: index === 7 }))
    await settle()
    await first
    await settle()
    await Promise.all(rest)
    expect(writes).toEqual([
      { keys: 1, durable: false },
      { keys: 20, durable: true },
    ])
  })

  test('are joined only up to a size, so that a large one goes by itself', async () => {
    const { backend, writes, settle } = createGate()
    const store = createStore(backend, { limits: { joinedBytesMax: 100 } })
    const all = ['a', 'b', 'c', 'd'].map((key) => store.put(key, new Uint8Array(key === 'c' ? 1_000 : 10)))
    for (let count = 0; count < 4; count += 1) await settle()
    await Promise.all(all)
    expect(writes.map(({ keys }) => keys)).toEqual([1, 1, 1, 1])
  })

  test('fail together, and those behind them go on', async () => {
    const { backend, settle } = createGate()
    const store = createStore(backend)
    const first = store.put('first', one)
    const taken = { expect: [{ key: 'first', value: undefined }] }
    const joined = [store.put('a', one), store.batch([], taken), store.put('b', one)].map((each) =>
      each.then(
        () => 'written',
        ({ code }) => code,
      ),
    )
    await settle()
    await first
    await settle(new Error('the cable'))
    expect(await Promise.all(joined)).toEqual(['STORE_FAILED', 'STORE_FAILED', 'STORE_FAILED'])
    const later = store.put('c', one)
    await settle()
    await later
    expect(await store.get('a')).toBeUndefined()
  })

  test('see in what they expect those that they were joined with', async () => {
    const { backend, writes, settle } = createGate()
    const store = createStore(backend)
    const first = store.put('first', one)
    const spend = () =>
      store.batch([{ type: 'put', key: 'spent', value: one }], { expect: [{ key: 'spent', value: undefined }] })
    const spends = [spend(), spend(), spend()].map((each) => each.then(() => 'spent').catch(({ code }) => code))
    await settle()
    await first
    await settle()
    expect(await Promise.all(spends)).toEqual(['spent', 'STORE_CONFLICT', 'STORE_CONFLICT'])
    expect(writes.map(({ keys }) => keys)).toEqual([1, 1])
  })
})

describe('a store', () => {
  test('closes its backend once, when what was asked for is done', async () => {
    const { backend, settle, closes } = createGate()
    const store = createStore(backend)
    const writing = [store.put('a', one), store.put('b', one)]
    const closing = Promise.all([store.close(), store.close()])
    await settle()
    expect(closes()).toBe(0)
    await settle()
    await Promise.all([...writing, closing])
    expect(closes()).toBe(1)
  })

  test('gives what a backend throws a code, and keeps the cause', async () => {
    const cause = new Error('a loose cable')
    const broken = () => Promise.reject(cause)
    const store = createStore({ ...createMemoryBackend(), get: broken, read: broken, write: broken })
    const failure = { code: 'STORE_FAILED', layer: 'store', cause, message: expect.stringContaining('a loose cable') }
    await expect(store.get('a')).rejects.toMatchObject(failure)
    await expect(store.put('a', one)).rejects.toMatchObject(failure)
    await expect(store.range('')[Symbol.asyncIterator]().next()).rejects.toMatchObject(failure)
    await expect(store.batch([], { expect: [{ key: 'a', value: one }] })).rejects.toMatchObject(failure)
  })

  test('refuses what is too large, and says which limit that was', async () => {
    const store = createMemoryStore({
      limits: { keyBytesMax: 10, valueBytesMax: 100, batchOperationsMax: 3, batchBytesMax: 250 },
    })
    const put = (key: string, size: number) => ({ type: 'put', key, value: new Uint8Array(size) }) as const
    const refused = (detail: string) => ({ code: 'STORE_OVERSIZED', message: expect.stringContaining(detail) })
    await expect(store.put('1234567890', one)).rejects.toMatchObject(refused('11 bytes of at most 10'))
    await expect(store.scope('abc').put('123456', one)).rejects.toMatchObject(refused('11 bytes of at most 10'))
    await expect(store.put('a', new Uint8Array(101))).rejects.toMatchObject(refused('101 bytes of at most 100'))
    await expect(store.batch([put('a', 100), put('b', 100), put('c', 60)])).rejects.toMatchObject(refused('250'))
    const many = ['a', 'b', 'c', 'd'].map((key) => put(key, 1))
    await expect(store.batch(many)).rejects.toMatchObject(refused('4 operations of at most 3'))
    await store.batch([put('123456789', 100), put('b', 100)])
  })

  test('takes expectations in batches alone', async () => {
    const store = createMemoryStore()
    const options: object = { expect: [{ key: 'a', value: undefined }] }
    await expect(store.put('a', one, options)).rejects.toThrow(TypeError)
    await expect(store.delete('a', options)).rejects.toThrow(TypeError)
  })

  test('has limits that are whole numbers from 1 up', () => {
    for (const limits of [{ keyBytesMax: 0 }, { valueBytesMax: 1.5 }, { pageBytesMax: Number.POSITIVE_INFINITY }])
      expect(() => createMemoryStore({ limits })).toThrow(TypeError)
    const unknown: object = { keysMax: 1 }
    expect(() => createMemoryStore({ limits: unknown })).toThrow('limits.keysMax is not a limit')
    createMemoryStore({ limits: { keyBytesMax: undefined } })
    expect(Object.values(defaultStoreLimits).every(Number.isSafeInteger)).toBe(true)
  })

  test('in memory is volatile or durable, and nothing else', () => {
    expect(createMemoryStore().durability).toBe('volatile')
    expect(createMemoryStore({ durability: 'durable' }).durability).toBe('durable')
    const wrong: object = { durability: 'sturdy' }
    expect(() => createMemoryStore(wrong)).toThrow(TypeError)
  })

  test('reads pages that end at a number of entries or of bytes', async () => {
    const memory = createMemoryBackend()
    const pages: number[] = []
    const read: StoreBackend['read'] = async (span) => {
      const page = await memory.read(span)
      pages.push(page.length)
      return page
    }
    const store = createStore({ ...memory, read }, { limits: { pageEntriesMax: 4, pageBytesMax: 1_000 } })
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) await store.put(key, new Uint8Array(key > 'd' ? 1_000 : 10))
    const seen: string[] = []
    for await (const { key } of store.range('')) seen.push(key)
    expect(seen.join('')).toBe('abcdef')
    expect(pages).toEqual([4, 1, 1, 0])
  })
})
