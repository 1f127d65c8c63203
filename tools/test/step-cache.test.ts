import { describe, expect, test } from 'vitest'
import { recall, remember, stepEnv, stepKey } from '../step-cache.mjs'

const env = stepEnv({ PATH: '/nowhere', RONDO_TIER: 'quick', SECRET_TOKEN: 'x', TZ: 'UTC' })
const key = (name: string, paths: readonly string[], node = '24.0.0', variables = env) =>
  stepKey(name, { paths, node }, variables)

describe('the key of a step', () => {
  test('is the same when nothing changed', () => {
    expect(key('types', ['docs'])).toBe(key('types', ['docs']))
  })

  test('changes with the step, its files, its Node and the variables that matter', () => {
    const keys = [
      key('types', ['docs']),
      key('lint', ['docs']),
      key('types', ['CONTRIBUTING.md']),
      key('types', ['docs'], '24.0.1'),
      key('types', ['docs'], '24.0.0', { ...env, RONDO_TIER: 'full' }),
      key('types', ['docs'], '24.0.0', { ...env, TZ: 'Asia/Tokyo' }),
    ]
    expect(new Set(keys).size).toBe(keys.length)
  })

  test('knows every variable that a step can see and that says more than where things are', () => {
    expect(Object.keys(env).sort()).toEqual(['PATH', 'RONDO_TIER', 'TZ'])
  })
})

test('a failure is not remembered', () => {
  remember('a step that fails', 'key', { passed: 5, failed: 1, skipped: 0 })
  expect(recall('a step that fails', 'key')).toBeUndefined()
})
