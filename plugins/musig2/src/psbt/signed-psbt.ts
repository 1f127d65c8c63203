import { compareBytes } from '@rondo/core'
import type { Transaction } from '@scure/btc-signer'
import { plainKeyOf } from '../bip327/key-context.js'
import type { ItemSignature } from '../signing/item-signature.js'
import type { SigningTask } from '../signing/task.js'
import { signatureRow } from './items.js'
import { decodeMaps, encodeMaps, type Row, type Rows } from './maps.js'
import { musigRow } from './musig-rows.js'
import { psbtBase64, transactionIn } from './psbt.js'

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

  /** A copy: what is done to it changes nothing here. Throws PSBT_MALFORMED where others wrote into it what is none of their fields. */
  get transaction(): Transaction {
    return transactionIn(this.bytes)
  }

  /**
   * What can be sent to the network: undefined where inputs that others sign are not signed yet. Their signatures are taken as they are.
   */
  finalize(): Uint8Array | undefined {
    const { transaction } = this
    for (let input = 0; input < transaction.inputsLength; input++)
      if (!finalizeInput(transaction, input)) return undefined
    return transaction.extract()
  }
}

function finalizeInput(transaction: Transaction, input: number): boolean {
  const { finalScriptSig, finalScriptWitness } = transaction.getInput(input)
  if (finalScriptSig !== undefined || finalScriptWitness !== undefined) return true
  try {
    transaction.finalizeIdx(input)
    return true
  } catch {
    return false
  }
}

/** Its two lowest bits allow to add inputs and outputs. */
const modifiableType = 0x06

/**
 * Writes what BIP-373 has fields for, and the signature that came of it. Every member writes the same bytes. What a former try left
 * there is replaced, and everything else stays as it was.
 */
export function signPsbt(task: SigningTask, psbt: Uint8Array, made: readonly ItemSignature[]): SignedPsbt {
  const { global, inputs, outputs } = decodeMaps(psbt)
  const signed = [...inputs]
  const signatures = task.items.map(({ input = 0, sighash = 0, publicKeys }, at) => {
    const one = made[at]
    if (one === undefined) throw new RangeError(`there is no signature for input ${input}`)
    const signature = sighash === 0 ? one.signature : Uint8Array.of(...one.signature, sighash)
    const rows = rowsOf(one, publicKeys, plainKeyOf(task.keyOf(at)))
    const whole = { key: Uint8Array.of(signatureRow.tapKeySignature), value: signature }
    signed[input] = merge(inputs[input] ?? [], [...rows, whole])
    return { input, signature }
  })
  return new SignedPsbt(encodeMaps({ global: global.map(unmodifiable), inputs: signed, outputs }), signatures)
}

/** BIP-373: by the participant, and by the key that is signed for with all its tweaks. */
function rowsOf(
  { publicNonces, partialSignatures }: ItemSignature,
  publicKeys: readonly Uint8Array[],
  outputKey: Uint8Array,
): Rows {
  return publicKeys.flatMap((publicKey, signer) => {
    const row = (type: number, value: Uint8Array = new Uint8Array(0)): Row => {
      return { key: Uint8Array.of(type, ...publicKey, ...outputKey), value }
    }
    return [row(musigRow.publicNonce, publicNonces[signer]), row(musigRow.partialSignature, partialSignatures[signer])]
  })
}

/** In the order of the keys. Nonces and parts for scripts, which name a leaf behind the keys, are none of ours. */
function merge(rows: Rows, added: Rows): Rows {
  const isReplaced = ({ key }: Row): boolean =>
    key.length === 1 + 33 + 33 && (key[0] === musigRow.publicNonce || key[0] === musigRow.partialSignature)
  return [...rows.filter((row) => !isReplaced(row)), ...added].sort((one, other) => compareBytes(one.key, other.key))
}

/** BIP-370: what is signed as a whole takes no further inputs and outputs. */
function unmodifiable(row: Row): Row {
  const [flags] = row.value
  const isFlags = row.key.length === 1 && row.key[0] === modifiableType && flags !== undefined
  return isFlags ? { ...row, value: Uint8Array.of(flags & ~0b11) } : row
}
