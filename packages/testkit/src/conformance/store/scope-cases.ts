import { rejectionCode } from '../transport/outcome.js'
import type { Case } from './case.js'
import { contents, keysOf, plain, untyped, value } from './stage.js'

export const scopeCases: readonly Case[] = [
  {
    title: 'neither a scope nor the store that it lies in sees the keys of the other',
    needs: [],
    async run(stage, expect) {
      const store = await stage.open()
      const scope = store.scope('plugin')
      await store.put('a', value(1))
      await scope.put('a', value(2))
      await scope.put('b', value(3))
      expect(await contents(store)).toEqual([['a', [1]]])
      expect(await contents(scope)).toEqual([
        ['a', [2]],
        ['b', [3]],
      ])
      await store.delete('b')
      expect(plain(await scope.get('b'))).toEqual([3])
    },
  },
  {
    title: 'the same name gives the same scope',
    needs: [],
    async run(stage, expect) {
      const store = await stage.open()
      await store.scope('plugin').scope('nonces').put('a', value(1))
      expect(plain(await store.scope('plugin').scope('nonces').get('a'))).toEqual([1])
      expect(store.scope('plugin').durability).toBe(store.durability)
    },
  },
  {
    title: 'names and keys that look alike when put together are kept apart',
    needs: [],
    async run(stage, expect) {
      const store = await stage.open()
      const places = [
        store,
        store.scope('a'),
        store.scope('a').scope('b'),
        store.scope('a/b'),
        store.scope('ab'),
        store.scope('a b'),
        store.scope('é'),
      ]
      const keys = ['c', 'b/c', 'b\u0000c', 'b\u0000\u0001c', 'a\u0000\u0001c', '\u0001c', '/c', '\u0000c']
      for (const [index, place] of places.entries())
        for (const key of keys) await place.put(key, new TextEncoder().encode(`${index} ${key}`))
      for (const [index, place] of places.entries()) {
        expect(await keysOf(place)).toEqual([...keys].sort())
        for (const key of keys) expect(new TextDecoder().decode(await place.get(key))).toBe(`${index} ${key}`)
      }
    },
  },
  {
    title: 'a scope has the whole contract: batches, expectations and ranges keep to it',
    needs: [],
    async run(stage, expect) {
      const store = await stage.open()
      const scope = store.scope('plugin')
      await store.put('x/1', value(1))
      const spend = () =>
        scope.batch([{ type: 'put', key: 'x/1', value: value(7) }], { expect: [{ key: 'x/1', value: undefined }] })
      await spend()
      expect(await rejectionCode(spend)).toBe('STORE_CONFLICT')
      await scope.put('x/2', value(8))
      expect(await keysOf(scope, 'x/', { reverse: true, limit: 1 })).toEqual(['x/2'])
      expect(await keysOf(scope, '', { after: 'x/1' })).toEqual(['x/2'])
      expect(plain(await store.get('x/1'))).toEqual([1])
    },
  },
  {
    title: 'a scope ends with its store',
    needs: [],
    async run(stage, expect) {
      const store = await stage.open()
      const scope = store.scope('plugin')
      await store.close()
      expect(await rejectionCode(() => scope.get('a'))).toBe('STORE_CLOSED')
      expect(await rejectionCode(() => scope.put('a', value(1)))).toBe('STORE_CLOSED')
    },
  },
  {
    title: 'names that are empty or hold control characters are refused',
    needs: [],
    async run(stage, expect) {
      const store = await stage.open()
      for (const name of untyped<string[]>(['', 'a\u0000b', 'a\u0001', 'a\nb', '\ud800', 7, undefined])) {
        let thrown = 'nothing'
        try {
          store.scope(name)
        } catch (error) {
          thrown = error instanceof Error ? error.name : String(error)
        }
        expect(thrown).toBe('TypeError')
      }
    },
  },
]
