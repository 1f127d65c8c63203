import { createRequire } from 'node:module'

// What the rest of the network makes of a transaction: by bitcore's interpreter, which shares no code with what signs here.

interface BitcoreTransaction {
  readonly inputs: { output: unknown; readonly script: unknown; getWitnesses(): readonly Buffer[] }[]
}

interface Bitcore {
  readonly Script: {
    new (hex: string): unknown
    readonly Interpreter: {
      new (): { verify(...given: readonly unknown[]): boolean; readonly errstr: string }
      readonly SCRIPT_VERIFY_P2SH: number
      readonly SCRIPT_VERIFY_WITNESS: number
      readonly SCRIPT_VERIFY_TAPROOT: number
    }
  }
  readonly Transaction: {
    new (hex: string): BitcoreTransaction
    readonly Output: new (parts: { satoshis: number; script: unknown }) => unknown
  }
}

const { Script, Transaction }: Bitcore = createRequire(import.meta.url)('bitcore-lib')
const { SCRIPT_VERIFY_P2SH, SCRIPT_VERIFY_WITNESS, SCRIPT_VERIFY_TAPROOT } = Script.Interpreter

export interface Spent {
  readonly amount: bigint
  readonly script: Uint8Array
}

/** Why its first input may not spend this, or an empty text. */
export function objectionTo(transactionHex: string, { amount, script }: Spent): string {
  const transaction = new Transaction(transactionHex)
  const [input] = transaction.inputs
  if (input === undefined) return 'there is no input'
  const [satoshis, spent] = [Number(amount), new Script(Buffer.from(script).toString('hex'))]
  input.output = new Transaction.Output({ satoshis, script: spent })
  const flags = SCRIPT_VERIFY_P2SH | SCRIPT_VERIFY_WITNESS | SCRIPT_VERIFY_TAPROOT
  const interpreter = new Script.Interpreter()
  const holds = interpreter.verify(input.script, spent, transaction, 0, flags, input.getWitnesses(), satoshis)
  return holds ? '' : interpreter.errstr || 'refused'
}
