import type { OpenStore } from '@rondo/core'
import { openLevelStore } from '@rondo/store-level'

// What a page does with a store when it is told to.

let store: OpenStore | undefined

/** The store's durability, or the code of the error. */
export async function open(location: string, schemaVersion = 1): Promise<string> {
  try {
    store = await openLevelStore(location, { schemaVersion })
    return store.durability
  } catch (error) {
    return codeOf(error)
  }
}

export async function close(): Promise<void> {
  await store?.close()
}

export async function put(key: string, bytes: number): Promise<string> {
  try {
    await opened().put(key, new Uint8Array(bytes).fill(7), { durable: true })
    return 'written'
  } catch (error) {
    return codeOf(error)
  }
}

/** Two operations of which the second one cannot be stored. */
export async function putTwo(first: string, second: string, bytes: number): Promise<string> {
  try {
    const big = { type: 'put', key: second, value: new Uint8Array(bytes) } as const
    await opened().batch([{ type: 'put', key: first, value: new Uint8Array(1) }, big], { durable: true })
    return 'written'
  } catch (error) {
    return codeOf(error)
  }
}

/** Writes on and on, each batch under the next number in two keys, and tells of each one by `report`. */
export async function writeOn(): Promise<void> {
  const report: unknown = Reflect.get(globalThis, 'report')
  for (let number = 1; ; number += 1) {
    const value = new Uint8Array(1 + ((number * 997) % 20_000)).fill(number)
    const operations = ['left', 'right'].map((side) => ({ type: 'put', key: `${side}/${number}`, value }) as const)
    await opened().batch(operations, { durable: true })
    if (typeof report === 'function') report(number)
  }
}

export async function keys(): Promise<readonly string[]> {
  const found: string[] = []
  for await (const { key } of opened().range('')) found.push(key)
  return found
}

function opened(): OpenStore {
  if (store === undefined) throw new Error('there is no store open')
  return store
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
