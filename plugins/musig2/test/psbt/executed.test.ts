import { hex } from '@scure/base'
import { p2tr, p2wpkh, SigHash, Transaction } from '@scure/btc-signer'
import { pubECDSA, pubSchnorr } from '@scure/btc-signer/utils.js'
import { describe, expect, test } from 'vitest'
import { aggregateKeys, plainKeyOf, xOnlyKeyOf } from '../../src/bip327/key-context.js'
import { jointOutput } from '../../src/psbt/joint-output.js'
import { SignedPsbt, signPsbt } from '../../src/psbt/signed-psbt.js'
import { runScripts, spentBy } from './interpreter.js'
import { bytesOf, makeSignatures, publicKeysOf, secretKeysOf, signTogether, taskOf, txidOf } from './signers.js'

// Every transaction that is made here is executed by an interpreter that shares no code with what signed it.

const secretKeys = secretKeysOf('executed', 3)
const publicKeys = publicKeysOf(secretKeys)
const joint = jointOutput(publicKeys)
const amount = 100_000n
const paid = p2wpkh(pubECDSA(bytesOf('somebody'))).script

function spending(inputs: readonly Parameters<Transaction['addInput']>[0][], version = 0): Transaction {
  const transaction = new Transaction({ PSBTVersion: version, allowUnknownInputs: true })
  for (const input of inputs) transaction.addInput(input)
  transaction.addOutput({ script: paid, amount: 1_000n })
  return transaction
}

function expectValid(psbt: Uint8Array, signed: SignedPsbt): void {
  const raw = signed.finalize()
  if (raw === undefined) throw new Error('it is not final')
  expect(runScripts(raw, spentBy(psbt)).every((isValid) => isValid)).toBe(true)
}

describe('a PSBT that is signed together makes a valid transaction', () => {
  test.each([0, 2])('of one input, in version %i', (version) => {
    const psbt = spending([joint.input({ txid: txidOf(0), index: 1, amount })], version).toPSBT()
    expectValid(psbt, signTogether(psbt, secretKeys))
  })

  test('of several inputs', () => {
    const psbt = spending([0, 1, 2, 3].map((at) => joint.input({ txid: txidOf(at), index: at, amount }))).toPSBT()
    const signed = signTogether(psbt, secretKeys)
    expect(signed.signatures.map(({ input }) => input)).toEqual([0, 1, 2, 3])
    expectValid(psbt, signed)
  })

  test.each([
    ['DEFAULT', SigHash.DEFAULT, 64],
    ['ALL', SigHash.ALL, 65],
  ])('with the sighash %s, whose signature has its own length', (_, sighashType, length) => {
    const psbt = spending([{ ...joint.input({ txid: txidOf(0), index: 0, amount }), sighashType }]).toPSBT()
    const signed = signTogether(psbt, secretKeys)
    expect(signed.transaction.getInput(0).tapKeySig).toHaveLength(length)
    expectValid(psbt, signed)
  })

  test('where a tree of scripts stands beside the key', () => {
    const withTree = jointOutput(publicKeys, { merkleRoot: bytesOf('tree') })
    const psbt = spending([withTree.input({ txid: txidOf(0), index: 0, amount })]).toPSBT()
    expectValid(psbt, signTogether(psbt, secretKeys))
  })

  test.each([[[0]], [[1, 2]], [[0, 0x7fff_ffff, 3, 4]]])('where the key was derived by %j', (path) => {
    const derived = jointOutput(publicKeys, { path, merkleRoot: bytesOf('tree') })
    const psbt = spending([derived.input({ txid: txidOf(0), index: 0, amount })]).toPSBT()
    expectValid(psbt, signTogether(psbt, secretKeys))
  })

  test('where the aggregate key is the output key itself', () => {
    const aggregate = aggregateKeys(publicKeys)
    const script = Uint8Array.of(0x51, 32, ...xOnlyKeyOf(aggregate))
    const psbt = spending([
      {
        txid: txidOf(0),
        index: 0,
        witnessUtxo: { script, amount },
        musig2ParticipantPubkeys: [[plainKeyOf(aggregate), [...publicKeys]]],
      },
    ]).toPSBT()
    expectValid(psbt, signTogether(psbt, secretKeys))
  })

  test('where each input has participants of its own, derived by each signer for itself', () => {
    const [first, second] = [secretKeysOf('first input', 2), secretKeysOf('second input', 2)]
    const inputs = [first, second].map((secrets, at) =>
      jointOutput(publicKeysOf(secrets)).input({ txid: txidOf(at), index: 0, amount }),
    )
    const psbt = spending(inputs).toPSBT()
    const held = [0, 1].map((signer) => [first[signer]!, second[signer]!])
    const task = taskOf(psbt, ...held)
    expectValid(psbt, signPsbt(task, psbt, makeSignatures(task, held.flat())))
  })

  test('beside inputs of others, whichever of them signs first', () => {
    const others = bytesOf('others')
    const theirs = [p2wpkh(pubECDSA(others)).script, p2tr(pubSchnorr(others)).script]
    const transaction = spending([
      joint.input({ txid: txidOf(0), index: 0, amount }),
      { txid: txidOf(1), index: 0, witnessUtxo: { script: theirs[0]!, amount } },
      { txid: txidOf(2), index: 0, witnessUtxo: { script: theirs[1]!, amount }, tapInternalKey: pubSchnorr(others) },
    ])
    const psbt = transaction.toPSBT()
    const signed = signTogether(psbt, secretKeys)
    expect(signed.finalize()).toBeUndefined()
    const after = signed.transaction
    expect(after.sign(others)).toBe(2)
    expectValid(psbt, new SignedPsbt(after.toPSBT(), signed.signatures))
    transaction.sign(others)
    expectValid(psbt, signTogether(transaction.toPSBT(), secretKeys))
  })

  test('of an input whose whole previous transaction is given', () => {
    const previous = new Transaction({ allowUnknownInputs: true })
    previous.addInput({ txid: txidOf('before'), index: 0 })
    previous.addOutput({ script: paid, amount: 5n })
    previous.addOutput({ script: joint.script, amount })
    const { witnessUtxo: _, ...input } = joint.input({ txid: previous.id, index: 1, amount })
    const psbt = spending([{ ...input, nonWitnessUtxo: previous.unsignedTx }]).toPSBT()
    expectValid(psbt, signTogether(psbt, secretKeys))
  })
})

describe('the interpreter', () => {
  const psbt = spending([0, 1].map((at) => joint.input({ txid: txidOf(at), index: 0, amount }))).toPSBT()
  const signed = signTogether(psbt, secretKeys)

  test('refuses a signature of which one bit differs', () => {
    const wrong = signed.transaction
    const [first] = signed.signatures
    const broken = first!.signature.map((byte, at) => (at === 40 ? byte ^ 1 : byte))
    wrong.updateInput(0, { tapKeySig: broken }, true)
    const raw = new SignedPsbt(wrong.toPSBT(), []).finalize()
    expect(runScripts(raw!, spentBy(psbt))).toEqual([false, true])
  })

  test('refuses all of them where one amount is another', () => {
    const [one, other] = spentBy(psbt)
    const spent = [one!, { ...other!, amount: 99_999n }]
    expect(runScripts(signed.finalize()!, spent)).toEqual([false, false])
  })

  test('knows the transaction by the id that the library has for it', () => {
    const whole = Transaction.fromRaw(signed.finalize()!, { allowUnknownOutputs: true })
    expect(hex.encode(whole.unsignedTx)).toBe(hex.encode(Transaction.fromPSBT(psbt).unsignedTx))
  })
})
