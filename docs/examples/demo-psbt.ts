// A transaction to try sign-together.ts with. It spends 100,000 satoshis of the keys together that were never paid to them, so that no
// network takes it. Everything else about it is as a wallet makes it.

import { aggregateKeys, plainKeyOf, xOnlyKeyOf } from '@rondo/plugin-musig2'
import { base64 } from '@scure/base'
import { OutScript, p2tr, Transaction } from '@scure/btc-signer'
import { sortKeys } from '@scure/btc-signer/musig2.js'

/** The PSBT as base64, for the holders of these keys of 33 bytes. */
export function demoPsbt(keys: readonly Uint8Array[]): string {
  // Sorted, the keys make the same address in whatever order they are named.
  const publicKeys = sortKeys([...keys])
  const aggregate = aggregateKeys(publicKeys)
  const shared = p2tr(xOnlyKeyOf(aggregate))

  const transaction = new Transaction()
  transaction.addInput({
    txid: new Uint8Array(32).fill(1),
    index: 0,
    witnessUtxo: { script: shared.script, amount: 100_000n },
    tapInternalKey: shared.tapInternalKey,
    // BIP-373: whose keys the internal key was made of. By this a PSBT says who has to sign.
    musig2ParticipantPubkeys: [[plainKeyOf(aggregate), publicKeys]],
  })
  const somebody = OutScript.encode({ type: 'wpkh', hash: new Uint8Array(20).fill(2) })
  transaction.addOutput({ script: somebody, amount: 60_000n })
  transaction.addOutput({ script: shared.script, amount: 39_000n })
  return base64.encode(transaction.toPSBT())
}
