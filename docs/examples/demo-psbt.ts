// A transaction to try sign-together.ts with. It spends 100,000 satoshis of the keys together that were never paid to them, so that no
// network takes it. Everything else about it is as a wallet makes it.

import { jointOutput, psbtBase64, sortKeys } from '@rondo/plugin-musig2'
import { OutScript, Transaction } from '@scure/btc-signer'

/** The PSBT as base64, for the holders of these keys of 33 bytes. */
export function demoPsbt(keys: readonly Uint8Array[]): string {
  // Sorted, the keys make the same address in whatever order they are named.
  const joint = jointOutput(sortKeys([...keys]))
  const transaction = new Transaction()
  transaction.addInput(joint.input({ txid: '01'.repeat(32), index: 0, amount: 100_000n }))
  const somebody = OutScript.encode({ type: 'wpkh', hash: new Uint8Array(20).fill(2) })
  transaction.addOutput({ script: somebody, amount: 60_000n })
  transaction.addOutput(joint.output(39_000n))
  return psbtBase64(transaction.toPSBT())
}
