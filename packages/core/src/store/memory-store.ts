import { createStore } from './create-store.js'
import { createMemoryBackend } from './memory-backend.js'
import type { OpenStore, StoreDurability } from './store.js'
import type { StoreLimitsOption } from './store-limits.js'

export interface MemoryStoreOptions {
  /**
   * What the store says of itself: the truth, `volatile`, unless a test or a program that accepts the loss has it say
   * `durable`. Nothing survives the process either way.
   */
  readonly durability?: StoreDurability | undefined
  readonly limits?: StoreLimitsOption | undefined
}

/**
 * A store that ends with its process, or with `close`.
 *
 * @example
 * const store = createMemoryStore()
 * await store.put('greeting', new TextEncoder().encode('hello'))
 */
export function createMemoryStore({ durability = 'volatile', limits }: MemoryStoreOptions = {}): OpenStore {
  if (durability !== 'volatile' && durability !== 'durable')
    throw new TypeError('durability must be volatile or durable')
  return createStore(createMemoryBackend(durability), { limits })
}
