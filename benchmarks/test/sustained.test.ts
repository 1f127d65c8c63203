import { describe, expect, test } from 'vitest'
import { type Arrived, climb, coldClimb, isHeld, rateOfRung, warmClimb } from '../src/sustained.ts'

/** Keeps up to a rate; above it, what arrives is late and incomplete. */
function receiver(holdsPerSecond: number) {
  const asked: number[] = []
  return {
    asked,
    async sendAt(perSecond: number): Promise<Arrived> {
      asked.push(perSecond)
      const isKept = perSecond <= holdsPerSecond
      return { perSecond: isKept ? perSecond : holdsPerSecond, p99Ms: isKept ? 5 : 400 }
    },
  }
}

const expected = (holdsPerSecond: number): number => {
  let rung = 0
  while (rateOfRung(rung + 1) <= holdsPerSecond) rung += 1
  return rung
}

describe('a climb', () => {
  test.each([250, 262, 4_100, 61_000, 340_000, 1_500_000])('finds the last rung below %i', async (holds) => {
    const { sendAt, asked } = receiver(holds)
    expect((await climb(coldClimb, sendAt)).rung).toBe(expected(holds))
    expect(asked.length).toBeLessThan(25)
  })

  test('finds the same from wherever it begins, in few tries from close by', async () => {
    const rung = expected(50_000)
    for (const from of [0, 1, rung - 30, rung - 3, rung - 1, rung, rung + 1, rung + 4, rung + 60]) {
      const { sendAt, asked } = receiver(50_000)
      expect((await climb(warmClimb(from), sendAt)).rung).toBe(rung)
      if (Math.abs(from - rung) <= 1) expect(asked.length).toBeLessThanOrEqual(6)
    }
  })

  test('has an end where nothing is ever too much', async () => {
    const { rung } = await climb(coldClimb, async (perSecond) => ({ perSecond, p99Ms: 1 }))
    expect(rung).toBe(200)
  })

  test('does not end for one bad moment, whenever that is', async () => {
    const { sendAt } = receiver(4_100)
    for (const bad of [1, 2, 3, 4]) {
      let calls = 0
      const once = async (perSecond: number): Promise<Arrived> => {
        calls += 1
        return calls === bad ? { perSecond, p99Ms: 80 } : sendAt(perSecond)
      }
      expect((await climb(coldClimb, once)).rung).toBe(expected(4_100))
    }
  })

  test('fails where nothing is sustained', async () => {
    await expect(climb(coldClimb, receiver(200).sendAt)).rejects.toThrow('not even 250')
    await expect(climb(warmClimb(9), receiver(200).sendAt)).rejects.toThrow('not even 250')
  })
})

test('a rate is held only in time and in full', () => {
  expect(isHeld(1_000, { perSecond: 1_000, p99Ms: 49 })).toBe(true)
  expect(isHeld(1_000, { perSecond: 980, p99Ms: 49 })).toBe(true)
  expect(isHeld(1_000, { perSecond: 979, p99Ms: 1 })).toBe(false)
  expect(isHeld(1_000, { perSecond: 1_000, p99Ms: 50 })).toBe(false)
  expect(isHeld(1_000, { perSecond: 1_000, p99Ms: Number.NaN })).toBe(false)
})
