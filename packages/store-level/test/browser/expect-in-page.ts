import type { Expectation } from '@rondo/testkit/conformance/store'

/** As much of `expect` as the suites need, for pages, which vitest is not in. */
export function expectInPage(actual: unknown): Expectation {
  function verify(holds: boolean, relation: string, expected: unknown): void {
    if (!holds) throw new Error(`expected ${JSON.stringify(actual)} ${relation} ${JSON.stringify(expected)}`)
  }
  return {
    toBe: (expected) => verify(Object.is(actual, expected), 'to be', expected),
    // The suites compare lists of texts and numbers, and reasons: what JSON writes, and in one order.
    toEqual: (expected) => verify(JSON.stringify(actual) === JSON.stringify(expected), 'to equal', expected),
    toBeLessThanOrEqual: (bound) => verify(typeof actual === 'number' && actual <= bound, 'to be at most', bound),
  }
}
