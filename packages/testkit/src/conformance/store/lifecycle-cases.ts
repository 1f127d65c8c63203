import { rejectionCode } from '../transport/outcome.js'
import type { Case } from './case.js'
import { contents, keysOf, plain, putAll, value } from './stage.js'

export const lifecycleCases: readonly Case[] = [
  {
    title: 'a fresh store is empty',
    needs: [],
    async run(stage, expect) {
      expect(await contents(await stage.open())).toEqual([])
    },
  },
  {
    title: 'closing twice is closing once',
    needs: [],
    async run(stage) {
      const store = await stage.open()
      await Promise.all([store.close(), store.close()])
      await store.close()
      await store[Symbol.asyncDispose]()
    },
  },
  {
    title: 'a closed store refuses everything',
    needs: [],
    async run(stage, expect) {
      const store = await stage.open()
      const closing = store.close()
      const attempts = [
        () => store.get('a'),
        () => store.put('a', value(1)),
        () => store.delete('a'),
        () => store.batch([]),
        () => keysOf(store),
      ]
      for (const attempt of attempts) expect(await rejectionCode(attempt)).toBe('STORE_CLOSED')
      await closing
      for (const attempt of attempts) expect(await rejectionCode(attempt)).toBe('STORE_CLOSED')
    },
  },
  {
    title: 'what was asked for before the close is done',
    needs: ['persists'],
    async run(stage, expect) {
      const store = await stage.open()
      const writes = Array.from({ length: 30 }, (_, index) => store.put(`k${index}`, value(index)))
      const reading = store.get('k0')
      const closing = store.close()
      await Promise.all([...writes, reading, closing])
      expect((await keysOf(await stage.open())).length).toBe(30)
    },
  },
  {
    title: 'a range that is being read when the store closes ends with STORE_CLOSED',
    needs: [],
    async run(stage, expect) {
      const store = await stage.open()
      await putAll(store, ['a', 'b', 'c'])
      const seen: string[] = []
      const reading = async () => {
        for await (const { key } of store.range('')) {
          seen.push(key)
          await store.close()
        }
      }
      expect(await rejectionCode(reading)).toBe('STORE_CLOSED')
      expect(seen).toEqual(['a'])
    },
  },
  {
    title: 'what was written is there when the store is opened again',
    needs: ['persists'],
    async run(stage, expect) {
      const store = await stage.open()
      await putAll(store, ['a', 'b', 'c'])
      await store.scope('plugin').put('a', value(7))
      await store.delete('b')
      const before = await contents(store)
      await store.close()
      const again = await stage.open()
      expect(await contents(again)).toEqual(before)
      expect(plain(await again.scope('plugin').get('a'))).toEqual([7])
    },
  },
  {
    title: 'a place that is open already is not opened again, until it was closed',
    needs: ['locks'],
    async run(stage, expect) {
      const store = await stage.open()
      await store.put('a', value(1))
      expect(await rejectionCode(() => stage.open())).toBe('STORE_LOCKED')
      expect(plain(await store.get('a'))).toEqual([1])
      await store.close()
      await stage.open()
    },
  },
]
