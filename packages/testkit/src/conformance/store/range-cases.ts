import type { Case } from './case.js'
import { awkwardKeys } from './entry-cases.js'
import { contents, keysOf, putAll, value } from './stage.js'

const many = 1_000
const numbered = Array.from({ length: many }, (_, index) => `n/${String(index).padStart(4, '0')}`)

export const rangeCases: readonly Case[] = [
  {
    title: 'keys come in the order of their UTF-8 bytes, and backwards when asked',
    needs: [],
    async run(stage, expect) {
      const store = await stage.open()
      await putAll(store, [...awkwardKeys].reverse())
      expect(await keysOf(store)).toEqual([...awkwardKeys])
      expect(await keysOf(store, '', { reverse: true })).toEqual([...awkwardKeys].reverse())
    },
  },
  {
    title: 'a prefix gives the keys that begin with it, the key itself among them',
    needs: [],
    async run(stage, expect) {
      const store = await stage.open()
      await putAll(store, awkwardKeys)
      for (const prefix of ['a', 'a/', 'a\u0000', '\ufeff', '\u{10ffff}', 'é', 'nothing', '__proto__'])
        expect(await keysOf(store, prefix)).toEqual(awkwardKeys.filter((key) => key.startsWith(prefix)))
    },
  },
  {
    title: 'entries carry their values',
    needs: [],
    async run(stage, expect) {
      const store = await stage.open()
      await store.put('a', value(1))
      await store.put('b', new Uint8Array())
      expect(await contents(store)).toEqual([
        ['a', [1]],
        ['b', []],
      ])
    },
  },
  {
    title: 'a limit ends it early, and nothing is a limit too',
    needs: [],
    async run(stage, expect) {
      const store = await stage.open()
      await putAll(store, numbered)
      for (const limit of [0, 1, 255, 256, 257, many, many + 1]) {
        expect(await keysOf(store, '', { limit })).toEqual(numbered.slice(0, limit))
        const last = [...numbered].reverse().slice(0, limit)
        expect(await keysOf(store, '', { limit, reverse: true })).toEqual(last)
      }
    },
  },
  {
    title: 'after begins behind a key, whether that is there or not',
    needs: [],
    async run(stage, expect) {
      const store = await stage.open()
      await putAll(store, ['a', 'b/1', 'b/2', 'b/3', 'c'])
      expect(await keysOf(store, 'b/', { after: 'b/1' })).toEqual(['b/2', 'b/3'])
      expect(await keysOf(store, 'b/', { after: 'b/15' })).toEqual(['b/2', 'b/3'])
      expect(await keysOf(store, 'b/', { after: 'a' })).toEqual(['b/1', 'b/2', 'b/3'])
      expect(await keysOf(store, 'b/', { after: 'c' })).toEqual([])
      expect(await keysOf(store, 'b/', { after: 'b/3', reverse: true })).toEqual(['b/2', 'b/1'])
      expect(await keysOf(store, 'b/', { after: 'b/25', reverse: true })).toEqual(['b/2', 'b/1'])
      expect(await keysOf(store, 'b/', { after: 'c', reverse: true })).toEqual(['b/3', 'b/2', 'b/1'])
      expect(await keysOf(store, 'b/', { after: 'a', reverse: true })).toEqual([])
      expect(await keysOf(store, '', { after: 'b/1', limit: 2 })).toEqual(['b/2', 'b/3'])
    },
  },
  {
    title: 'large values are read through to the last',
    needs: [],
    async run(stage, expect) {
      const store = await stage.open()
      const keys = numbered.slice(0, 12)
      for (const key of keys) await store.put(key, new Uint8Array(400_000))
      expect(await keysOf(store)).toEqual(keys)
      expect(await keysOf(store, '', { reverse: true })).toEqual([...keys].reverse())
    },
  },
  {
    title: 'a range that was left early leaves nothing behind, and can be read again from its start',
    needs: [],
    async run(stage, expect) {
      const store = await stage.open()
      await putAll(store, ['a', 'b', 'c'])
      const range = store.range('')
      for await (const { key } of range) if (key === 'b') break
      const again: string[] = []
      for await (const { key } of range) again.push(key)
      expect(again).toEqual(['a', 'b', 'c'])
      await store.close()
    },
  },
  {
    title: 'what is written while it is read breaks nothing: no key twice, none of the others missing',
    needs: [],
    async run(stage, expect) {
      const store = await stage.open()
      await putAll(store, numbered)
      const seen: string[] = []
      for await (const { key } of store.range('')) {
        seen.push(key)
        if (!key.startsWith('n/')) continue
        await store.delete(key)
        await store.put(`m${key}`, value(1))
        await store.put(`z${key}`, value(1))
      }
      expect(new Set(seen).size).toBe(seen.length)
      expect(numbered.filter((key) => !seen.includes(key))).toEqual([])
    },
  },
  {
    title: 'bounds that are no bounds are refused at once',
    needs: [],
    async run(stage, expect) {
      const store = await stage.open()
      const wrong = [{ limit: -1 }, { limit: 1.5 }, { limit: Number.NaN }, { after: '' }, { after: '\ud800' }] as const
      for (const options of wrong) expect(thrownBy(() => store.range('', options))).toBe('TypeError')
      expect(thrownBy(() => store.range('\udfff'))).toBe('TypeError')
    },
  },
]

function thrownBy(call: () => unknown): string {
  try {
    call()
    return 'nothing'
  } catch (error) {
    return error instanceof Error ? error.name : String(error)
  }
}
