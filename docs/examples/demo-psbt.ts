// A transaction to try sign-together.ts with. It spends 100,000 satoshis of the keys together that were never paid to them, so that no
// network takes it. Everything else about it is as a wallet makes it.

import { jointOutput, sortKeys } from '@rondo/plugin-musig2'
import { base64, hex } from '@scure/base'
import { OutScript, Transaction } from '@scure/btc-signer'

/** The PSBT as base64, for the holders of these keys of 33 bytes. */
export function demoPsbt(keys: readonly Uint8Array[]): string {
  // Sorted, the keys make the same address in whatever order they are named.
  const shared = jointOutput(sortKeys(keys))
  const somebody = OutScript.encode({ type: 'wpkh', hash: new Uint8Array(20).fill(2) })
  const txid = hex.encode(new Uint8Array(32).fill(1))

  const transaction = new Transaction()
  // With the rows of BIP-373: whose keys the internal key was made of. By this a PSBT says who has to sign.
  transaction.addInput(shared.input({ txid, index: 0, amount: 100_000n }))
  transaction.addOutput({ script: somebody, amount: 60_000n })
  transaction.addOutput(shared.output(39_000n))
  return base64.encode(transaction.toPSBT())
}
