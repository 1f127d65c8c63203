import { nonceGen } from '@scure/btc-signer/musig2.js'
import { publicKeyFor } from '../../src/index.js'
import { bytesOf } from '../party.js'

/** A public nonce as good as any other. */
export function otherNonce(...words: readonly (string | number)[]): Uint8Array {
  return nonceGen(
    publicKeyFor(bytesOf('nobody')),
    undefined,
    undefined,
    undefined,
    undefined,
    bytesOf('nonce', ...words),
  ).public
}
