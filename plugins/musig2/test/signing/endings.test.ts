import { describe, expect, test } from 'vitest'
import { Endings } from '../../src/signing/endings.js'

describe('endings', () => {
  test('go to those who ask in the order in which they ask, whoever comes first', async () => {
    const endings = new Endings<number>()
    const [first, second] = [endings.next(), endings.next()]
    for (const value of [1, 2, 3, 4]) endings.add(value)
    expect(await Promise.all([first, second, endings.next(), endings.next()])).toEqual([1, 2, 3, 4])
  })

  test('of those that nobody asks for the oldest are forgotten', async () => {
    const endings = new Endings<number>()
    for (let value = 0; value < 300; value++) endings.add(value)
    const kept = await Promise.all(Array.from({ length: 256 }, () => endings.next()))
    expect(kept).toEqual(Array.from({ length: 256 }, (_, at) => 44 + at))
  })

  test('a value that is false counts as any other', async () => {
    const endings = new Endings<number>()
    endings.add(0)
    expect(await endings.next()).toBe(0)
  })
})
