import { equalBytes, type MaybePromise, type PeerId } from '@rondo/core'

/** A peer that holds some of the keys. */
export interface KnownSigner {
  readonly peerId: PeerId
  /** 33 bytes each. */
  readonly publicKeys: readonly Uint8Array[]
}

/** Tells which peers hold which keys. */
export interface SignerSource {
  /** Those that hold any of these keys, as far as it knows. */
  find(
    publicKeys: readonly Uint8Array[],
    options: { readonly signal?: AbortSignal | undefined },
  ): MaybePromise<readonly KnownSigner[]>
}

/**
 * Signers that are known beforehand.
 *
 * @example
 * const signers = fixedSigners([{ peerId: bob.peerId, publicKey: bobsKey }])
 */
export function fixedSigners(
  signers: readonly (KnownSigner | { readonly peerId: PeerId; readonly publicKey: Uint8Array })[],
): SignerSource {
  const known = signers.map((signer): KnownSigner => {
    const { peerId } = signer
    return { peerId, publicKeys: 'publicKeys' in signer ? [...signer.publicKeys] : [signer.publicKey] }
  })
  const holdsAny =
    (publicKeys: readonly Uint8Array[]) =>
    ({ publicKeys: held }: KnownSigner) =>
      held.some((key) => publicKeys.some((other) => equalBytes(key, other)))
  return Object.freeze({ find: (publicKeys: readonly Uint8Array[]) => known.filter(holdsAny(publicKeys)) })
}
