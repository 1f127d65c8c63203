import { rejectionCode } from '../transport/outcome.js'
import type { Case } from './case.js'
import { keysOf, plain, untyped, value } from './stage.js'

/** In the order of their UTF-8 bytes, which is neither that of UTF-16 nor that of any language. */
export const awkwardKeys = [
  '\u0000',
  '\u0000\u0000',
  '\u0001',
  ' ',
  '!',
  '/',
  '0',
  '10',
  '9',
  'A',
  'Z',
  '__proto__',
  'a',
  'a\u0000',
  'a\u0000b',
  'a/',
  'a/b',
  'aa',
  'constructor',
  '~',
  '\u007f',
  '\u0080',
  'é',
  '\u07ff',
  '\u0800',
  '\ud7ff',
  '\ue000',
  '\ufeff',
  '\uffff',
  '\u{10000}',
  '\u{1f511}',
  '\u{10ffff}',
] as const

export const entryCases: readonly Case[] = [
  {
    title: 'what was put is got, and what was put last stays',
    needs: [],
    async run(stage, expect) {
      const store = await stage.open()
      expect(plain(await store.get('a'))).toBe('absent')
      await store.put('a', value(1))
      expect(plain(await store.get('a'))).toEqual([1])
      await store.put('a', new Uint8Array([2, 3]))
      expect(plain(await store.get('a'))).toEqual([2, 3])
    },
  },
  {
    title: 'what was deleted is gone, and deleting what is not there is no failure',
    needs: [],
    async run(stage, expect) {
      const store = await stage.open()
      await store.put('a', value(1))
      await store.delete('a')
      await store.delete('a')
      expect(plain(await store.get('a'))).toBe('absent')
      expect(await keysOf(store)).toEqual([])
    },
  },
  {
    title: 'an empty value is a value',
    needs: [],
    async run(stage, expect) {
      const store = await stage.open()
      await store.put('a', new Uint8Array())
      expect(plain(await store.get('a'))).toEqual([])
      expect(await keysOf(store)).toEqual(['a'])
    },
  },
  {
    title: 'keys of every awkward kind are kept apart',
    needs: [],
    async run(stage, expect) {
      const store = await stage.open()
      for (const [index, key] of awkwardKeys.entries()) await store.put(key, value(index))
      for (const [index, key] of awkwardKeys.entries()) expect(plain(await store.get(key))).toEqual([index])
    },
  },
  {
    title: 'values of every awkward size come back whole',
    needs: [],
    async run(stage, expect) {
      const store = await stage.open()
      for (const size of [1, 127, 128, 4_095, 4_096, 32_768, 65_537, 1_000_003]) {
        const bytes = Uint8Array.from({ length: size }, (_, index) => (index * 31 + size) & 255)
        await store.put('a', bytes)
        const found = await store.get('a')
        expect(found?.length).toBe(size)
        expect(found?.every((byte, index) => byte === bytes[index])).toBe(true)
      }
    },
  },
  {
    title: 'a value is plain bytes, and a part of a larger buffer is that part alone',
    needs: [],
    async run(stage, expect) {
      const store = await stage.open()
      await store.put('a', new Uint8Array([1, 2, 3, 4]).subarray(1, 3))
      const found = await store.get('a')
      expect(found?.constructor === Uint8Array).toBe(true)
      expect(plain(found)).toEqual([2, 3])
    },
  },
  {
    title: 'the caller may reuse its bytes as soon as put returned its promise',
    needs: [],
    async run(stage, expect) {
      const store = await stage.open()
      const bytes = value(1)
      const writing = store.put('a', bytes)
      bytes[0] = 9
      await writing
      expect(plain(await store.get('a'))).toEqual([1])
    },
  },
  {
    title: 'the caller owns what it was given',
    needs: [],
    async run(stage, expect) {
      const store = await stage.open()
      await store.put('a', value(1))
      const got = await store.get('a')
      got?.fill(9)
      for await (const entry of store.range('')) entry.value.fill(8)
      expect(plain(await store.get('a'))).toEqual([1])
    },
  },
  {
    title: 'writes that were not awaited keep their order',
    needs: [],
    async run(stage, expect) {
      const store = await stage.open()
      const writes = Array.from({ length: 100 }, (_, index) => store.put('a', value(index)))
      await Promise.all([...writes, store.put('b', value(1)), store.delete('b'), store.put('b', value(2))])
      expect(plain(await store.get('a'))).toEqual([99])
      expect(plain(await store.get('b'))).toEqual([2])
    },
  },
  {
    title: 'keys that are empty, no text or no well-formed Unicode are refused',
    needs: [],
    async run(stage, expect) {
      const store = await stage.open()
      for (const key of untyped<string[]>(['', '\ud800', 'a\udc00', '\ud83d\ud83d', 7, undefined, null, ['a']])) {
        expect(await misuse(() => store.get(key))).toBe('TypeError')
        expect(await misuse(() => store.put(key, value(1)))).toBe('TypeError')
        expect(await misuse(() => store.delete(key))).toBe('TypeError')
      }
      expect(await keysOf(store)).toEqual([])
    },
  },
  {
    title: 'values that are no bytes are refused',
    needs: [],
    async run(stage, expect) {
      const store = await stage.open()
      for (const wrong of untyped<Uint8Array[]>(['text', [1], new ArrayBuffer(1), new Uint16Array(1), undefined, null]))
        expect(await misuse(() => store.put('a', wrong))).toBe('TypeError')
      expect(await keysOf(store)).toEqual([])
    },
  },
  {
    title: 'a key of 1,024 bytes at most is taken, and a longer one refused',
    needs: [],
    async run(stage, expect) {
      const store = await stage.open()
      const longest = '\u{1f511}'.repeat(255)
      await store.put(longest, value(1))
      expect(await keysOf(store)).toEqual([longest])
      expect(await rejectionCode(() => store.put(`${longest}long`, value(1)))).toBe('STORE_OVERSIZED')
      expect(await rejectionCode(() => store.get(`${longest}long`))).toBe('STORE_OVERSIZED')
    },
  },
]

/** The name of the error that a promise was rejected with. */
export async function misuse(start: () => Promise<unknown>): Promise<string> {
  return start().then(
    () => 'fulfilled',
    (error: unknown) => (error instanceof Error ? error.name : String(error)),
  )
}
