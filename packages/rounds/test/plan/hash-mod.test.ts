import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { encodeValue } from '../../src/plan/encode-value.js'
import { hashMod } from '../../src/plan/hash-mod.js'

/** The same seeds on every run. */
function seedsOf(run: number, index: number): readonly Uint8Array[] {
  const seed = (who: string) => new Uint8Array(createHash('sha256').update(`${who} ${run} ${index}`).digest())
  return [seed('alice'), seed('bob')]
}

describe('the number', () => {
  test('is within the modulus, up to the largest', () => {
    for (const modulus of [1, 2, 6, 7, 1_000, 2 ** 32, 2 ** 48]) {
      for (let index = 0; index < 50; index += 1) {
        const number = hashMod(seedsOf(modulus, index), modulus)
        expect(Number.isSafeInteger(number) && number >= 0 && number < modulus).toBe(true)
      }
    }
    expect(hashMod(['anything'], 1)).toBe(0)
  })

  test('reaches far into a large modulus', () => {
    const numbers = Array.from({ length: 64 }, (_, index) => hashMod(seedsOf(0, index), 2 ** 48))
    expect(Math.max(...numbers)).toBeGreaterThan(2 ** 47)
    expect(new Set(numbers).size).toBe(64)
  })

  // Critical values of chi-square at 0.001; the seeds are fixed, so this passes always or never.
  test.each([
    [2, 10.828],
    [6, 20.515],
    [10, 27.877],
    [100, 148.23],
  ])('is even over %i', (modulus, critical) => {
    const draws = 100 * modulus
    const counts = new Array<number>(modulus).fill(0)
    for (let index = 0; index < draws; index += 1) {
      const number = hashMod(seedsOf(1, index), modulus)
      counts[number] = (counts[number] ?? 0) + 1
    }
    const expected = draws / modulus
    const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
    expect(chiSquare).toBeLessThan(critical)
  })

  test('hangs on every value, on their order, and on where one ends', () => {
    const of = (...values: unknown[]) => hashMod(values, 2 ** 48)
    const numbers = [
      of(1, 2),
      of(2, 1),
      of(1, 3),
      of(1),
      of(1, 2, undefined),
      of([1, 2]),
      of(12),
      of('1', '2'),
      of('12'),
      of(),
      of(1, null),
      of(1, undefined),
    ]
    expect(new Set(numbers).size).toBe(numbers.length)
  })

  test('is the one that others compute as well', () => {
    const sha256 = (data: Uint8Array) => new Uint8Array(createHash('sha256').update(data).digest())
    const values = [new Uint8Array(32).fill(1), 'text']
    const digest = sha256(encodeValue(['rondo/1 hash mod', ...values.map((value) => sha256(encodeValue(value)))]))
    const number = BigInt(`0x${Buffer.from(digest).toString('hex')}`)
    expect(hashMod(values, 2 ** 40)).toBe(Number(number % 2n ** 40n))
  })
})

test('a hundred contributions, each as long as the codec takes them, are not too many', () => {
  const long = new Array(60_000).fill(0)
  expect(hashMod(new Array(4).fill(long), 6)).toBeLessThan(6)
})

test.each([0, -1, 1.5, Number.NaN, 2 ** 48 + 1, '6' as never])('a modulus of %j is misuse', (modulus) => {
  expect(() => hashMod([], modulus)).toThrow(TypeError)
})

test('what nobody could have sent is refused', () => {
  expect(() => hashMod([new Date(0)], 6)).toThrow(/CODEC_VALUE_UNSUPPORTED/)
})
