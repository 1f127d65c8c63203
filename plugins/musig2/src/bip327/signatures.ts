import { schnorr } from '@noble/curves/secp256k1.js'

export interface Signed {
  /** 32 bytes. */
  readonly publicKey: Uint8Array
  readonly message: Uint8Array
  /** 64 bytes. */
  readonly signature: Uint8Array
}

/** Whether all of them hold by BIP-340. Never throws. */
export function holdAll(signed: readonly Signed[]): boolean {
  return signed.every(({ publicKey, message, signature }) => schnorr.verify(signature, message, publicKey))
}
