import { scryptAsync } from '@noble/hashes/scrypt.js'
import { coreError } from '../errors.js'
import type { ScryptCost } from './options.js'

// From a passphrase to a key: NFKC, so that é typed on two keyboards is one é, then UTF-8, then scrypt (RFC 7914). It gives way
// to other work every few milliseconds, by the library's own timer: a page stays responsive meanwhile.

/** Longer passphrases are no stronger. */
const passphraseCharactersMax = 1_024
const keyBytes = 32

/** The bytes of a passphrase; undefined where it is none: empty, overlong, or with half a character in it. */
export function encodePassphrase(passphrase: string): Uint8Array | undefined {
  if (passphrase === '' || passphrase.length > passphraseCharactersMax || /\p{Surrogate}/u.test(passphrase)) {
    return undefined
  }
  return new TextEncoder().encode(passphrase.normalize('NFKC'))
}

/** The caller has bounded the cost. Rejects with `KEYSTORE_COST` where there is not that much memory. */
export async function deriveKey(passphrase: Uint8Array, salt: Uint8Array, cost: ScryptCost): Promise<Uint8Array> {
  const { n, r, p } = cost
  const maxmem = 128 * r * (n + p + 1)
  try {
    return await scryptAsync(passphrase, salt, { N: n, r, p, dkLen: keyBytes, maxmem })
  } catch (cause) {
    throw coreError('KEYSTORE_COST', { cause })
  }
}
