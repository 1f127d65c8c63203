import type { Store, StoreOperation } from '@rondo/core'

// What the killed process writes, and how to see afterwards that it is whole. Batch n writes two values that can be made
// again from n, spends the secret that the batch before it left, leaves one of its own, and takes away batch n - kept.

export const kept = 64

const lastKey = 'last'
const encoder = new TextEncoder()
const decoder = new TextDecoder()

export async function readLast(store: Store): Promise<number> {
  const found = await store.get(lastKey)
  return found === undefined ? 0 : Number(decoder.decode(found))
}

export function writeNext(store: Store, number: number): Promise<void> {
  const operations: StoreOperation[] = [
    { type: 'put', key: `left/${number}`, value: content(number, 1) },
    { type: 'delete', key: `left/${number - kept}` },
    { type: 'delete', key: `secret/${number - 1}` },
    { type: 'put', key: `secret/${number}`, value: content(number, 2) },
    { type: 'put', key: `right/${number}`, value: content(number, 3) },
    { type: 'delete', key: `right/${number - kept}` },
    { type: 'put', key: lastKey, value: encoder.encode(String(number)) },
  ]
  const before = number === 1 ? undefined : encoder.encode(String(number - 1))
  return store.batch(operations, { durable: true, expect: [{ key: lastKey, value: before }] })
}

/** What is wrong with what is there; nothing where every batch is there whole or not at all. */
export async function complaints(store: Store): Promise<readonly string[]> {
  const last = await readLast(store)
  const wanted = new Map<string, Uint8Array>()
  for (let number = Math.max(1, last - kept + 1); number <= last; number += 1) {
    wanted.set(`left/${number}`, content(number, 1))
    wanted.set(`right/${number}`, content(number, 3))
  }
  if (last > 0) wanted.set(`secret/${last}`, content(last, 2))
  const wrong: string[] = []
  for await (const { key, value } of store.range('')) {
    if (key === lastKey) continue
    const expected = wanted.get(key)
    if (expected === undefined) wrong.push(`${key} should not be there`)
    else if (Buffer.compare(expected, value) !== 0) wrong.push(`${key} has other contents`)
    wanted.delete(key)
  }
  return [...wrong, ...[...wanted.keys()].map((key) => `${key} is missing`)]
}

/** Of sizes that fill LevelDB's log and tables within a few hundred batches. */
function content(number: number, part: number): Uint8Array {
  let state = Math.imul(number * 4 + part, 0x9e3779b1) | 1
  const bytes = new Uint8Array(((state >>> 8) % 20) ** 3 + 1)
  for (let index = 0; index < bytes.length; index += 1) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    bytes[index] = state
  }
  return bytes
}
