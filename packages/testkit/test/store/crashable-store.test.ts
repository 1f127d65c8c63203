import type { Store } from '@rondo/core'
import { createSeededRandom } from '@rondo/testkit/memory'
import { createCrashableStore, type StoreFault } from '@rondo/testkit/store'
import { describe, expect, test } from 'vitest'

const one = new Uint8Array([1])

async function keysOf(store: Store): Promise<readonly string[]> {
  const keys: string[] = []
  for await (const { key } of store.range('')) keys.push(key)
  return keys
}

describe('a crashable store', () => {
  test('loses what was not durable, unless a seed lets some of it survive', async () => {
    const lost = createCrashableStore()
    const lucky = createCrashableStore({ random: createSeededRandom(7) })
    for (const place of [lost, lucky]) {
      const store = await place.open()
      for (let index = 0; index < 40; index += 1) await store.put(`loose/${index}`, one)
      await store.put('kept', one, { durable: true })
      place.crash()
    }
    expect(await keysOf(await lost.open())).toEqual(['kept'])
    const survivors = (await keysOf(await lucky.open())).length
    expect(survivors).toBeGreaterThan(5)
    expect(survivors).toBeLessThan(36)
  })

  test('keeps what was not durable over a clean restart, and loses it in a crash after that', async () => {
    const place = createCrashableStore()
    const store = await place.open()
    await store.put('a', one)
    await store.close()
    expect(await keysOf(await place.open())).toEqual(['a'])
    place.crash()
    expect(await keysOf(await place.open())).toEqual([])
  })

  test('fails whatever the crashed store is asked for, and a late close of it harms nobody', async () => {
    const place = createCrashableStore()
    const crashed = await place.open()
    place.crash()
    const failure = { code: 'STORE_FAILED' }
    await expect(crashed.get('a')).rejects.toMatchObject(failure)
    await expect(crashed.put('a', one)).rejects.toMatchObject(failure)
    await expect(keysOf(crashed)).rejects.toMatchObject(failure)
    const next = await place.open()
    await crashed.close()
    await expect(place.open()).rejects.toMatchObject({ code: 'STORE_LOCKED' })
    await next.put('a', one)
  })

  const fates: Readonly<Record<StoreFault, readonly [code: string, written: boolean]>> = {
    full: ['STORE_QUOTA', false],
    'crash-before': ['STORE_FAILED', false],
    'crash-after': ['STORE_FAILED', true],
  }
  for (const [fault, [code, written]] of Object.entries(fates) as [StoreFault, readonly [string, boolean]][])
    test(`has the write that it was told meet ${fault}`, async () => {
      const place = createCrashableStore()
      const store = await place.open()
      const before = place.writes
      place.failAt(3, fault)
      await store.put('a', one, { durable: true })
      await store.put('b', one, { durable: true })
      await expect(store.put('c', one, { durable: true })).rejects.toMatchObject({ code })
      expect(place.writes).toBe(before + 3)
      place.crash()
      expect(await keysOf(await place.open())).toEqual(written ? ['a', 'b', 'c'] : ['a', 'b'])
    })

  test('counts writes from 1', () => {
    for (const write of [0, -1, 1.5]) expect(() => createCrashableStore().failAt(write, 'full')).toThrow(TypeError)
  })
})
