import { acceptanceCases } from './protocol/acceptance-cases.js'
import type { Case } from './protocol/case.js'
import { presenceCases } from './protocol/presence-cases.js'
import { refusalCases } from './protocol/refusal-cases.js'
import { registrationCases } from './protocol/registration-cases.js'
import { type ProtocolSamples, resolveSamples, unmetNeed } from './protocol/samples.js'
import { type CreateHandler, createStage } from './protocol/stage.js'
import type { Runner } from './runner.js'

export type { ProtocolSamples, Question } from './protocol/samples.js'
export type { CreateHandler } from './protocol/stage.js'
export type { Expectation, Runner } from './runner.js'

const groups: readonly (readonly [title: string, cases: readonly Case[]])[] = [
  ['registration', registrationCases],
  ['what is meant well', acceptanceCases],
  ['what is not', refusalCases],
  ['peers', presenceCases],
]

/**
 * Defines the suite that every protocol passes, between real coordinators over a network in memory. `createHandler` is
 * called once for each node, so that no node and no test sees another's leavings. Cases that the samples leave nothing to
 * do for say in their titles that they were skipped.
 *
 * @example
 * protocolConformance({ describe, test, expect }, () => weather.handler({ forecast: () => ({ celsius: [21] }) }), {
 *   definition: weather,
 *   valid: { forecast: [{ city: 'Oslo' }] },
 * })
 */
export function protocolConformance(
  { describe, test, expect }: Runner,
  createHandler: CreateHandler,
  given: ProtocolSamples,
): void {
  const samples = resolveSamples(given)
  describe('protocol conformance', () => {
    for (const [title, cases] of groups) {
      describe(title, () => {
        for (const { title, needs, run } of cases) {
          const unmet = unmetNeed(samples, needs)
          if (unmet !== undefined) {
            test(`${title} (skipped: ${unmet})`, async () => {})
            continue
          }
          test(title, async () => {
            const stage = await createStage(createHandler, samples)
            try {
              await run(stage, expect)
            } finally {
              await stage.close()
            }
            expect(stage.takeErrors()).toEqual([])
          })
        }
      })
    }
  })
}
