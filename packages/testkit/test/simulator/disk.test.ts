import type { Store as SimulatedStore } from '@rondo/core'
import { expect, test } from 'vitest'
import { createDisk } from '../../src/simulator/disk.js'

const bytes = (...values: number[]) => new Uint8Array(values)

async function entriesOf(store: SimulatedStore, prefix = ''): Promise<readonly [string, ...number[]][]> {
  const entries: [string, ...number[]][] = []
  for await (const { key, value } of store.range(prefix)) entries.push([key, ...value])
  return entries
}

test('a crash takes what was not durable, and leaves what was as it was', async () => {
  const disk = createDisk()
  const store = disk.open(() => false)
  await store.put('kept', bytes(1), { durable: true })
  await store.put('lost', bytes(2))
  await store.put('kept', bytes(3))
  await store.put('deleted', bytes(4), { durable: true })
  await store.delete('deleted')
  expect(await entriesOf(store)).toEqual([
    ['kept', 3],
    ['lost', 2],
  ])
  disk.crash()
  expect(await entriesOf(disk.open(() => false))).toEqual([
    ['deleted', 4],
    ['kept', 1],
  ])
})

test('a batch is written whole where its expectations hold, and not at all where one does not', async () => {
  const store = createDisk().open(() => false)
  const put = (key: string, value: number) => ({ type: 'put', key, value: bytes(value) }) as const
  await store.batch([put('a', 1), put('b', 2)], { expect: [{ key: 'a', value: undefined }] })
  const again = store.batch([{ type: 'delete', key: 'b' }, put('c', 3)], {
    expect: [
      { key: 'a', value: bytes(1) },
      { key: 'b', value: bytes(9) },
    ],
  })
  await expect(again).rejects.toMatchObject({ code: 'STORE_CONFLICT' })
  expect(await entriesOf(store)).toEqual([
    ['a', 1],
    ['b', 2],
  ])
})

test('a range has the keys of its prefix in the order of their UTF-8, and values are copies', async () => {
  const store = createDisk().open(() => false)
  const value = bytes(1)
  for (const key of ['p/\u{1f600}', 'p/\uff5e', 'p/a', 'q']) await store.put(key, value)
  value.fill(9)
  const entries = await entriesOf(store, 'p/')
  expect(entries).toEqual([
    ['p/a', 1],
    ['p/\uff5e', 1],
    ['p/\u{1f600}', 1],
  ])
  ;(await store.get('p/a'))?.fill(7)
  expect(await store.get('p/a')).toEqual(bytes(1))
})

test('what a life asks of its disk after its end neither settles nor happens', async () => {
  const disk = createDisk()
  let isGone = false
  const store = disk.open(() => isGone)
  isGone = true
  let settled = 0
  const count = () => {
    settled += 1
  }
  void store.put('late', bytes(1), { durable: true }).then(count, count)
  void store.get('late').then(count, count)
  await new Promise((resolve) => setImmediate(resolve))
  expect(settled).toBe(0)
  expect(await entriesOf(disk.open(() => false))).toEqual([])
})
