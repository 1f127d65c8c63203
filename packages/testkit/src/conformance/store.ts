import type { Runner } from './runner.js'
import { batchCases } from './store/batch-cases.js'
import type { Case } from './store/case.js'
import { durabilityCases } from './store/durability-cases.js'
import { entryCases } from './store/entry-cases.js'
import { resolveStoreTraits, type StoreFixture, type StoreTraits, unmetNeed } from './store/fixture.js'
import { lifecycleCases } from './store/lifecycle-cases.js'
import { randomCases } from './store/random-cases.js'
import { rangeCases } from './store/range-cases.js'
import { scopeCases } from './store/scope-cases.js'
import { createStage } from './store/stage.js'

export type { Expectation, Runner } from './runner.js'
export type { StoreFixture, StoreTraits } from './store/fixture.js'

const groups: readonly (readonly [title: string, cases: readonly Case[]])[] = [
  ['keys and values', entryCases],
  ['ranges', rangeCases],
  ['batches', batchCases],
  ['batches at random', randomCases],
  ['scopes', scopeCases],
  ['opening and closing', lifecycleCases],
  ['durability', durabilityCases],
]

/**
 * Defines the suite that every store passes. `createFixture` is called once a test and brings a fresh, empty place; what a
 * store cannot do it declares in `traits`, and the cases that need it say in their titles that they were skipped.
 *
 * @example
 * storeConformance({ describe, test, expect }, () => ({ open: () => createMemoryStore() }), {
 *   durability: 'volatile',
 *   persists: false,
 *   locks: false,
 * })
 */
export function storeConformance(
  { describe, test, expect }: Runner,
  createFixture: () => Promise<StoreFixture> | StoreFixture,
  traits: StoreTraits = {},
): void {
  const declared = resolveStoreTraits(traits)
  describe('store conformance', () => {
    for (const [title, cases] of groups) {
      describe(title, () => {
        for (const { title, needs, run } of cases) {
          const unmet = unmetNeed(declared, needs)
          if (unmet !== undefined) {
            test(`${title} (skipped: ${unmet})`, async () => {})
            continue
          }
          test(title, async () => {
            const stage = createStage(await createFixture())
            try {
              await run(stage, expect)
            } finally {
              await stage.close()
            }
          })
        }
      })
    }
  })
}
