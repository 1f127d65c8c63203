import { base64 } from '@scure/base'
import { Transaction } from '@scure/btc-signer'
import { musig2Error } from '../errors.js'

/** A PSBT as base64, as the bytes of a file, either way it is kept there, or as a `Transaction` of `@scure/btc-signer`. */
export type PsbtSource = string | Uint8Array | Transaction

/** Rows that this program does not know are kept: they may be somebody else's. */
const options = {
  allowUnknownInputs: true,
  allowUnknownOutputs: true,
  allowUnknownVersion: true,
  unknown: 'ignore',
} as const

/** Throws PSBT_MALFORMED. */
export function readPsbt(source: PsbtSource): Transaction {
  try {
    return Transaction.fromPSBT(psbtBytes(source), options)
  } catch (cause) {
    throw musig2Error('PSBT_MALFORMED', { detail: cause instanceof Error ? cause.message : '', cause })
  }
}

export function psbtBytes(source: PsbtSource): Uint8Array {
  if (typeof source === 'string') return base64.decode(source.trim())
  if (source instanceof Transaction) return source.toPSBT()
  return isText(source) ? base64.decode(new TextDecoder().decode(source).trim()) : source
}

export function psbtBase64(psbt: Uint8Array): string {
  return base64.encode(psbt)
}

/** What an input spends. Throws PSBT_UNSUPPORTED where the PSBT does not say. */
export function previousOutput(
  transaction: Transaction,
  input: number,
): { readonly script: Uint8Array; readonly amount: bigint } {
  const { witnessUtxo, nonWitnessUtxo, index = -1 } = transaction.getInput(input)
  const output = witnessUtxo ?? nonWitnessUtxo?.outputs[index]
  if (output === undefined) {
    const detail = `input ${input} does not say which output it spends, which every signature covers`
    throw musig2Error('PSBT_UNSUPPORTED', { detail })
  }
  return output
}

/** Base64 of the five bytes with which every PSBT begins. */
const isText = (bytes: Uint8Array): boolean => new TextDecoder().decode(bytes.subarray(0, 6)) === 'cHNidP'
