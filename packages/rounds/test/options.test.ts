import { expect, test } from 'vitest'
import { defaultRoundsLimits, resolveRoundsLimits, startDefaults } from '../src/options.js'

test('limits are complete, frozen, and finite', () => {
  const limits = resolveRoundsLimits({ roundsMax: 7, askIntervalMs: undefined })
  expect(limits).toEqual({ ...defaultRoundsLimits, roundsMax: 7 })
  expect(Object.isFrozen(limits)).toBe(true)
  for (const value of Object.values({ ...limits, ...startDefaults })) expect(Number.isFinite(value)).toBe(true)
})

test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('no limit is %d', (roundsMax) => {
  expect(() => resolveRoundsLimits({ roundsMax })).toThrow(TypeError)
})

test('a limit that is not there is no limit', () => {
  const misspelt: object = { roundsMaximum: 3 }
  expect(() => resolveRoundsLimits(misspelt)).toThrow('limits.roundsMaximum is not a limit of rounds')
})
