import { schnorr } from '@noble/curves/secp256k1.js'
import { aggregateKeys, applyTweak, plainKeyOf, xOnlyKeyOf } from '@rondo/plugin-musig2'
import { Transaction } from '@scure/btc-signer'
import { messageOf } from './keys.ts'

const coin = 100_000n

/** A transaction of so many inputs, all spent by one aggregate key, each of an address of its own. */
export function psbtToSign(publicKeys: readonly Uint8Array[], inputs: number): Uint8Array {
  const aggregate = aggregateKeys(publicKeys)
  const internalKey = xOnlyKeyOf(aggregate)
  const transaction = new Transaction()
  for (let index = 0; index < inputs; index += 1) {
    const merkleRoot = messageOf(index)
    const tweak = schnorr.utils.taggedHash('TapTweak', internalKey, merkleRoot)
    const outputKey = xOnlyKeyOf(applyTweak(aggregate, { tweak, isXOnly: true }))
    transaction.addInput({
      txid: messageOf(index),
      index,
      witnessUtxo: { script: Uint8Array.of(0x51, 32, ...outputKey), amount: coin },
      tapInternalKey: internalKey,
      tapMerkleRoot: merkleRoot,
      musig2ParticipantPubkeys: [[plainKeyOf(aggregate), [...publicKeys]]],
    })
  }
  transaction.addOutput({ script: Uint8Array.of(0x51, 32, ...internalKey), amount: coin })
  return transaction.toPSBT()
}
