import { concatBytes } from '@noble/curves/utils.js'
import { Transaction } from '@scure/btc-signer'
import { expect, test } from 'vitest'
import { itemsMax, psbtBytesMax, signersMax } from '../../src/options.js'
import { itemsOfPsbt } from '../../src/psbt/items.js'
import { itemsOf, type Order } from '../../src/signing/order.js'
import { SigningTask } from '../../src/signing/task.js'
import { bytesOf } from '../party.js'

// As many signers and signatures as there may be, and no key twice: it costs whoever sends it nothing, as no key has to be one.

const keys = Array.from({ length: itemsMax }, (_, item) =>
  Array.from({ length: signersMax }, (__, member) => Uint8Array.of(2, ...bytesOf('key', item, member))),
)

const largest: Order = {
  seats: Array.from({ length: signersMax }, (_, member) => keys.map((held) => held[member] ?? new Uint8Array(33))),
  request: { kind: 'psbt', psbt: psbtFor(keys) },
}

function psbtFor(participants: readonly (readonly Uint8Array[])[]): Uint8Array {
  const transaction = new Transaction({ unknown: 'ignore', allowUnknownOutputs: true })
  for (const [index, publicKeys] of participants.entries()) {
    const aggregate = Uint8Array.of(2, ...bytesOf('aggregate', index))
    const witnessUtxo = { script: Uint8Array.of(0x51, 32, ...aggregate.subarray(1)), amount: 1_000n }
    const row = [{ type: 0x1a, key: aggregate }, concatBytes(...publicKeys)] as const
    transaction.addInput({ txid: bytesOf('txid'), index, witnessUtxo, unknown: [[...row]] })
  }
  transaction.addOutput({ script: Uint8Array.of(0x51, 32, ...bytesOf('output')), amount: 1_000n })
  return transaction.toPSBT()
}

test('the largest order there is takes not much longer to look at than its PSBT takes to read', () => {
  const { request } = largest
  if (request.kind !== 'psbt') throw new Error('it is one of a PSBT')
  expect(request.psbt.length).toBeLessThan(psbtBytesMax)
  expect(itemsOf(largest)).toHaveLength(itemsMax)
  const readMs = quickestMs(() => itemsOfPsbt(request.psbt))
  // It was more than 400 times as long where each key was looked for in the lists of all members.
  expect(quickestMs(() => new SigningTask(largest)) / readMs).toBeLessThan(100)
  expect(quickestMs(() => seatsIn(new SigningTask(largest))) / readMs).toBeLessThan(100)
})

/** By item, as often as a round asks for them. */
function seatsIn(task: SigningTask): void {
  for (const at of task.items.keys()) for (let seat = 0; seat < signersMax; seat++) task.keyHeldBy(seat, at)
}

function quickestMs(work: () => unknown): number {
  const took = [1, 2, 3].map(() => {
    const beganMs = performance.now()
    work()
    return performance.now() - beganMs
  })
  return Math.min(...took)
}
