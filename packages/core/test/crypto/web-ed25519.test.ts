import { describe, expect, test } from 'vitest'
import type { Ed25519Backend } from '../../src/crypto/crypto-provider.js'
import { nobleCrypto } from '../../src/crypto/noble-crypto.js'
import { createWebEd25519, type Subtle } from '../../src/crypto/web-ed25519.js'
import { unusedFallback } from './providers.js'

const { subtle } = globalThis.crypto
const seed = new Uint8Array(32).fill(5)
const publicKey = nobleCrypto.ed25519.publicKey(seed)
const message = Uint8Array.of(1, 2, 3)
const genuine = await nobleCrypto.ed25519.sign(seed, message)

/** WebCrypto with some of its methods replaced. */
function subtleWith(changes: Partial<Subtle>): Subtle {
  return new Proxy(subtle, {
    get(target, name) {
      const value = Reflect.get(changes, name) ?? Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

function countingFallback() {
  const calls: string[] = []
  const backend: Ed25519Backend = {
    publicKey: nobleCrypto.ed25519.publicKey,
    sign: (...args) => {
      calls.push('sign')
      return nobleCrypto.ed25519.sign(...args)
    },
    verify: (...args) => {
      calls.push('verify')
      return nobleCrypto.ed25519.verify(...args)
    },
  }
  return { backend, calls }
}

test('nothing is asked of WebCrypto before the first signature, and the probe is made once', async () => {
  let asked = 0
  const backend = createWebEd25519(unusedFallback, () => {
    asked += 1
    return subtle
  })
  expect(backend.publicKey(seed)).toEqual(publicKey)
  expect(asked).toBe(0)
  expect(await Promise.all([backend.sign(seed, message), backend.sign(seed, message)])).toEqual([genuine, genuine])
  expect(await backend.verify(publicKey, message, genuine)).toBe(true)
  expect(asked).toBe(1)
})

test('bytes are taken as they are at the call, though the caller writes to them right after', async () => {
  const backend = createWebEd25519(unusedFallback)
  const reused = new Uint8Array(message)
  const signing = backend.sign(seed, reused)
  reused.fill(0)
  expect(await signing).toEqual(genuine)

  const signature = new Uint8Array(genuine)
  reused.set(message)
  const verifying = backend.verify(publicKey, reused, signature)
  reused.fill(0)
  signature.fill(0)
  expect(await verifying).toBe(true)
})

describe('the fallback answers, and nothing throws,', () => {
  const refuse = () => Promise.reject(new Error('NotSupportedError'))
  test.each<[string, () => Subtle | undefined]>([
    ['where there is no WebCrypto', () => undefined],
    [
      'where finding it throws',
      () => {
        throw new Error('SecurityError')
      },
    ],
    ['where it does not know Ed25519', () => subtleWith({ importKey: refuse })],
    ['where it imports keys and cannot sign', () => subtleWith({ sign: refuse })],
    ['where it accepts everything, a torsioned R among it', () => subtleWith({ verify: () => Promise.resolve(true) })],
    ['where it refuses everything', () => subtleWith({ verify: () => Promise.resolve(false) })],
  ])('%s', async (_, findSubtle) => {
    const fallback = countingFallback()
    const backend = createWebEd25519(fallback.backend, findSubtle)
    expect(await backend.sign(seed, message)).toEqual(genuine)
    expect(await backend.verify(publicKey, message, genuine)).toBe(true)
    expect(await backend.verify(publicKey, Uint8Array.of(9), genuine)).toBe(false)
    expect(fallback.calls).toEqual(['sign', 'verify', 'verify'])
  })

  test('where a call fails after the probe went well', async () => {
    const answers = [subtle.sign.bind(subtle), refuse]
    const failing = subtleWith({ sign: (...args) => (answers.shift() ?? refuse)(...args) })
    const fallback = countingFallback()
    const backend = createWebEd25519(fallback.backend, () => failing)
    expect(await backend.sign(seed, message)).toEqual(genuine)
    expect(await backend.verify(publicKey, message, genuine)).toBe(true)
    expect(fallback.calls).toEqual(['sign'])
  })
})
