import { concatBytes } from '@noble/curves/utils.js'
import type { CryptoProvider } from '../crypto/crypto-provider.js'
import { type CipherState, createCipherState } from './cipher-state.js'

// Noise's SymmetricState (section 5.2) for HASHLEN 32: the chaining key ck, the handshake hash h, and a cipher once there is
// a key. The names are the specification's.

export interface SymmetricState {
  /** GetHandshakeHash: what has been said so far. */
  handshakeHash(): Uint8Array
  mixKey(inputKeyMaterial: Uint8Array): void
  mixHash(data: Uint8Array): void
  encryptAndHash(plaintext: Uint8Array): Uint8Array
  /** Undefined where the tag does not hold. */
  decryptAndHash(ciphertext: Uint8Array): Uint8Array | undefined
  /** The initiator sends by the first and receives by the second. */
  split(): readonly [CipherState, CipherState]
  /** A key for something above the channel: like those of `split`, of ck, and independent of them. */
  exportKey(label: Uint8Array): Uint8Array
}

const empty = new Uint8Array(0)
const one = new Uint8Array([1])
const two = new Uint8Array([2])

/** InitializeSymmetric. */
export function createSymmetricState(crypto: CryptoProvider, protocolName: string): SymmetricState {
  const name = new TextEncoder().encode(protocolName)
  let h = name.length <= 32 ? concatBytes(name, new Uint8Array(32 - name.length)) : crypto.sha256(name)
  let ck = h
  let cipher: CipherState | undefined

  const mixHash = (data: Uint8Array): void => {
    h = crypto.sha256(concatBytes(h, data))
  }

  return {
    handshakeHash: () => h,
    mixHash,
    mixKey(inputKeyMaterial) {
      const [chainingKey, key] = hkdf(crypto, ck, inputKeyMaterial)
      ck = chainingKey
      cipher = createCipherState(crypto, key)
    },
    encryptAndHash(plaintext) {
      const ciphertext = cipher === undefined ? plaintext : cipher.seal(h, plaintext)
      if (ciphertext === undefined) throw new TypeError('a handshake has fewer messages than a key has nonces')
      mixHash(ciphertext)
      return ciphertext
    },
    decryptAndHash(ciphertext) {
      const plaintext = cipher === undefined ? new Uint8Array(ciphertext) : cipher.open(h, ciphertext)
      if (plaintext !== undefined) mixHash(ciphertext)
      return plaintext
    },
    split() {
      const [first, second] = hkdf(crypto, ck, empty)
      return [createCipherState(crypto, first), createCipherState(crypto, second)]
    },
    // HKDF keys its steps by HMAC(ck, empty); a label that is not empty shares none of them.
    exportKey: (label) => crypto.hmacSha256(ck, concatBytes(label, h)),
  }
}

/** HKDF with two outputs (section 4.3). */
function hkdf(crypto: CryptoProvider, chainingKey: Uint8Array, inputKeyMaterial: Uint8Array) {
  const tempKey = crypto.hmacSha256(chainingKey, inputKeyMaterial)
  const output1 = crypto.hmacSha256(tempKey, one)
  const output2 = crypto.hmacSha256(tempKey, concatBytes(output1, two))
  return [output1, output2] as const
}
