import type { Runner } from './runner.js'
import { createArena } from './transport/arena.js'
import { backpressureCases } from './transport/backpressure-cases.js'
import type { Case } from './transport/case.js'
import { dialCases } from './transport/dial-cases.js'
import { endingCases } from './transport/ending-cases.js'
import { resolveTraits, type TransportFixture, type TransportTraits, unmetNeed } from './transport/fixture.js'
import { frameCases } from './transport/frame-cases.js'
import { lifecycleCases } from './transport/lifecycle-cases.js'
import { listenCases } from './transport/listen-cases.js'
import { topologyCases } from './transport/topology-cases.js'

export type { Expectation, Runner } from './runner.js'
export type { TransportFixture, TransportTraits } from './transport/fixture.js'

const groups: readonly (readonly [title: string, cases: readonly Case[]])[] = [
  ['dialling', dialCases],
  ['listening', listenCases],
  ['the life of a link', lifecycleCases],
  ['frames', frameCases],
  ['backpressure', backpressureCases],
  ['endings', endingCases],
  ['many links', topologyCases],
]

/**
 * Defines the suite that every transport passes. It works on links alone, as a transport knows no peers, and waits
 * for events, never for time to pass. `createFixture` is called once a test, so that no test sees another's leavings.
 * What a transport cannot do it declares in `traits`; the cases that need it say in their titles that they were skipped.
 *
 * @example
 * transportConformance({ describe, test, expect }, async () => ({ transport: pigeon(), address: 'pigeon:loft' }))
 */
export function transportConformance(
  { describe, test, expect }: Runner,
  createFixture: () => Promise<TransportFixture> | TransportFixture,
  traits: TransportTraits = {},
): void {
  const declared = resolveTraits(traits)
  describe('transport conformance', () => {
    for (const [title, cases] of groups) {
      describe(title, () => {
        for (const { title, needs, run } of cases) {
          const unmet = unmetNeed(declared, needs)
          if (unmet !== undefined) {
            test(`${title} (skipped: ${unmet})`, async () => {})
            continue
          }
          test(title, async () => {
            const arena = createArena(await createFixture(), declared)
            try {
              await run(arena, expect)
            } finally {
              await arena.close()
            }
            expect(arena.breaches()).toEqual([])
          })
        }
      })
    }
  })
}
