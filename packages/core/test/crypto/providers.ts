import type { CryptoProvider, Ed25519Backend } from '../../src/crypto/crypto-provider.js'
import { nativeCrypto } from '../../src/crypto/native-crypto.js'
import { nobleCrypto } from '../../src/crypto/noble-crypto.js'
import { createWebEd25519 } from '../../src/crypto/web-ed25519.js'

// Every provider and every Ed25519 backend, for tests that must come out the same on each.

/** Both of them synchronous, whole providers. */
export const providers: readonly CryptoProvider[] = [nativeCrypto, nobleCrypto]

/** A fallback that must not be needed, so that a test of WebCrypto tests WebCrypto. */
export const unusedFallback: Ed25519Backend = {
  publicKey: nobleCrypto.ed25519.publicKey,
  sign: () => {
    throw new Error('the fallback was asked to sign')
  },
  verify: () => {
    throw new Error('the fallback was asked to verify')
  },
}

export const ed25519Backends: readonly { readonly name: string; readonly backend: Ed25519Backend }[] = [
  { name: 'native', backend: nativeCrypto.ed25519 },
  { name: 'noble', backend: nobleCrypto.ed25519 },
  { name: 'WebCrypto', backend: createWebEd25519(unusedFallback) },
]
