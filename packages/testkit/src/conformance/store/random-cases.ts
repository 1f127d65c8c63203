import type { StoreExpectation, StoreOperation } from '@rondo/core'
import { createSeededRandom } from '../../memory/seeded-random.js'
import { rejectionCode } from '../transport/outcome.js'
import type { Case } from './case.js'
import { contents, keysOf } from './stage.js'

const keyCount = 12
const batches = 400

export const randomCases: readonly Case[] = [1, 2, 3].map((seed) => ({
  title: `hundreds of random batches leave what a plain map says, seed ${seed}`,
  needs: [],
  async run(stage, expect) {
    const store = await stage.open()
    const random = createSeededRandom(seed)
    const model = new Map<string, readonly number[]>()
    const pick = (count: number) => Math.floor(random() * count)
    const pickKey = () => `k/${String.fromCharCode(0x61 + pick(keyCount))}`

    function pickOperation(): StoreOperation {
      const key = pickKey()
      if (random() < 0.4) return { type: 'delete', key }
      return { type: 'put', key, value: Uint8Array.from({ length: pick(4) }, () => pick(3)) }
    }

    /** Mostly what is there, so that many batches go through. */
    function pickExpectation(): StoreExpectation {
      const key = pickKey()
      const value = random() < 0.8 ? model.get(key) : [undefined, [], [pick(3)]][pick(3)]
      return { key, value: value === undefined ? undefined : Uint8Array.from(value) }
    }

    for (let batch = 0; batch < batches; batch += 1) {
      const operations = Array.from({ length: pick(6) }, pickOperation)
      const expected = Array.from({ length: pick(3) }, pickExpectation)
      const holds = expected.every(({ key, value }) => value?.join() === model.get(key)?.join())
      const code = await rejectionCode(() => store.batch(operations, { expect: expected }))
      expect(code).toBe(holds ? 'fulfilled' : 'STORE_CONFLICT')
      if (holds) apply(model, operations)
    }
    const sorted = [...model].sort(([a], [b]) => (a < b ? -1 : 1))
    expect(await contents(store)).toEqual(sorted)
    const after = pickKey()
    const behind = sorted.map(([key]) => key).filter((key) => key > after)
    expect(await keysOf(store, 'k/', { after, limit: 5 })).toEqual(behind.slice(0, 5))
  },
}))

function apply(model: Map<string, readonly number[]>, operations: readonly StoreOperation[]): void {
  for (const operation of operations) {
    if (operation.type === 'put') model.set(operation.key, [...operation.value])
    else model.delete(operation.key)
  }
}
