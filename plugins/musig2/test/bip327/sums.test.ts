import { expect, test } from 'vitest'
import { Fn, Point } from '../../src/bip327/curve.js'
import { type Equation, holdTogether, sumOf } from '../../src/bip327/sums.js'

const point = Point.BASE.multiply(7n)
const other = Point.BASE.multiply(11n)

test('a sum is that of its terms, also where a point occurs again or is none', () => {
  expect(sumOf([]).is0()).toBe(true)
  const terms = [
    [point, 2n],
    [other, 3n],
    [point, Fn.ORDER - 1n],
    [Point.ZERO, 5n],
    [other, 0n],
  ] as const
  expect(sumOf(terms).equals(point.add(other.multiply(3n)))).toBe(true)
})

test('equations hold together where each does', () => {
  const right: Equation = {
    bytes: Uint8Array.of(1),
    terms: (by) => [
      [point, by],
      [Point.BASE, Fn.mul(by, Fn.neg(7n))],
    ],
  }
  const wrong: Equation = { bytes: Uint8Array.of(2), terms: (by) => [[point, by]] }
  expect(holdTogether([])).toBe(true)
  expect(holdTogether([right, right])).toBe(true)
  for (const equations of [[wrong], [wrong, right], [right, wrong], [right, right, wrong]])
    expect(holdTogether(equations)).toBe(false)
})

test('two wrong ones that would cancel out do not', () => {
  const up: Equation = { bytes: Uint8Array.of(1), terms: (by) => [[point, by]] }
  const down: Equation = { bytes: Uint8Array.of(2), terms: (by) => [[point, Fn.neg(by)]] }
  expect(holdTogether([up, down])).toBe(false)
  expect(holdTogether([up, up, down, down])).toBe(false)
})

/** What the equations are multiplied with. */
function weightsOf(...inputs: readonly Uint8Array[]): readonly bigint[] {
  const weights: bigint[] = []
  const noted = (bytes: Uint8Array): Equation => ({ bytes, terms: (by) => [[point, BigInt(weights.push(by) * 0)]] })
  holdTogether(inputs.map(noted))
  return weights
}

test('every weight but the first follows from all that is checked, and none is like another', () => {
  const inputs = [Uint8Array.of(1, 2), Uint8Array.of(3, 4), Uint8Array.of(3, 4), Uint8Array.of(5, 6)]
  const [first, ...weights] = weightsOf(...inputs)
  expect(first).toBe(1n)
  expect(weightsOf(...inputs)).toEqual([first, ...weights])
  expect(new Set(weights).size).toBe(3)
  for (const weight of weights) expect(weight > 1n && weight <= 2n ** 128n).toBe(true)
  for (const [at, input] of inputs.entries())
    for (const byte of input.keys()) {
      const changed = inputs.map((each, place) =>
        each.map((value, index) => (place === at && index === byte ? 9 : value)),
      )
      const [, ...others] = weightsOf(...changed)
      expect(others.filter((weight) => weights.includes(weight))).toEqual([])
    }
})
