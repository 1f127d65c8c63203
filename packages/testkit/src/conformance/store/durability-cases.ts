import { rejectionCode } from '../transport/outcome.js'
import type { Case } from './case.js'
import { contents, keysOf, plain, value } from './stage.js'

export const durabilityCases: readonly Case[] = [
  {
    title: 'the store calls itself durable, and takes durable writes',
    needs: ['durable'],
    async run(stage, expect) {
      const store = await stage.open()
      expect(store.durability).toBe('durable')
      await store.put('a', value(1), { durable: true })
      await store.batch([{ type: 'put', key: 'b', value: value(2) }], { durable: true })
      await store.delete('a', { durable: true })
      expect(await contents(store)).toEqual([['b', [2]]])
    },
  },
  {
    title: 'the store calls itself volatile, and refuses durable writes rather than pretend',
    needs: ['volatile'],
    async run(stage, expect) {
      const store = await stage.open()
      expect(store.durability).toBe('volatile')
      const batch = () => store.batch([{ type: 'put', key: 'a', value: value(1) }], { durable: true })
      expect(await rejectionCode(batch)).toBe('STORE_VOLATILE')
      expect(await rejectionCode(() => store.put('a', value(1), { durable: true }))).toBe('STORE_VOLATILE')
      expect(await rejectionCode(() => store.scope('s').delete('a', { durable: true }))).toBe('STORE_VOLATILE')
      expect(await keysOf(store)).toEqual([])
      await store.put('a', value(1), { durable: false })
      expect(plain(await store.get('a'))).toEqual([1])
    },
  },
  {
    title: 'a crash takes nothing that was acknowledged as durable',
    needs: ['durable', 'crashes'],
    async run(stage, expect) {
      const store = await stage.open()
      for (let index = 0; index < 20; index += 1) {
        await store.put(`loose/${index}`, value(index))
        await store.put(`kept/${index}`, value(index), { durable: true })
        await store.put('both', value(index), { durable: index % 2 === 0 })
      }
      await store.put('both', value(100), { durable: true })
      await stage.crash()
      const again = await stage.open()
      expect((await keysOf(again, 'kept/')).length).toBe(20)
      expect(plain(await again.get('both'))).toEqual([100])
    },
  },
  {
    title: 'a crash takes no durable delete back',
    needs: ['durable', 'crashes'],
    async run(stage, expect) {
      const store = await stage.open()
      await store.put('a', value(1), { durable: true })
      await store.put('b', value(1))
      await store.batch(
        [
          { type: 'delete', key: 'a' },
          { type: 'delete', key: 'b' },
        ],
        { durable: true },
      )
      await stage.crash()
      expect(await contents(await stage.open())).toEqual([])
    },
  },
  {
    title: 'after a crash every batch is there whole or not at all, and an acknowledged durable one whole',
    needs: ['durable', 'crashes'],
    async run(stage, expect) {
      const store = await stage.open()
      const acknowledged = new Set<number>()
      async function write(index: number): Promise<void> {
        const durable = index % 3 === 0
        const operations = ['x', 'y', 'z'].map(
          (part) => ({ type: 'put', key: `${index}/${part}`, value: value(index) }) as const,
        )
        await store.batch(operations, { durable })
        if (durable) acknowledged.add(index)
      }
      for (let index = 0; index < 10; index += 1) await write(index)
      // The rest is under way when the power goes.
      const rest = Promise.allSettled(Array.from({ length: 20 }, (_, index) => write(10 + index)))
      await stage.crash()
      const kept = new Set(acknowledged)
      await rest
      const again = await stage.open()
      for (let index = 0; index < 30; index += 1) {
        const parts = (await keysOf(again, `${index}/`)).length
        expect(kept.has(index) ? parts === 3 : parts === 0 || parts === 3).toBe(true)
      }
    },
  },
  {
    title: 'a crash leaves the place free to be opened again',
    needs: ['locks', 'crashes'],
    async run(stage) {
      await stage.open()
      await stage.crash()
      await stage.open()
    },
  },
]
