import type { AeadKey } from '../crypto/crypto-provider.js'

// Noise's CipherState (section 5.1): a key and the nonce that comes next.

/** Nonces stop here, far below where numbers lose precision, and never wrap. The one at the bound is kept for `rekey`. */
export const nonceMax = 2 ** 48

export interface CipherState {
  /** EncryptWithAd. Undefined once the nonces are used up. */
  seal(associated: Uint8Array, plaintext: Uint8Array): Uint8Array | undefined
  /** DecryptWithAd. Undefined where the tag does not hold, and then the nonce stays; or once the nonces are used up. */
  open(associated: Uint8Array, sealed: Uint8Array): Uint8Array | undefined
  /** Hands the key to a layer that counts from `nonce` on for itself; this state seals and opens nothing any more. */
  release(): { readonly key: AeadKey; readonly nonce: number }
}

/** A key and its next nonce. */
export function createCipherState(key: AeadKey, nonce = 0): CipherState {
  let n = nonce
  return {
    seal(associated, plaintext) {
      if (n >= nonceMax) return undefined
      const sealed = key.seal(n, associated, plaintext)
      n += 1
      return sealed
    },
    open(associated, sealed) {
      if (n >= nonceMax) return undefined
      const plaintext = key.open(n, associated, sealed)
      if (plaintext !== undefined) n += 1
      return plaintext
    },
    release() {
      const released = { key, nonce: n }
      n = nonceMax
      return released
    },
  }
}
