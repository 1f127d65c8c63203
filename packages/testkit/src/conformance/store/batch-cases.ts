import type { StoreExpectation, StoreOperation } from '@rondo/core'
import { outcomeOf, rejectionCode } from '../transport/outcome.js'
import type { Case } from './case.js'
import { misuse } from './entry-cases.js'
import { contents, keysOf, plain, putAll, untyped, value } from './stage.js'

const put = (key: string, byte = 1): StoreOperation => ({ type: 'put', key, value: value(byte) })

export const batchCases: readonly Case[] = [
  {
    title: 'the operations of a batch are done in order, and the later one on a key stays',
    needs: [],
    async run(stage, expect) {
      const store = await stage.open()
      await store.put('gone', value(1))
      await store.batch([
        put('a', 1),
        { type: 'delete', key: 'gone' },
        put('b', 1),
        put('a', 2),
        { type: 'delete', key: 'b' },
        { type: 'delete', key: 'c' },
        put('c', 3),
      ])
      expect(await contents(store)).toEqual([
        ['a', [2]],
        ['c', [3]],
      ])
    },
  },
  {
    title: 'an empty batch is done at once',
    needs: [],
    async run(stage, expect) {
      const store = await stage.open()
      await store.batch([])
      await store.batch([], { expect: [{ key: 'a', value: undefined }] })
      expect(await keysOf(store)).toEqual([])
    },
  },
  {
    title: 'a batch whose expectations hold is written',
    needs: [],
    async run(stage, expect) {
      const store = await stage.open()
      await store.put('a', new Uint8Array([1, 2]))
      await store.put('empty', new Uint8Array())
      const expected: readonly StoreExpectation[] = [
        { key: 'a', value: new Uint8Array([1, 2]) },
        { key: 'empty', value: new Uint8Array() },
        { key: 'b', value: undefined },
      ]
      await store.batch([put('b', 1), put('a', 9)], { expect: expected })
      expect(plain(await store.get('a'))).toEqual([9])
      expect(plain(await store.get('b'))).toEqual([1])
    },
  },
  {
    title: 'a batch that finds anything else writes nothing, and says which keys it found otherwise',
    needs: [],
    async run(stage, expect) {
      const store = await stage.open()
      await store.put('a', new Uint8Array([1, 2]))
      await store.put('empty', new Uint8Array())
      const before = await contents(store)
      const wrong: readonly StoreExpectation[] = [
        { key: 'a', value: undefined },
        { key: 'a', value: new Uint8Array([1, 3]) },
        { key: 'a', value: new Uint8Array([1]) },
        { key: 'a', value: new Uint8Array([1, 2, 0]) },
        { key: 'a', value: new Uint8Array() },
        { key: 'empty', value: undefined },
        { key: 'b', value: new Uint8Array() },
      ]
      for (const expectation of wrong) {
        const holds = { key: 'a', value: new Uint8Array([1, 2]) }
        const outcome = await outcomeOf(() => store.batch([put('b', 1), put('a', 9)], { expect: [holds, expectation] }))
        if (outcome.status === 'fulfilled') throw new Error(`taken, though ${expectation.key} is another`)
        expect(codeAndKeys(outcome.reason)).toEqual(['STORE_CONFLICT', [expectation.key]])
        expect(await contents(store)).toEqual(before)
      }
    },
  },
  {
    title: 'what a batch expects is what was there before it',
    needs: [],
    async run(stage, expect) {
      const store = await stage.open()
      await store.batch([put('a', 1)], { expect: [{ key: 'a', value: undefined }] })
      const again = () => store.batch([put('a', 2)], { expect: [{ key: 'a', value: value(2) }] })
      expect(await rejectionCode(again)).toBe('STORE_CONFLICT')
      expect(plain(await store.get('a'))).toEqual([1])
    },
  },
  {
    title: 'of many that would spend the same thing at once, one does',
    needs: [],
    async run(stage, expect) {
      const store = await stage.open()
      const spend = (byte: number) =>
        rejectionCode(() => store.batch([put('spent', byte)], { expect: [{ key: 'spent', value: undefined }] }))
      const outcomes = await Promise.all(Array.from({ length: 50 }, (_, byte) => spend(byte)))
      expect(outcomes.filter((outcome) => outcome === 'fulfilled').length).toBe(1)
      expect(outcomes.filter((outcome) => outcome === 'STORE_CONFLICT').length).toBe(49)
      expect(plain(await store.get('spent'))).toEqual([outcomes.indexOf('fulfilled')])
    },
  },
  {
    title: 'counting by expectation loses no count, whoever else writes',
    needs: [],
    async run(stage, expect) {
      const store = await stage.open()
      await store.put('count', value(0))
      async function increment(): Promise<void> {
        for (;;) {
          const found = await store.get('count')
          const next = put('count', (found?.[0] ?? 0) + 1)
          const code = await rejectionCode(() => store.batch([next], { expect: [{ key: 'count', value: found }] }))
          if (code === 'fulfilled') return
          if (code !== 'STORE_CONFLICT') throw new Error(code)
        }
      }
      const noise = Array.from({ length: 40 }, (_, index) => store.put(`noise/${index}`, value(index)))
      await Promise.all([...Array.from({ length: 20 }, increment), ...noise])
      expect(plain(await store.get('count'))).toEqual([20])
    },
  },
  {
    title: 'a batch of ten thousand is written whole',
    needs: [],
    async run(stage, expect) {
      const store = await stage.open()
      const keys = Array.from({ length: 10_000 }, (_, index) => String(index).padStart(5, '0'))
      await putAll(store, keys)
      expect((await keysOf(store)).length).toBe(10_000)
      await store.batch(keys.map((key) => ({ type: 'delete', key })))
      expect(await keysOf(store)).toEqual([])
    },
  },
  {
    title: 'the caller may change its lists and bytes as soon as batch returned its promise',
    needs: [],
    async run(stage, expect) {
      const store = await stage.open()
      const bytes = value(1)
      const operations: StoreOperation[] = [{ type: 'put', key: 'a', value: bytes }]
      const expected: StoreExpectation[] = [{ key: 'a', value: undefined }]
      const writing = store.batch(operations, { expect: expected })
      bytes[0] = 9
      operations.push(put('b'))
      expected.push({ key: 'a', value: bytes })
      await writing
      expect(await contents(store)).toEqual([['a', [1]]])
    },
  },
  {
    title: 'a batch with anything wrong in it is refused before anything is written',
    needs: [],
    async run(stage, expect) {
      const store = await stage.open()
      const wrong = [{ type: 'put', key: 'b' }, { type: 'del', key: 'b' }, { type: 'delete' }, null, 'put']
      for (const operation of untyped<StoreOperation[]>(wrong))
        expect(await misuse(() => store.batch([put('a'), operation]))).toBe('TypeError')
      for (const expectation of untyped<StoreExpectation[]>([{ key: 'a' }, { value: undefined }, null]))
        expect(await misuse(() => store.batch([put('a')], { expect: [expectation] }))).toBe('TypeError')
      expect(await keysOf(store)).toEqual([])
    },
  },
]

function codeAndKeys(reason: unknown): unknown {
  const { code, details } = untyped<{ readonly code?: unknown; readonly details?: { readonly keys?: unknown } }>(reason)
  return [code, details?.keys]
}
