import { ByteReader, ByteWriter } from '@rondo/core'
import { musig2Error } from '../errors.js'
import { psbtRowsMax, transactionEndsMax } from '../options.js'
import { compactSize, readCompactSize } from './compact-size.js'
import { readRawTransaction } from './raw-transaction.js'

// BIP-174 and BIP-370, the outermost layer: maps of rows. What a row means is not asked here, so that what others wrote
// survives byte for byte, and so that reading costs no curve arithmetic: anybody can send a PSBT (decision 0019).

/** The first byte of a key is its type. */
export interface Row {
  readonly key: Uint8Array
  readonly value: Uint8Array
}

export type Rows = readonly Row[]

export interface PsbtMaps {
  readonly global: Rows
  readonly inputs: readonly Rows[]
  readonly outputs: readonly Rows[]
}

export const globalRow = { unsignedTransaction: 0x00, xpub: 0x01, inputCount: 0x04, outputCount: 0x05 } as const

const magic = Uint8Array.of(0x70, 0x73, 0x62, 0x74, 0xff)

/** Throws PSBT_MALFORMED or PSBT_UNSUPPORTED. */
export function decodeMaps(bytes: Uint8Array): PsbtMaps {
  const reader = new ByteReader(bytes)
  assertBegins(reader.bytes(magic.length))
  const global = readRows(reader, psbtRowsMax)
  const { inputs, outputs } = countsOf(global)
  if (inputs === 0 || outputs === 0) throw malformed('a transaction has an input and an output at least')
  if (inputs > transactionEndsMax || outputs > transactionEndsMax)
    throw unsupported(`${inputs} inputs and ${outputs} outputs, of at most ${transactionEndsMax} each`)
  let left = psbtRowsMax - global.length
  const maps = Array.from({ length: inputs + outputs }, () => {
    const rows = readRows(reader, left)
    left -= rows.length
    return rows
  })
  if (reader.failed) throw malformed('it ends too early, or a length in it is none')
  if (reader.remaining > 0) throw malformed('something stands behind its end')
  return { global, inputs: maps.slice(0, inputs), outputs: maps.slice(inputs) }
}

/** Throws PSBT_MALFORMED where they are the beginning of something else. */
export function assertBegins(bytes: Uint8Array): void {
  if (!magic.every((byte, at) => byte === bytes[at])) throw malformed('it does not begin as a PSBT does')
}

/** Of a reader that has failed, no rows: the caller asks. */
function readRows(reader: ByteReader, rowsMax: number): Rows {
  const rows: Row[] = []
  const seen = new Set<string>()
  for (;;) {
    const keyBytes = readCompactSize(reader)
    if (keyBytes === 0 || reader.failed) return rows
    if (rows.length >= rowsMax) throw unsupported(`more than ${psbtRowsMax} keys`)
    const key = reader.bytes(keyBytes)
    const value = reader.bytes(readCompactSize(reader))
    const name = nameOf(key)
    if (!reader.failed && seen.has(name)) throw malformed('a key stands twice in it')
    seen.add(name)
    rows.push({ key, value })
  }
}

const latin1 = new TextDecoder('latin1')
/** By its bytes, one character each. */
const nameOf = (key: Uint8Array): string => latin1.decode(key)

function countsOf(global: Rows): { readonly inputs: number; readonly outputs: number } {
  const unsigned = valueIn(global, globalRow.unsignedTransaction)
  if (unsigned !== undefined) {
    const transaction = readRawTransaction(unsigned)
    if (transaction === undefined) throw malformed('its transaction is none')
    return { inputs: transaction.inputCount, outputs: transaction.outputs.length }
  }
  return { inputs: countIn(global, globalRow.inputCount), outputs: countIn(global, globalRow.outputCount) }
}

function countIn(global: Rows, type: number): number {
  const value = valueIn(global, type)
  if (value === undefined) throw malformed('it has no transaction')
  const reader = new ByteReader(value)
  const count = readCompactSize(reader)
  if (reader.failed || reader.remaining > 0) throw malformed('a count in it is none')
  return count
}

export function encodeMaps({ global, inputs, outputs }: PsbtMaps): Uint8Array {
  const writer = new ByteWriter()
  writer.bytes(magic)
  for (const rows of [global, ...inputs, ...outputs]) {
    for (const { key, value } of rows) {
      for (const part of [key, value]) {
        writer.bytes(compactSize(part.length))
        writer.bytes(part)
      }
    }
    writer.u8(0)
  }
  return writer.view().slice()
}

/** Of the row whose key is its type and nothing more. */
export function valueIn(rows: Rows, type: number): Uint8Array | undefined {
  return rows.find(({ key }) => key.length === 1 && key[0] === type)?.value
}

/** Of a type whose keys say more: what stands behind the type, and the value. */
export function entriesIn(rows: Rows, type: number): readonly (readonly [Uint8Array, Uint8Array])[] {
  return rows.filter(({ key }) => key[0] === type).map(({ key, value }) => [key.subarray(1), value] as const)
}

export function malformed(detail: string, cause?: unknown): Error {
  return musig2Error('PSBT_MALFORMED', cause === undefined ? { detail } : { detail, cause })
}

export function unsupported(detail: string): Error {
  return musig2Error('PSBT_UNSUPPORTED', { detail })
}
