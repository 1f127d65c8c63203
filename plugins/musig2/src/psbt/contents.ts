import { ByteReader, equalBytes, RondoError } from '@rondo/core'
import { hex } from '@scure/base'
import { Transaction } from '@scure/btc-signer'
import { decodeMaps, encodeMaps, malformed, type PsbtMaps, type Rows, valueIn } from './maps.js'
import { assertMusigRows } from './musig-rows.js'
import { type PreviousOutput, readOutput, readRawTransaction } from './raw-transaction.js'

// What a PSBT says of its transaction: checked for what everybody can check of it, without asking who signs.

export interface PsbtContents {
  readonly maps: PsbtMaps
  /** The transaction alone, without anything that the PSBT says beside it. */
  readonly transaction: Transaction
  readonly inputs: readonly PsbtInput[]
  readonly outputs: readonly PsbtOutput[]
}

export interface PsbtInput {
  readonly rows: Rows
  /** As explorers write it. */
  readonly outpoint: string
  readonly sequence: number
  /** Undefined where the PSBT does not say. */
  readonly spent: PreviousOutput | undefined
}

export interface PsbtOutput extends PreviousOutput {
  readonly rows: Rows
}

const inputRow = { previousTransaction: 0x00, previousOutput: 0x01 } as const

/** Throws PSBT_MALFORMED or PSBT_UNSUPPORTED, whatever the bytes are. */
export function readContents(psbt: Uint8Array): PsbtContents {
  const maps = decodeMaps(psbt)
  assertMusigRows(maps)
  const transaction = transactionOf(maps)
  const inputs = maps.inputs.map((rows, at): PsbtInput => {
    const { txid = new Uint8Array(32), index = 0, sequence = 0xffff_ffff } = transaction.getInput(at)
    const spent = previousOutputOf(rows, txid, index, `input ${at}`)
    return { rows, outpoint: `${hex.encode(txid)}:${index}`, sequence, spent }
  })
  const outputs = maps.outputs.map((rows, at): PsbtOutput => {
    const { script = new Uint8Array(0), amount = 0n } = transaction.getOutput(at)
    return { rows, script, amount }
  })
  assertSound(inputs, outputs)
  return { maps, transaction, inputs, outputs }
}

/** Types of rows of which the transaction itself is made; in version 0 that is one row. */
const globalTypes = [0x00, 0x02, 0x03, 0x04, 0x05, 0x06, 0xfb]
const inputTypes = [0x0e, 0x0f, 0x10, 0x11, 0x12]
const outputTypes = [0x03, 0x04]

function transactionOf({ global, inputs, outputs }: PsbtMaps): Transaction {
  const isAmong = (types: readonly number[]) => (rows: Rows) => rows.filter(({ key }) => types.includes(key[0] ?? -1))
  // What version 0 has under these numbers is no part of a transaction.
  const isFirst = valueIn(global, 0x00) !== undefined
  const own = (types: readonly number[]) => (isFirst ? () => [] : isAmong(types))
  try {
    const bare = encodeMaps({
      global: isAmong(globalTypes)(global),
      inputs: inputs.map(own(inputTypes)),
      outputs: outputs.map(own(outputTypes)),
    })
    return Transaction.fromPSBT(bare, {
      allowUnknownInputs: true,
      allowUnknownOutputs: true,
      allowUnknownVersion: true,
    })
  } catch (cause) {
    throw asMalformed(cause)
  }
}

export function asMalformed(cause: unknown): Error {
  return cause instanceof RondoError ? cause : malformed(cause instanceof Error ? cause.message : 'it is none', cause)
}

/** A previous transaction proves what its output is; where both are given they say the same. */
function previousOutputOf(rows: Rows, txid: Uint8Array, index: number, where: string): PreviousOutput | undefined {
  const [whole, single] = [valueIn(rows, inputRow.previousTransaction), valueIn(rows, inputRow.previousOutput)]
  const said = single && readSingle(single, where)
  if (whole === undefined) return said
  const previous = readRawTransaction(whole)
  if (previous === undefined) throw malformed(`the previous transaction of ${where} is none`)
  if (!equalBytes(previous.id(), txid)) throw malformed(`the previous transaction of ${where} is another one`)
  const proven = previous.outputs[index]
  if (proven === undefined) throw malformed(`the previous transaction of ${where} has no output ${index}`)
  if (said !== undefined && (said.amount !== proven.amount || !equalBytes(said.script, proven.script)))
    throw malformed(`${where} says of what it spends something else than its previous transaction`)
  return proven
}

function readSingle(value: Uint8Array, where: string): PreviousOutput {
  const reader = new ByteReader(value)
  const output = readOutput(reader)
  if (reader.failed || reader.remaining > 0) throw malformed(`the output that ${where} spends is none`)
  return output
}

/** 21 million coins. */
const satoshiMax = 2_100_000_000_000_000n

function assertSound(inputs: readonly PsbtInput[], outputs: readonly PsbtOutput[]): void {
  if (new Set(inputs.map(({ outpoint }) => outpoint)).size < inputs.length)
    throw malformed('two of its inputs spend the same output')
  const spent = inputs.flatMap((input) => input.spent ?? [])
  for (const { amount } of [...spent, ...outputs])
    if (amount < 0n || amount > satoshiMax) throw malformed('an amount in it is more than there are coins')
  const [having, spending] = [sumOf(spent), sumOf(outputs)]
  if (spending > satoshiMax) throw malformed('its outputs come to more than there are coins')
  if (spent.length === inputs.length && spending > having) throw malformed('its outputs come to more than its inputs')
}

export function sumOf(amounts: readonly { readonly amount: bigint }[]): bigint {
  return amounts.reduce((sum, { amount }) => sum + amount, 0n)
}
