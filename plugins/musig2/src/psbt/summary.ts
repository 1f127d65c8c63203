import { equalBytes } from '@rondo/core'
import { hex } from '@scure/base'
import { Address, OutScript } from '@scure/btc-signer'
import type { Item } from '../signing/order.js'
import { previousOutput, readPsbt } from './psbt.js'

// A transaction, decoded for a person. The signatures cover every amount in here: were one of them not true, they would not hold.

export interface TransactionSummary {
  readonly inputs: readonly InputSummary[]
  readonly outputs: readonly OutputSummary[]
  readonly fee: bigint
}

export interface InputSummary {
  /** As explorers write it. */
  readonly outpoint: string
  readonly amount: bigint
  /** Undefined where its script has none. */
  readonly address: string | undefined
  /** Signed in this round. */
  readonly isSigned: boolean
}

export interface OutputSummary {
  readonly amount: bigint
  readonly address: string | undefined
  readonly script: Uint8Array
  /** It goes back to a key that an input is signed with in this round. */
  readonly isChange: boolean
}

export function summarizePsbt(psbt: Uint8Array, items: readonly Item[]): TransactionSummary {
  const transaction = readPsbt(psbt)
  const inputs = Array.from({ length: transaction.inputsLength }, (_, at): InputSummary => {
    const { txid = new Uint8Array(32), index = 0 } = transaction.getInput(at)
    const { script, amount } = previousOutput(transaction, at)
    const isSigned = items.some(({ input }) => input === at)
    return { outpoint: `${hex.encode(txid)}:${index}`, amount, address: addressOf(script), isSigned }
  })
  const outputs = Array.from({ length: transaction.outputsLength }, (_, at): OutputSummary => {
    const { script = new Uint8Array(0), amount = 0n } = transaction.getOutput(at)
    const isChange = items.some(({ outputKey }) => outputKey !== undefined && equalBytes(script.subarray(2), outputKey))
    return { amount, address: addressOf(script), script, isChange }
  })
  const sum = (amounts: readonly { readonly amount: bigint }[]): bigint =>
    amounts.reduce((all, { amount }) => all + amount, 0n)
  return { inputs, outputs, fee: sum(inputs) - sum(outputs) }
}

function addressOf(script: Uint8Array): string | undefined {
  try {
    return Address().encode(OutScript.decode(script))
  } catch {
    return undefined
  }
}
