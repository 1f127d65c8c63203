import { expect, test } from 'vitest'
import { RunStart } from '../../src/replay/run-start.js'
import { dayMs, SkewedEnv, yearMs } from './replay-setting.js'

const minutesMs = 600_000

/** What is reckoned after the clock was wrong by each of these in turn, as seen from the true start. */
function reckoned(wrong: readonly number[]): number[] {
  const env = new SkewedEnv()
  const beganMs = env.trueMs
  env.setWrong(wrong[0] ?? 0)
  const start = new RunStart(env, 7 * dayMs)
  return wrong.map((wrongMs) => {
    env.setWrong(wrongMs)
    env.pass(1_000)
    return start.reckon() - beganMs
  })
}

test('a clock that is put forward takes the start along, one that is set back does not', () => {
  expect(reckoned([0, 0, minutesMs, 0])).toEqual([0, 0, minutesMs, minutesMs])
  expect(reckoned([0, -minutesMs, 0])).toEqual([0, 0, 0])
  expect(reckoned([-yearMs, 0, 0])).toEqual([-yearMs, 0, 0])
})

test('a clock that was a year ahead is not believed once it was put right', () => {
  expect(reckoned([yearMs, 0, 0])).toEqual([yearMs, 0, 0])
  expect(reckoned([0, yearMs, 0])).toEqual([0, yearMs, 0])
})
