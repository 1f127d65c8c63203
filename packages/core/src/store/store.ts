// The contract of what survives a restart. Keys are text and sorted by their UTF-8 bytes, which is the order of code
// points, on every implementation; values are bytes. A write that resolved is seen by every read that begins after it.

/** Whether a write with `durable: true` can be kept: `volatile` stores refuse it with `STORE_VOLATILE`. */
export type StoreDurability = 'volatile' | 'durable'

export interface StoreEntry {
  readonly key: string
  readonly value: Uint8Array
}

export type StoreOperation =
  | { readonly type: 'put'; readonly key: string; readonly value: Uint8Array }
  | { readonly type: 'delete'; readonly key: string }

/** What a key must hold for a batch to be written; `undefined` says that it must not be there. */
export interface StoreExpectation {
  readonly key: string
  readonly value: Uint8Array | undefined
}

export interface WriteOptions {
  /**
   * Resolves only once the write is on stable storage, where neither a crash nor a power cut takes it back. Without it
   * a write survives the end of the process where the medium does, and may be lost with the power.
   */
  readonly durable?: boolean | undefined
}

export interface BatchOptions extends WriteOptions {
  /** All of it holds at the moment of the write, or nothing is written and the batch rejects with `STORE_CONFLICT`. */
  readonly expect?: readonly StoreExpectation[] | undefined
}

export interface RangeOptions {
  /** Begins behind this key, which need not be there: before it where `reverse` is set. */
  readonly after?: string | undefined
  readonly limit?: number | undefined
  /** From the last key to the first. */
  readonly reverse?: boolean | undefined
}

/**
 * Text keys, byte values, atomic batches with preconditions. A write that rejects with `STORE_CONFLICT`, `STORE_VOLATILE`,
 * `STORE_OVERSIZED` or `STORE_CLOSED` changed nothing; after any other failure it may or may not have been written.
 *
 * @example
 * const spent = { key: 'nonce/7', value: undefined }
 * await store.batch([{ type: 'put', key: 'nonce/7', value: digest }], { expect: [spent], durable: true })
 */
export interface Store {
  readonly durability: StoreDurability
  /** The caller owns what it gets. */
  get(key: string): Promise<Uint8Array | undefined>
  /** The bytes are copied before `put` returns. */
  put(key: string, value: Uint8Array, options?: WriteOptions): Promise<void>
  /** Deleting what is not there is no failure. */
  delete(key: string, options?: WriteOptions): Promise<void>
  /**
   * The entries whose key begins with `prefix`, in key order; the empty prefix means all. It is read page by page, so
   * what changes meanwhile may be seen or not; no key comes twice.
   */
  range(prefix: string, options?: RangeOptions): AsyncIterable<StoreEntry>
  /** All of it or nothing, in the order given: of two operations on one key the later one stays. */
  batch(operations: readonly StoreOperation[], options?: BatchOptions): Promise<void>
  /** A store of its own within this one: neither sees the keys of the other. The same name gives the same store. */
  scope(name: string): Store
}

/** A store in the hands of whoever opened it, and so closes it; everybody else is given a `Store`. */
export interface OpenStore extends Store, AsyncDisposable {
  /** Finishes what was asked for before, then closes. Idempotent; whatever comes later rejects with `STORE_CLOSED`. */
  close(): Promise<void>
}
