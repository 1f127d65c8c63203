import { base64 } from '@scure/base'
import { Transaction } from '@scure/btc-signer'
import { psbtBytesMax } from '../options.js'
import { asMalformed } from './contents.js'
import { assertBegins, malformed, unsupported } from './maps.js'

/** A PSBT as base64, as the bytes of a file, either way it is kept there, or as a `Transaction` of `@scure/btc-signer`. */
export type PsbtSource = string | Uint8Array | PsbtObject

/** What is asked of a `Transaction`, whichever copy of the library made it. */
export interface PsbtObject {
  toPSBT(): Uint8Array
}

/** Rows that this program does not know are kept: they may be somebody else's. */
const options = {
  allowUnknownInputs: true,
  allowUnknownOutputs: true,
  allowUnknownVersion: true,
  unknown: 'ignore',
} as const

/**
 * As the library reads it, every field of every row: a millisecond for each input, and much more where many keys are named. What strangers
 * send is read by its rows. Throws PSBT_MALFORMED or PSBT_UNSUPPORTED.
 */
export function readPsbt(source: PsbtSource): Transaction {
  return transactionIn(psbtBytes(source))
}

export function transactionIn(psbt: Uint8Array): Transaction {
  try {
    return Transaction.fromPSBT(psbt, options)
  } catch (cause) {
    throw asMalformed(cause)
  }
}

/** Its bytes, wherever they come from. Throws PSBT_MALFORMED or PSBT_UNSUPPORTED. */
export function psbtBytes(source: PsbtSource): Uint8Array {
  const bytes = bytesOf(source)
  if (bytes.length > psbtBytesMax) throw unsupported(`${bytes.length} bytes of at most ${psbtBytesMax}`)
  assertBegins(bytes)
  return bytes
}

export function psbtBase64(psbt: Uint8Array): string {
  return base64.encode(psbt)
}

function bytesOf(source: PsbtSource): Uint8Array {
  if (typeof source === 'string') return fromText(source)
  if (source instanceof Uint8Array) return isText(source) ? fromText(new TextDecoder().decode(source)) : source
  if (typeof source?.toPSBT !== 'function') throw new TypeError('a PSBT is base64, bytes or a Transaction')
  try {
    return source.toPSBT()
  } catch (cause) {
    throw asMalformed(cause)
  }
}

/** Base64 of so many bytes, and the ends of its lines. */
const textLengthMax = 2 * psbtBytesMax

function fromText(text: string): Uint8Array {
  if (text.length > textLengthMax) throw unsupported(`${text.length} characters of at most ${textLengthMax}`)
  if (/^\s*70736274ff/i.test(text)) throw malformed('this is hexadecimal: pass base64, or the bytes')
  try {
    return base64.decode(text.replace(/\s+/g, ''))
  } catch (cause) {
    throw malformed('this is no base64', cause)
  }
}

/** Base64 of the five bytes with which every PSBT begins, behind white space. */
const isText = (bytes: Uint8Array): boolean => /^\s*cHNidP/.test(new TextDecoder().decode(bytes.subarray(0, 32)))
