import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nativeCrypto } from '../../src/crypto/native-crypto.js'
import { nobleCrypto } from '../../src/crypto/noble-crypto.js'
import { providers } from './providers.js'

const key = fc.uint8Array({ minLength: 32, maxLength: 32 })
const bytes = fc.uint8Array({ maxLength: 2000 })
const counter = fc.oneof(fc.nat(), fc.constantFrom(2 ** 32 - 1, 2 ** 32, 2 ** 48, 2 ** 53 - 1))

describe('native and noble agree byte for byte', () => {
  test('on SHA-256 and HMAC', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(nativeCrypto.sha256(a)).toEqual(nobleCrypto.sha256(a))
        expect(nativeCrypto.hmacSha256(a, b)).toEqual(nobleCrypto.hmacSha256(a, b))
      }),
    )
  })

  test('on SHA-256 in pieces, however they are cut', () => {
    fc.assert(
      fc.property(fc.array(bytes), (pieces) => {
        const whole = nativeCrypto.sha256(new Uint8Array(Buffer.concat(pieces)))
        for (const crypto of providers) {
          const running = crypto.createSha256()
          for (const piece of pieces) running.update(piece)
          expect(running.digest()).toEqual(whole)
        }
      }),
    )
  })

  test('on X25519, whatever is given for a key', () => {
    fc.assert(
      fc.property(key, key, (secretKey, publicKey) => {
        expect(nativeCrypto.x25519PublicKey(secretKey)).toEqual(nobleCrypto.x25519PublicKey(secretKey))
        expect(nativeCrypto.x25519SharedSecret(secretKey, publicKey)).toEqual(
          nobleCrypto.x25519SharedSecret(secretKey, publicKey),
        )
      }),
      { numRuns: 30 },
    )
  })

  test('on ChaCha20-Poly1305, each opening what the other sealed', () => {
    fc.assert(
      fc.property(key, counter, bytes, bytes, (raw, n, associated, plaintext) => {
        const native = nativeCrypto.aeadKey(raw)
        const noble = nobleCrypto.aeadKey(raw)
        const sealed = native.seal(n, associated, plaintext)
        expect(sealed).toEqual(noble.seal(n, associated, plaintext))
        expect(noble.open(n, associated, sealed)).toEqual(plaintext)
        expect(native.open(n, associated, sealed)).toEqual(plaintext)
      }),
    )
  })

  test('on Ed25519 keys and signatures', () => {
    fc.assert(
      fc.property(key, bytes, (seed, message) => {
        expect(nativeCrypto.ed25519.publicKey(seed)).toEqual(nobleCrypto.ed25519.publicKey(seed))
        expect(nativeCrypto.ed25519.sign(seed, message)).toEqual(nobleCrypto.ed25519.sign(seed, message))
      }),
      { numRuns: 30 },
    )
  })
})

describe.each(providers)('the $name provider', (crypto) => {
  test('opens nothing of which any bit was changed', () => {
    fc.assert(
      fc.property(key, bytes, bytes, fc.nat(), (raw, associated, plaintext, at) => {
        const aead = crypto.aeadKey(raw)
        const sealed = aead.seal(0, associated, plaintext)
        const bit = at % (sealed.length * 8)
        sealed[bit >> 3]! ^= 1 << (bit & 7)
        expect(aead.open(0, associated, sealed)).toBeUndefined()
      }),
    )
  })

  test('never throws on bytes that strangers sent', () => {
    fc.assert(
      fc.property(key, bytes, bytes, (raw, a, b) => {
        expect(crypto.aeadKey(raw).open(0, a, b)).toBeUndefined()
        if (a.length !== 32) expect(crypto.x25519SharedSecret(raw, a)).toBeUndefined()
      }),
    )
  })
})
