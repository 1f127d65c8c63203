import type { StoreDurability } from './store.js'

// What an implementation writes; `createStore` makes a store of it. Keys are bytes, sorted as unsigned numbers, the shorter
// first. None begins with a zero byte: those are the backend's own. Nothing is called after `close`, which comes once.

export interface KeySpan {
  /** The first key that belongs. */
  readonly from: Uint8Array
  /** The first key that no longer belongs. */
  readonly to: Uint8Array
  /** Begins at the end. */
  readonly reverse: boolean
  readonly entriesMax: number
  /** Stop after the entry that brings keys and values to this many bytes. */
  readonly bytesMax: number
}

export type BackendEntry = readonly [key: Uint8Array, value: Uint8Array]

export interface BackendChange {
  readonly key: Uint8Array
  /** Undefined deletes the key. */
  readonly value: Uint8Array | undefined
}

export interface StoreBackend {
  readonly durability: StoreDurability
  /** What it returns is copied before anybody sees it. */
  get(key: Uint8Array): Promise<Uint8Array | undefined>
  /** One page; an empty one is the end. */
  read(span: KeySpan): Promise<readonly BackendEntry[]>
  /**
   * All changes or none, in order, whatever happens meanwhile. The next one comes when this one has settled. Nobody
   * changes the bytes any more. Never called with `durable` where the backend calls itself volatile.
   */
  write(changes: readonly BackendChange[], durable: boolean): Promise<void>
  close(): Promise<void>
}
