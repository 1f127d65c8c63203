import { schnorr } from '@noble/curves/secp256k1.js'
import { equalBytes } from '@rondo/core'
import { SigHash, type Transaction } from '@scure/btc-signer'
import { musig2Error } from '../errors.js'
import type { Item } from '../signing/order.js'
import { previousOutput, readPsbt } from './psbt.js'

// Which signatures a PSBT asks for: one for each input that is a taproot output whose key was aggregated, by the participants that
// BIP-373 names there. Inputs that are others' business, or done already, are left alone.

/** Throws PSBT_MALFORMED or PSBT_UNSUPPORTED. */
export function itemsOfPsbt(psbt: Uint8Array): readonly Item[] {
  const transaction = readPsbt(psbt)
  return Array.from({ length: transaction.inputsLength }, (_, input) => itemOfInput(transaction, input)).filter(
    (item) => item !== undefined,
  )
}

type Input = ReturnType<Transaction['getInput']>

function itemOfInput(transaction: Transaction, input: number): Item | undefined {
  const { musig2ParticipantPubkeys: groups, tapInternalKey, tapMerkleRoot, ...rest } = transaction.getInput(input)
  if (groups === undefined || rest.tapKeySig !== undefined || rest.finalScriptWitness !== undefined) return undefined
  const [group, ...others] = groups
  if (group === undefined || others.length > 0) throw unsupported(input, 'has more than one aggregate key')
  if (tapInternalKey === undefined) throw unsupported(input, 'has no internal key')
  const [aggregateKey, publicKeys] = group
  if (!equalBytes(aggregateKey.subarray(1), tapInternalKey))
    throw unsupported(input, 'is not spent by its aggregate key: scripts and derived keys are not signed')
  const outputKey = outputKeyOf(previousOutput(transaction, input).script)
  if (outputKey === undefined) throw unsupported(input, 'spends no taproot output')
  const sighash = sighashOf(rest, input)
  const scripts: Uint8Array[] = []
  const amounts: bigint[] = []
  for (let at = 0; at < transaction.inputsLength; at++) {
    const { script, amount } = previousOutput(transaction, at)
    scripts.push(script)
    amounts.push(amount)
  }
  return {
    input,
    publicKeys,
    tweaks: [{ tweak: tapTweak(tapInternalKey, tapMerkleRoot), isXOnly: true }],
    message: transaction.preimageWitnessV1(input, scripts, sighash, amounts),
    aggregateKey,
    outputKey,
    sighash,
  }
}

function tapTweak(internalKey: Uint8Array, merkleRoot: Uint8Array = new Uint8Array(0)): Uint8Array {
  return schnorr.utils.taggedHash('TapTweak', internalKey, merkleRoot)
}

/** Of `OP_1` and 32 bytes. */
function outputKeyOf(script: Uint8Array): Uint8Array | undefined {
  return script.length === 34 && script[0] === 0x51 && script[1] === 32 ? script.subarray(2) : undefined
}

/** The others leave parts of the transaction to whoever comes after. */
function sighashOf({ sighashType = SigHash.DEFAULT }: Pick<Input, 'sighashType'>, input: number): number {
  if (sighashType !== SigHash.DEFAULT && sighashType !== SigHash.ALL)
    throw unsupported(input, 'asks for a signature that does not cover the whole transaction')
  return sighashType
}

function unsupported(input: number, detail: string): Error {
  return musig2Error('PSBT_UNSUPPORTED', { detail: `input ${input} ${detail}` })
}
