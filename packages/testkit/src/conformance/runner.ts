/** What a suite needs of a test runner: vitest, jest, and node:test with the `expect` package all fit. */
export interface Runner {
  describe(title: string, define: () => void): unknown
  test(title: string, run: () => Promise<void>): unknown
  expect(actual: unknown): Expectation
}

export interface Expectation {
  /** The same by `Object.is`. */
  toBe(expected: unknown): unknown
  /** The same in structure. */
  toEqual(expected: unknown): unknown
  toBeLessThanOrEqual(bound: number): unknown
}
