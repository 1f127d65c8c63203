import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { pow } from '@noble/curves/abstract/modular.js'
import { montgomery } from '@noble/curves/abstract/montgomery.js'
import { bytesToNumberLE, concatBytes, equalBytes } from '@noble/curves/utils.js'
import { getPublicKey, hashes, Point, sign } from '@noble/ed25519'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256, sha512 } from '@noble/hashes/sha2.js'
import { aeadNonce } from './aead-nonce.js'
import type { AeadKey, CryptoProvider, Ed25519Backend, Sha256 } from './crypto-provider.js'

// Plain JavaScript for wherever node:crypto is not, all of it synchronous. Ed25519 is the library that does nothing else: in a
// bundle it weighs a third of the general one.

const ed25519: Ed25519Backend = {
  publicKey: (seed) => withSha512(() => getPublicKey(seed)),
  sign: (seed, message) => withSha512(() => sign(message, seed)),
  // Not the library's own `verify`, which multiplies by the cofactor: it accepts an R with a torsion part, and OpenSSL does not.
  verify(publicKey, message, signature) {
    if (signature.length !== 64) return false
    try {
      const R = signature.subarray(0, 32)
      const S = bytesToNumberLE(signature.subarray(32))
      const A = Point.fromBytes(publicKey)
      const k = bytesToNumberLE(sha512(concatBytes(R, publicKey, message))) % order
      const expected = Point.BASE.multiply(S, false).subtract(A.multiply(k, false))
      return equalBytes(expected.toBytes(), R)
    } catch {
      return false
    }
  },
}

/** L, the order of the base point. */
const order = /* @__PURE__ */ Point.CURVE().n

/** X25519 (RFC 7748) out of the library's ladder alone: its ready-made one would bring a second Ed25519 along. */
const P = 2n ** 255n - 19n
const x25519 = /* @__PURE__ */ montgomery({
  P,
  type: 'x25519',
  adjustScalarBytes(bytes: Uint8Array) {
    bytes[0]! &= 248
    bytes[31]! &= 127
    bytes[31]! |= 64
    return bytes
  },
  powPminus2: (x) => pow(x, P - 2n, P),
})

/** The library leaves its synchronous hash to whoever loads it. */
function withSha512<T>(run: () => T): T {
  hashes.sha512 ??= sha512
  return run()
}

/** Everything by the noble libraries. */
export const nobleCrypto: CryptoProvider = {
  name: 'noble',
  sha256: (bytes) => sha256(bytes),
  createSha256: nobleSha256,
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

function nobleSha256(): Sha256 {
  const running = sha256.create()
  return {
    update(bytes) {
      running.update(bytes)
    },
    digest: () => running.digest(),
  }
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
