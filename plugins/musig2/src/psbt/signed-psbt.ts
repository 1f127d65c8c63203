import type { Transaction } from '@scure/btc-signer'
import type { ItemSignature } from '../signing/item-signature.js'
import type { Item } from '../signing/order.js'
import { psbtBase64, readPsbt } from './psbt.js'

/** A PSBT with the signatures of a round in it: as bytes, as base64, and as a `Transaction` of `@scure/btc-signer`. */
export class SignedPsbt {
  readonly kind = 'psbt'
  readonly bytes: Uint8Array
  /** Those that this round made. */
  readonly signatures: readonly { readonly input: number; readonly signature: Uint8Array }[]

  constructor(bytes: Uint8Array, signatures: SignedPsbt['signatures']) {
    this.bytes = bytes
    this.signatures = signatures
  }

  get base64(): string {
    return psbtBase64(this.bytes)
  }

  /** A copy: what is done to it changes nothing here. */
  get transaction(): Transaction {
    return readPsbt(this.bytes)
  }

  /** What can be sent to the network: undefined where inputs that others sign are not signed yet. */
  finalize(): Uint8Array | undefined {
    const { transaction } = this
    for (const { input } of this.signatures) transaction.finalizeIdx(input)
    return transaction.isFinal ? transaction.extract() : undefined
  }
}

/** Writes what BIP-373 has fields for, and the signature that came of it. */
export function signPsbt(psbt: Uint8Array, items: readonly Item[], made: readonly ItemSignature[]): SignedPsbt {
  const transaction = readPsbt(psbt)
  const signatures = items.map(({ input = 0, sighash = 0, publicKeys }, at) => {
    const { signature, publicNonces, partialSignatures } = made[at] ?? {}
    void [publicNonces, partialSignatures, publicKeys]
    if (signature === undefined) throw new RangeError(`there is no signature for input ${input}`)
    const whole = sighash === 0 ? signature : Uint8Array.of(...signature, sighash)
    transaction.updateInput(input, { tapKeySig: whole }, true)
    return { input, signature: whole }
  })
  return new SignedPsbt(transaction.toPSBT(), signatures)
}
