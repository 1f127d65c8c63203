import { schnorr } from '@noble/curves/secp256k1.js'
import { hexToBytes } from '@noble/curves/utils.js'
import type { MaybePromise } from '../crypto/crypto-provider.js'
import { evenPoint } from '../identity/peer-id.js'
import { verdictOf } from '../identity/suite.js'

// BIP-340 as Rondo uses it, around any backend. What is signed is the tagged hash of the message: 32 bytes, which every
// implementation takes, and no signature over a transaction or anything else outside Rondo is ever one of ours. Numbers out of
// range are refused before any backend is asked, for backends differ: one turns s = 0 away that another lets in.

/** Raw BIP-340 with x-only keys. `verify` is one backend's opinion; it may throw where it means no. */
export interface Bip340Backend {
  /** The x-only public key, 32 bytes, of a secret. */
  publicKey(secret: Uint8Array): Uint8Array
  /** `message` and `auxRandom` are 32 bytes each; returns 64. */
  sign(secret: Uint8Array, message: Uint8Array, auxRandom: Uint8Array): MaybePromise<Uint8Array>
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): MaybePromise<boolean>
}

/** The default: plain JavaScript, synchronous. It verifies what it signs, and takes messages of any length. */
export const nobleBip340: Bip340Backend = {
  publicKey: (secret) => schnorr.getPublicKey(secret),
  sign: (secret, message, auxRandom) => schnorr.sign(message, secret, auxRandom),
  verify: (publicKey, message, signature) => schnorr.verify(signature, message, publicKey),
}

const messageTag = 'rondo/1 message'

/** p, of the field, and n, the order of the group, big-endian. */
const fieldBytes = /* @__PURE__ */ hexToBytes('fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f')
const orderBytes = /* @__PURE__ */ hexToBytes('fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141')

/** What a signature of the message covers. */
export function hashMessage(message: Uint8Array): Uint8Array {
  return schnorr.utils.taggedHash(messageTag, message)
}

/** Whether the bytes are a secret key: 32 of them, from 1 to n - 1. */
export function isSecretKey(bytes: Uint8Array): boolean {
  return bytes instanceof Uint8Array && bytes.length === 32 && isScalar(bytes)
}

/** Rondo's verdict on a signature by a compressed key. Whether x is on the curve is the backend's to find. */
export function verifyMessage(
  backend: Bip340Backend,
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): MaybePromise<boolean> {
  if (publicKey.length !== 33 || publicKey[0] !== evenPoint || signature.length !== 64) return false
  const x = publicKey.subarray(1)
  const r = signature.subarray(0, 32)
  if (!isBelow(x, fieldBytes) || !isBelow(r, fieldBytes) || !isScalar(signature.subarray(32))) return false
  return verdictOf(() => backend.verify(x, hashMessage(message), signature))
}

function isScalar(bytes: Uint8Array): boolean {
  return isBelow(bytes, orderBytes) && bytes.some((byte) => byte !== 0)
}

function isBelow(bytes: Uint8Array, bound: Uint8Array): boolean {
  for (let index = 0; index < bound.length; index += 1) {
    const difference = bytes[index]! - bound[index]!
    if (difference !== 0) return difference < 0
  }
  return false
}
