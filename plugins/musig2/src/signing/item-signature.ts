/** One signature, and what it was made of. */
export interface ItemSignature {
  /** What it holds for, of 32 bytes. */
  readonly publicKey: Uint8Array
  readonly message: Uint8Array
  /** 64 bytes. */
  readonly signature: Uint8Array
  /** In the order of the keys that were aggregated. */
  readonly publicNonces: readonly Uint8Array[]
  readonly partialSignatures: readonly Uint8Array[]
}
