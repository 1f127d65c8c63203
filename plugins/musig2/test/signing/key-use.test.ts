import { describe, expect, test } from 'vitest'
import { resolveMusig2Limits } from '../../src/options.js'
import { KeyUse } from '../../src/signing/key-use.js'
import { createParty } from '../party.js'

const { publicKeys } = createParty(3)
const [a, b, c] = publicKeys as [Uint8Array, Uint8Array, Uint8Array]

describe('the use of keys', () => {
  test('is given as often as it may be, and again once it was given back', () => {
    const use = new KeyUse(resolveMusig2Limits({ signingsPerKeyMax: 2 }))
    const first = use.take([a])
    expect(use.take([a])).toBeTypeOf('function')
    expect(use.isFull([a])).toBe(true)
    expect(use.take([a])).toBeUndefined()
    first?.()
    expect(use.isFull([a])).toBe(false)
    expect(use.take([a])).toBeTypeOf('function')
  })

  test('what is given back twice is one use less, and not two', () => {
    const use = new KeyUse(resolveMusig2Limits({ signingsPerKeyMax: 1 }))
    const release = use.take([a])
    release?.()
    const next = use.take([a])
    release?.()
    expect(use.take([a])).toBeUndefined()
    next?.()
    expect(use.take([a])).toBeTypeOf('function')
  })

  test('each key counts for itself, and of several all are had or none', () => {
    const use = new KeyUse(resolveMusig2Limits({ signingsPerKeyMax: 1 }))
    use.take([a])
    expect(use.take([b, a])).toBeUndefined()
    // B was not taken with it.
    expect(use.take([b, c])).toBeTypeOf('function')
    expect(use.isFull([c])).toBe(true)
  })

  test('equal bytes are one key, whoever holds them', () => {
    const use = new KeyUse(resolveMusig2Limits({ signingsPerKeyMax: 1 }))
    use.take([a])
    expect(use.take([a.slice()])).toBeUndefined()
  })
})
