import { equalBytes } from '@rondo/core'
import { IndividualPubkey } from '@scure/btc-signer/musig2.js'
import { makeNonce, type SecretNonce } from './bip327/nonces.js'
import { signPartially } from './bip327/partials.js'
import type { Signer } from './signer.js'

/**
 * A signer whose secret keys lie in this program's memory.
 *
 * @example
 * const signer = memorySigner(secretKey)
 * const publicKey = publicKeyFor(secretKey)
 */
export function memorySigner(...secretKeys: readonly Uint8Array[]): Signer<SecretNonce> {
  const pairs = secretKeys.map((secretKey) => ({ secretKey: secretKey.slice(), publicKey: publicKeyFor(secretKey) }))
  if (pairs.length === 0) throw new TypeError('memorySigner takes one secret key or more')
  const secretKeyOf = (publicKey: Uint8Array): Uint8Array => {
    const pair = pairs.find((each) => equalBytes(each.publicKey, publicKey))
    if (pair === undefined) throw new RangeError('this signer does not hold that key')
    return pair.secretKey
  }
  return Object.freeze<Signer<SecretNonce>>({
    holds: (publicKey) => pairs.some((each) => equalBytes(each.publicKey, publicKey)),
    makeNonce: (request) => makeNonce({ ...request, secretKey: secretKeyOf(request.publicKey) }),
    // Whether the part holds is seen before it is said: a round says nothing that it would refuse.
    sign: ({ session, publicKey, secretNonce }) => {
      const nonce = secretNonce.take()
      try {
        return signPartially(session, nonce, secretKeyOf(publicKey))
      } finally {
        // Also where there is no key to sign with.
        nonce.fill(0)
      }
    },
  })
}

/** 33 bytes: `IndividualPubkey` of BIP-327. */
export function publicKeyFor(secretKey: Uint8Array): Uint8Array {
  return IndividualPubkey(secretKey)
}
