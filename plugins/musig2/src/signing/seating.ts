import { equalBytes, type PeerId } from '@rondo/core'
import { musig2Error } from '../errors.js'
import type { Signer } from '../signer.js'
import type { KnownSigner, SignerSource } from './signer-source.js'

/**
 * Who signs with which of these keys: this node first, then the others in the order in which they were found. Throws SIGNERS_UNKNOWN
 * where nobody holds a key.
 */
export async function seatSigners(
  publicKeys: readonly Uint8Array[],
  me: PeerId,
  signer: Signer,
  source: SignerSource,
  signal: AbortSignal | undefined,
): Promise<readonly KnownSigner[]> {
  const own = await keysHeldBy(signer, publicKeys)
  const others = publicKeys.filter((key) => !own.includes(key))
  const found = others.length === 0 ? [] : await source.find(others, { signal })
  const seats = [
    { peerId: me, publicKeys: own },
    ...found
      .filter(({ peerId }) => peerId !== me)
      .map(({ peerId, publicKeys: held }) => {
        return { peerId, publicKeys: others.filter((key) => isAmong(key, held)) }
      }),
  ]
  const unknown = publicKeys.filter((key) => !seats.some((seat) => isAmong(key, seat.publicKeys)))
  if (unknown.length > 0)
    throw musig2Error('SIGNERS_UNKNOWN', { detail: `${unknown.length} of ${publicKeys.length} keys` })
  return seats
}

/** In their order. */
export async function keysHeldBy(signer: Signer, publicKeys: readonly Uint8Array[]): Promise<readonly Uint8Array[]> {
  const held = await Promise.all(publicKeys.map((key) => signer.holds(key)))
  return publicKeys.filter((_, at) => held[at] === true)
}

function isAmong(key: Uint8Array, keys: readonly Uint8Array[]): boolean {
  return keys.some((each) => equalBytes(each, key))
}
