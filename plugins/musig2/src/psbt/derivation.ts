import { hmac } from '@noble/hashes/hmac.js'
import { ripemd160 } from '@noble/hashes/legacy.js'
import { sha256, sha512 } from '@noble/hashes/sha2.js'
import { hex } from '@scure/base'
import { applyTweak, type KeyContext, plainKeyOf } from '../bip327/key-context.js'

// BIP-328: keys derived from an aggregate key, by BIP-32 without hardened steps. Each step is a plain tweak.

export interface Derivation {
  /** 32 bytes. */
  readonly chainCode: Uint8Array
  readonly path: readonly number[]
}

/** SHA-256 of `MuSig2MuSig2MuSig2`: what a PSBT assumes that names no other. */
export const chainCode328: Uint8Array = hex.decode('868087ca02a6f974c4598924c36b57762d32cb45717167e300622c7167e38965')

/** The first step that BIP-32 calls hardened. It takes a secret key, which an aggregate key has not. */
export const hardened = 0x8000_0000

/** Throws a RangeError where a step leads nowhere: once in 2^127. */
export function deriveKey(key: KeyContext, { chainCode, path }: Derivation): KeyContext {
  let [derived, code] = [key, chainCode]
  for (const step of path) {
    if (!Number.isInteger(step) || step < 0 || step >= hardened)
      throw new RangeError('the steps from an aggregate key are numbers below 2^31, none of them hardened')
    const index = Uint8Array.of(step >>> 24, (step >> 16) & 0xff, (step >> 8) & 0xff, step & 0xff)
    const hash = hmac(sha512, code, Uint8Array.of(...plainKeyOf(derived), ...index))
    derived = applyTweak(derived, { tweak: hash.subarray(0, 32), isXOnly: false })
    code = hash.subarray(32)
  }
  return derived
}

/** By which BIP-32 calls a key of 33 bytes. */
export function fingerprintOf(publicKey: Uint8Array): Uint8Array {
  return ripemd160(sha256(publicKey)).subarray(0, 4)
}
