import type { AeadKey, CryptoProvider } from '../crypto/crypto-provider.js'

// Noise's CipherState (section 5.1): a key k and the nonce n that comes next. n stops at a bound, far below where numbers lose
// precision, and never wraps.

export interface CipherState {
  /** EncryptWithAd. Undefined once the nonces are used up. */
  seal(associated: Uint8Array, plaintext: Uint8Array): Uint8Array | undefined
  /** DecryptWithAd. Undefined where the tag does not hold, and then n stays; or once the nonces are used up. */
  open(associated: Uint8Array, sealed: Uint8Array): Uint8Array | undefined
  /** Rekey: a one-way step to the next key. n goes on. */
  rekey(): void
}

const nonceMax = 2 ** 48
const empty = new Uint8Array(0)

/** The state from `key` on, its next nonce being `nonce`. */
export function createCipherState(crypto: CryptoProvider, key: Uint8Array, nonce = 0): CipherState {
  let k: AeadKey = crypto.aeadKey(key)
  let n = nonce
  return {
    seal(associated, plaintext) {
      if (n >= nonceMax) return undefined
      const sealed = k.seal(n, associated, plaintext)
      n += 1
      return sealed
    },
    open(associated, sealed) {
      if (n >= nonceMax) return undefined
      const plaintext = k.open(n, associated, sealed)
      if (plaintext !== undefined) n += 1
      return plaintext
    },
    rekey() {
      // REKEY (section 4.2) at the bound, which no message uses; its default, 2^64 - 1, is no safe integer.
      k = crypto.aeadKey(k.seal(nonceMax, empty, new Uint8Array(32)).subarray(0, 32))
    },
  }
}
