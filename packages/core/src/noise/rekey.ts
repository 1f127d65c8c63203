import type { AeadKey, CryptoProvider } from '../crypto/crypto-provider.js'
import { nonceMax } from './cipher-state.js'

const nothing = new Uint8Array(0)

/**
 * Noise's REKEY (section 4.2): a one-way step to the next key, at a nonce that no message ever uses. Noise's default nonce,
 * 2^64 - 1, is no safe integer, so ours is the bound of the counter. The counter goes on; it does not start again.
 */
export function rekey(crypto: CryptoProvider, key: AeadKey): AeadKey {
  return crypto.aeadKey(key.seal(nonceMax, nothing, new Uint8Array(32)).slice(0, 32))
}
