import { hex } from '@scure/base'
import { SigHash } from '@scure/btc-signer'
import type { Item } from '../signing/order.js'
import { readLittleEndian } from './compact-size.js'
import { type PsbtContents, type PsbtInput, readContents } from './contents.js'
import { jointKeyOf } from './joint-key.js'
import { malformed, unsupported, valueIn } from './maps.js'
import { inputRows } from './musig-rows.js'
import type { PreviousOutput } from './raw-transaction.js'

// Which signatures a PSBT asks for: one for each input that is a taproot output with an aggregate key, by the participants that
// BIP-373 names there. Inputs that are others' business, or done already, are left alone. No curve arithmetic is done.

export const signatureRow = { sighash: 0x03, finalScript: 0x07, finalWitness: 0x08, tapKeySignature: 0x13 } as const

/** Throws PSBT_MALFORMED or PSBT_UNSUPPORTED, whatever the bytes are. */
export function itemsOfPsbt(psbt: Uint8Array): readonly Item[] {
  const contents = readContents(psbt)
  let all: AllSpent | undefined
  const covered = (): AllSpent => {
    all ??= allSpent(contents.inputs)
    return all
  }
  const items = contents.inputs.map((_, at) => itemOfInput(contents, at, covered)).filter((item) => item !== undefined)
  if (items.length > 0) return items
  throw unsupported(
    contents.inputs.some(isSigned)
      ? 'every input that could be signed here is signed'
      : 'no input names the participants of an aggregate key, as BIP-373 has it',
  )
}

/** Those of which all keys are among these. What others own together is theirs to sign, in a round of their own. */
export function itemsWithin(items: readonly Item[], publicKeys: readonly Uint8Array[]): readonly Item[] {
  const names = new Set(publicKeys.map((key) => hex.encode(key)))
  return items.filter((item) => item.publicKeys.every((key) => names.has(hex.encode(key))))
}

function isSigned({ rows }: PsbtInput): boolean {
  const { tapKeySignature, finalScript, finalWitness } = signatureRow
  return [tapKeySignature, finalScript, finalWitness].some((type) => valueIn(rows, type) !== undefined)
}

function itemOfInput(
  { inputs, transaction, maps }: PsbtContents,
  at: number,
  covered: () => AllSpent,
): Item | undefined {
  const input = inputs[at]
  if (input === undefined || isSigned(input)) return undefined
  const { rows, spent } = input
  const where = `input ${at}`
  const outputKey = spent && taprootKeyOf(spent.script)
  const joint = jointKeyOf(where, rows, inputRows, outputKey ?? new Uint8Array(0), maps.global)
  if (joint === undefined) return undefined
  const { scripts, amounts } = covered()
  if (outputKey === undefined) throw unsupported(`${where} has participants, but spends no taproot output`)
  const sighash = sighashOf(valueIn(rows, signatureRow.sighash), where)
  let message: Uint8Array | undefined
  return {
    ...joint,
    input: at,
    outputKey,
    sighash,
    // When it is asked for: those of all inputs take their time.
    get message() {
      message ??= transaction.preimageWitnessV1(at, scripts, sighash, amounts)
      return message
    },
  }
}

/** Every taproot signature covers all of them. */
interface AllSpent {
  readonly scripts: Uint8Array[]
  readonly amounts: bigint[]
}

function allSpent(inputs: readonly PsbtInput[]): AllSpent {
  const outputs = inputs.map(({ spent }, at): PreviousOutput => {
    if (spent === undefined) throw unsupported(`input ${at} does not say what it spends, which every signature covers`)
    return spent
  })
  return { scripts: outputs.map(({ script }) => script), amounts: outputs.map(({ amount }) => amount) }
}

/** Of `OP_1` and 32 bytes. */
export function taprootKeyOf(script: Uint8Array): Uint8Array | undefined {
  return script.length === 34 && script[0] === 0x51 && script[1] === 32 ? script.subarray(2) : undefined
}

/** The others leave parts of the transaction to whoever comes after. */
function sighashOf(value: Uint8Array | undefined, where: string): number {
  if (value === undefined) return SigHash.DEFAULT
  if (value.length !== 4) throw malformed(`the kind of signature of ${where} is none`)
  const sighash = readLittleEndian(value)
  if (sighash !== SigHash.DEFAULT && sighash !== SigHash.ALL)
    throw unsupported(`${where} asks for a signature that does not cover the whole transaction`)
  return sighash
}
