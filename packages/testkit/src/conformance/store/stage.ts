import type { OpenStore, RangeOptions, Store } from '@rondo/core'
import type { StoreFixture } from './fixture.js'

// Where a case takes place: it opens the store, and closes what the case left open.

export interface Stage {
  open(): Promise<OpenStore>
  crash(): Promise<void>
  close(): Promise<void>
}

export function createStage(fixture: StoreFixture): Stage {
  const opened: OpenStore[] = []
  return {
    async open() {
      const store = await fixture.open()
      opened.push(store)
      return store
    },
    async crash() {
      await fixture.crash?.()
    },
    async close() {
      await Promise.allSettled(opened.map((store) => store.close()))
      await fixture.teardown?.()
    },
  }
}

/** Bytes as a list of numbers, which every runner compares and prints alike; a word where there are none. */
export function plain(value: Uint8Array | undefined): readonly number[] | string {
  return value === undefined ? 'absent' : [...value]
}

export async function keysOf(store: Store, prefix = '', options: RangeOptions = {}): Promise<readonly string[]> {
  const keys: string[] = []
  for await (const { key } of store.range(prefix, options)) keys.push(key)
  return keys
}

/** Everything there, in order. */
export async function contents(store: Store): Promise<readonly (readonly [string, readonly number[] | string])[]> {
  const all: (readonly [string, readonly number[] | string])[] = []
  for await (const { key, value } of store.range('')) all.push([key, plain(value)])
  return all
}

/** One byte: enough to tell values apart. */
export const value = (byte: number): Uint8Array => new Uint8Array([byte])

/** Puts these keys, all of them at once. */
export async function putAll(store: Store, keys: readonly string[]): Promise<void> {
  await store.batch(keys.map((key, index) => ({ type: 'put', key, value: value(index % 256) })))
}

/** What plain JavaScript may pass in place of a `T`. */
export function untyped<T>(wrong: unknown): T {
  return wrong as T
}
