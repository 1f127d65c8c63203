import type { Ed25519Backend, MaybePromise } from '../crypto/crypto-provider.js'
import { BoundedCache } from './bounded-cache.js'
import { isPrimeOrderKey, isScalarBelowOrder, isSmallOrderEncoding } from './ed25519-encodings.js'
import { type SignatureSuite, verdictOf } from './suite.js'

// One verdict on every runtime, or evidence splits the network. Backends disagree only about signatures that no honest signer
// makes: keys with a torsion part, R of small order, S above the order. Those are refused here, before any backend is asked.

export interface Ed25519Options {
  /** How many keys are remembered as sound; each takes about 100 bytes. 4,096. */
  readonly keysCheckedMax?: number | undefined
}

/** The suite that every node has. To verify by a key that is not checked yet costs about 1 ms more. */
export interface Ed25519 extends SignatureSuite {
  publicKey(seed: Uint8Array): Uint8Array
  sign(seed: Uint8Array, message: Uint8Array): MaybePromise<Uint8Array>
}

/**
 * The rule around a backend.
 *
 * @example
 * const ed25519 = createEd25519(platformCrypto.ed25519)
 * const holds = await ed25519.verify(publicKeyOf(peerId), message, signature)
 */
export function createEd25519(backend: Ed25519Backend, options: Ed25519Options = {}): Ed25519 {
  // Only sound keys are remembered: a key that is not fails its owner once, and takes no place here.
  const checked = new BoundedCache<string, true>(options.keysCheckedMax ?? 4096)

  function isKeySound(publicKey: Uint8Array): boolean {
    const name = nameOf(publicKey)
    if (checked.get(name) === true) return true
    if (!isPrimeOrderKey(publicKey)) return false
    checked.set(name, true)
    return true
  }

  return {
    name: 'ed25519',
    publicKey: (seed) => backend.publicKey(seed),
    sign: (seed, message) => backend.sign(seed, message),
    verify(publicKey, message, signature) {
      if (publicKey.length !== 32 || signature.length !== 64) return false
      // The cheap questions come first.
      if (!isScalarBelowOrder(signature.subarray(32))) return false
      if (isSmallOrderEncoding(signature.subarray(0, 32))) return false
      if (!isKeySound(publicKey)) return false
      return verdictOf(() => backend.verify(publicKey, message, signature))
    },
    isKeyChecked: (publicKey) => checked.has(nameOf(publicKey)),
  }
}

/** The bytes as a text, a character each: the cheapest key for a Map. */
function nameOf(publicKey: Uint8Array): string {
  return String.fromCharCode(...publicKey.subarray(0, 33))
}
