import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { ed25519 as curve, x25519 } from '@noble/curves/ed25519.js'
import { bytesToNumberLE, concatBytes, equalBytes } from '@noble/curves/utils.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256, sha512 } from '@noble/hashes/sha2.js'
import { aeadNonce } from './aead-nonce.js'
import type { AeadKey, CryptoProvider, Ed25519Backend } from './crypto-provider.js'

// Plain JavaScript for wherever node:crypto is not, all of it synchronous.

const { Point } = curve

const ed25519: Ed25519Backend = {
  publicKey: (seed) => curve.getPublicKey(seed),
  sign: (seed, message) => curve.sign(message, seed),
  // Not the library's own `verify`, which multiplies by the cofactor: it accepts an R with a torsion part, and OpenSSL does not.
  verify(publicKey, message, signature) {
    if (signature.length !== 64) return false
    try {
      const R = signature.subarray(0, 32)
      const S = bytesToNumberLE(signature.subarray(32))
      const A = Point.fromBytes(publicKey)
      const k = Point.Fn.create(bytesToNumberLE(sha512(concatBytes(R, publicKey, message))))
      const expected = Point.BASE.multiplyUnsafe(S).subtract(A.multiplyUnsafe(k))
      return equalBytes(expected.toBytes(), R)
    } catch {
      return false
    }
  },
}

/** Everything by the noble libraries. */
export const nobleCrypto: CryptoProvider = {
  name: 'noble',
  sha256: (bytes) => sha256(bytes),
  hmacSha256: (key, bytes) => hmac(sha256, key, bytes),
  x25519PublicKey: (secretKey) => x25519.getPublicKey(secretKey),
  x25519SharedSecret(secretKey, publicKey) {
    if (secretKey.length !== 32) throw new TypeError(`an X25519 secret has 32 bytes, not ${secretKey.length}`)
    try {
      return x25519.getSharedSecret(secretKey, publicKey)
    } catch {
      return undefined
    }
  },
  aeadKey: nobleAeadKey,
  ed25519,
}

function nobleAeadKey(raw: Uint8Array): AeadKey {
  const key = new Uint8Array(raw)
  return {
    seal: (counter, associated, plaintext) => chacha20poly1305(key, aeadNonce(counter), associated).encrypt(plaintext),
    open(counter, associated, sealed) {
      const cipher = chacha20poly1305(key, aeadNonce(counter), associated)
      try {
        return cipher.decrypt(sealed)
      } catch {
        return undefined
      }
    },
  }
}
