import { coreError } from '../errors.js'
import { successor } from './byte-order.js'
import { createKeySpace, type KeySpace } from './key-space.js'
import type { BatchOptions, OpenStore, Store, StoreEntry, StoreOperation, WriteOptions } from './store.js'
import type { KeySpan, StoreBackend } from './store-backend.js'
import { storeError } from './store-error.js'
import { resolveStoreLimits, type StoreLimitsOption } from './store-limits.js'
import { createStoreWrite } from './store-write.js'
import { createWriteQueue } from './write-queue.js'

/**
 * Makes a store of a backend. Checking, copying, scopes, preconditions, the order of writes and closing are done here,
 * once for all of them.
 */
export function createStore(
  backend: StoreBackend,
  options?: { readonly limits?: StoreLimitsOption | undefined },
): OpenStore {
  const limits = resolveStoreLimits(options?.limits)
  const enqueue = createWriteQueue(backend, limits.joinedBytesMax)
  const underWay = new Set<Promise<unknown>>()
  let closing: Promise<void> | undefined

  /** Keeps `close` waiting, and gives every failure a code. */
  async function perform<T>(work: () => Promise<T>): Promise<T> {
    if (closing !== undefined) throw coreError('STORE_CLOSED')
    const promise = work()
    const settled = promise.then(ignore, ignore)
    underWay.add(settled)
    try {
      return await promise
    } catch (cause) {
      throw storeError(cause)
    } finally {
      underWay.delete(settled)
    }
  }

  function createView(keys: KeySpace): Store {
    async function batch(operations: readonly StoreOperation[], options: BatchOptions = {}): Promise<void> {
      const write = createStoreWrite(operations, options, keys, limits, backend.durability)
      await perform(() => enqueue(write))
    }

    return {
      durability: backend.durability,
      async get(key) {
        const encoded = keys.encode(key)
        const value = await perform(() => backend.get(encoded))
        return value === undefined ? undefined : new Uint8Array(value)
      },
      async put(key, value, options) {
        await batch([{ type: 'put', key, value }], withoutExpectations(options))
      },
      async delete(key, options) {
        await batch([{ type: 'delete', key }], withoutExpectations(options))
      },
      batch,
      range(prefix, options = {}) {
        const { reverse = false, limit = Number.POSITIVE_INFINITY } = options
        if (typeof reverse !== 'boolean') throw new TypeError('reverse must be true or false')
        if (limit !== Number.POSITIVE_INFINITY && !(Number.isSafeInteger(limit) && limit >= 0))
          throw new TypeError(`limit must be a whole number, not ${limit}`)
        const span = keys.span(prefix, options)
        return { [Symbol.asyncIterator]: () => entries(keys, { ...span, reverse }, limit) }
      },
      scope: (name) => createView(keys.within(name)),
    }
  }

  async function* entries(
    keys: KeySpace,
    { reverse, ...span }: Pick<KeySpan, 'from' | 'to' | 'reverse'>,
    limit: number,
  ): AsyncGenerator<StoreEntry, void, void> {
    let { from, to } = span
    for (let left = limit; left > 0; ) {
      const entriesMax = Math.min(left, limits.pageEntriesMax)
      const page = await perform(() => backend.read({ from, to, reverse, entriesMax, bytesMax: limits.pageBytesMax }))
      for (const [key, value] of page) {
        if (reverse) to = key
        else from = successor(key)
        // A reader may take its time, and the store may have been closed behind its back.
        if (closing !== undefined) throw coreError('STORE_CLOSED')
        yield { key: keys.decode(key), value: new Uint8Array(value) }
      }
      if (page.length === 0) return
      left -= page.length
    }
  }

  function close(): Promise<void> {
    closing ??= Promise.all(underWay).then(() => backend.close())
    return closing
  }

  return { ...createView(createKeySpace(limits.keyBytesMax)), close, [Symbol.asyncDispose]: close }
}

/** `put` and `delete` take no expectations; those that plain JavaScript passes must not slip by unsaid. */
function withoutExpectations(options: (WriteOptions & { readonly expect?: unknown }) | undefined): WriteOptions {
  if (options?.expect !== undefined) throw new TypeError('put and delete expect nothing; use batch')
  return { durable: options?.durable }
}

function ignore(): void {}
