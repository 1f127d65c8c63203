import { hex } from '@scure/base'
import { p2tr, Transaction } from '@scure/btc-signer'
import { verifySchnorr } from 'tiny-secp256k1'
import { aggregateKeys, plainKeyOf, xOnlyKeyOf } from '../../src/index.js'
import type { Request } from './child/words.js'

// What the five are to sign, and whether the signatures hold: by another implementation than the one that made them.

export interface Task {
  readonly request: Request
  holds(signatures: readonly string[]): boolean
}

export function messageOf(text: string, publicKeys: readonly string[]): Task {
  const bytes = new Uint8Array(32)
  new TextEncoder().encodeInto(text, bytes)
  const key = xOnlyKeyOf(aggregateKeys(publicKeys.map((each) => hex.decode(each))))
  return {
    request: { kind: 'message', bytes: hex.encode(bytes) },
    holds: ([signature = '', ...more]) => more.length === 0 && verifySchnorr(bytes, key, hex.decode(signature)),
  }
}

/** Two outputs of the five, spent together. */
export function spendOf(publicKeys: readonly string[]): Task {
  const keys = publicKeys.map((each) => hex.decode(each))
  const aggregate = aggregateKeys(keys)
  const tapInternalKey = xOnlyKeyOf(aggregate)
  const { script, tweakedPubkey } = p2tr(tapInternalKey)
  const transaction = new Transaction()
  const amounts = [60_000n, 40_000n]
  for (const [index, amount] of amounts.entries()) {
    const musig2ParticipantPubkeys: [Uint8Array, Uint8Array[]][] = [[plainKeyOf(aggregate), keys]]
    const spent = { txid: new Uint8Array(32).fill(7), index, witnessUtxo: { script, amount } }
    transaction.addInput({ ...spent, tapInternalKey, musig2ParticipantPubkeys })
  }
  transaction.addOutput({ script, amount: 99_000n })
  const sighashes = amounts.map((_, index) => transaction.preimageWitnessV1(index, [script, script], 0, amounts))
  return {
    request: { kind: 'psbt', bytes: hex.encode(transaction.toPSBT()) },
    holds: (signatures) =>
      signatures.length === sighashes.length &&
      sighashes.every((sighash, at) => verifySchnorr(sighash, tweakedPubkey, hex.decode(signatures[at] ?? ''))),
  }
}
