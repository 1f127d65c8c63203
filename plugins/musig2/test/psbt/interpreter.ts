import { createRequire } from 'node:module'
import { Transaction } from '@scure/btc-signer'

// Bitcoin's script interpreter as bitcore-lib has it: it shares no code with what signs.

interface BitcoreScript {
  readonly isBitcoreScript: true
}

interface BitcoreTransaction {
  readonly inputs: { output?: unknown; readonly script: BitcoreScript; getWitnesses(): unknown }[]
}

interface Bitcore {
  readonly Transaction: (new (
    hex: string,
  ) => BitcoreTransaction) & {
    readonly Output: new (output: { readonly satoshis: number; readonly script: BitcoreScript }) => unknown
  }
  readonly Script: { readonly fromHex: (hex: string) => BitcoreScript; readonly Interpreter: InterpreterClass }
}

interface InterpreterClass {
  new (): {
    errstr: string
    verify(
      scriptSig: BitcoreScript,
      scriptPubkey: BitcoreScript,
      transaction: BitcoreTransaction,
      input: number,
      flags: number,
      witness: unknown,
      satoshis: number,
    ): boolean
  }
  readonly SCRIPT_VERIFY_P2SH: number
  readonly SCRIPT_VERIFY_WITNESS: number
  readonly SCRIPT_VERIFY_TAPROOT: number
  readonly SCRIPT_VERIFY_NULLFAIL: number
}

const require = createRequire(import.meta.url)
const bitcore: Bitcore = require('bitcore-lib')
const { Interpreter } = bitcore.Script
const flags =
  Interpreter.SCRIPT_VERIFY_P2SH |
  Interpreter.SCRIPT_VERIFY_WITNESS |
  Interpreter.SCRIPT_VERIFY_TAPROOT |
  Interpreter.SCRIPT_VERIFY_NULLFAIL

export interface Spent {
  readonly script: Uint8Array
  readonly amount: bigint
}

/** By input: whether the network would take it. */
export function runScripts(raw: Uint8Array, spent: readonly Spent[]): readonly boolean[] {
  const transaction = new bitcore.Transaction(Buffer.from(raw).toString('hex'))
  const outputs = spent.map(({ script, amount }) => {
    return { satoshis: Number(amount), script: bitcore.Script.fromHex(Buffer.from(script).toString('hex')) }
  })
  for (const [at, output] of outputs.entries()) transaction.inputs[at]!.output = new bitcore.Transaction.Output(output)
  return outputs.map(({ script, satoshis }, at) => {
    const input = transaction.inputs[at]!
    return new Interpreter().verify(input.script, script, transaction, at, flags, input.getWitnesses(), satoshis)
  })
}

/** Of a PSBT that says of every input what it spends. */
export function spentBy(psbt: Uint8Array): readonly Spent[] {
  const transaction = Transaction.fromPSBT(psbt, { allowUnknownOutputs: true, allowUnknownInputs: true })
  return Array.from({ length: transaction.inputsLength }, (_, at) => {
    const { witnessUtxo, nonWitnessUtxo, index = 0 } = transaction.getInput(at)
    const output = witnessUtxo ?? nonWitnessUtxo?.outputs[index]
    if (output === undefined) throw new Error(`input ${at} does not say what it spends`)
    return output
  })
}
