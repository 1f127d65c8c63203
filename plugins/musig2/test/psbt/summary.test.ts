import { p2tr, p2wpkh, Transaction } from '@scure/btc-signer'
import { pubECDSA, pubSchnorr } from '@scure/btc-signer/utils.js'
import { describe, expect, test } from 'vitest'
import { aggregateKeys, xOnlyKeyOf } from '../../src/bip327/key-context.js'
import { deriveKey } from '../../src/psbt/derivation.js'
import { type JointOutput, jointOutput } from '../../src/psbt/joint-output.js'
import { decodeMaps, encodeMaps } from '../../src/psbt/maps.js'
import type { BitcoinNetwork } from '../../src/psbt/network.js'
import { summarizePsbt, type TransactionSummary } from '../../src/psbt/summary.js'
import { bytesOf, publicKeysOf, secretKeysOf, signTogether, taskOf, txidOf } from './signers.js'

const secretKeys = secretKeysOf('summary', 2)
const publicKeys = publicKeysOf(secretKeys)
const joint = jointOutput(publicKeys)
const amount = 100_000n
const paid = p2wpkh(pubECDSA(bytesOf('shop'))).script

type Input = Parameters<Transaction['addInput']>[0]
type Output = Parameters<Transaction['addOutput']>[0]

const mine = (from: JointOutput = joint, at = 0): Input => from.input({ txid: txidOf(at), index: at, amount })

function psbtOf(inputs: readonly Input[], outputs: readonly Output[], lockTime = 0): Uint8Array {
  const transaction = new Transaction({ lockTime, allowUnknownInputs: true, allowUnknownOutputs: true })
  for (const input of inputs) transaction.addInput(input)
  for (const output of outputs) transaction.addOutput(output)
  return transaction.toPSBT()
}

function summaryOf(psbt: Uint8Array, network: BitcoinNetwork = 'mainnet'): Promise<TransactionSummary> {
  return summarizePsbt(psbt, taskOf(psbt, ...secretKeys.map((key) => [key])), network, async () => undefined)
}

async function changeOf(outputs: readonly Output[], inputs = [mine()]): Promise<readonly boolean[]> {
  const summary = await summaryOf(psbtOf(inputs, outputs))
  return summary.outputs.map(({ isChange }) => isChange)
}

describe('a summary', () => {
  test('has the amounts, the fee, and what the signers pay', async () => {
    const others = { txid: txidOf('theirs'), index: 3, witnessUtxo: { script: paid, amount: 7_000n } }
    const psbt = psbtOf([mine(), others], [{ script: paid, amount: 60_000n }, joint.output(46_000n)])
    const { inputs, outputs, ...sums } = await summaryOf(psbt)
    expect(inputs.map(({ outpoint, isSigned }) => [outpoint, isSigned])).toEqual([
      [`${txidOf(0)}:0`, true],
      [`${txidOf('theirs')}:3`, false],
    ])
    expect(outputs.map((output) => [output.amount, output.isChange])).toEqual([
      [60_000n, false],
      [46_000n, true],
    ])
    expect(sums).toMatchObject({ fee: 1_000n, sent: 60_000n, cost: 54_000n, lockTime: undefined, isReplaceable: false })
  })

  test.each<[string, Input, boolean]>([
    ['signed already', mine(joint, 1), true],
    ['without its rows', { txid: txidOf(1), index: 1, witnessUtxo: { script: joint.script, amount } }, false],
    ['derived, and signed', mine(jointOutput(publicKeys, { path: [4] }), 1), true],
    ['with somebody else', mine(jointOutput([publicKeys[0]!, ...publicKeysOf([bytesOf('friend')])]), 1), false],
  ])('counts what the signers own and do not sign here, %s: another round may', async (_, other, isDone) => {
    const maps = decodeMaps(psbtOf([mine(), other], [{ script: paid, amount }, joint.output(99_000n)]))
    const [first = [], second = []] = maps.inputs
    const signature = { key: Uint8Array.of(0x13), value: bytesOf('a', 'signature') }
    const psbt = encodeMaps({ ...maps, inputs: [first, isDone ? [...second, signature] : second] })
    const { inputs, cost } = await summaryOf(psbt)
    expect(inputs.map(({ isSigned, isOurs }) => [isSigned, isOurs])).toEqual([
      [true, true],
      [false, true],
    ])
    expect(cost).toBe(101_000n)
  })

  test.each<[BitcoinNetwork, string]>([
    ['mainnet', 'bc1p'],
    ['testnet', 'tb1p'],
    ['signet', 'tb1p'],
    ['regtest', 'bcrt1p'],
  ])('writes addresses as %s does', async (network, start) => {
    const { inputs } = await summaryOf(psbtOf([mine()], [{ script: paid, amount: 1n }]), network)
    expect(inputs[0]!.address).toMatch(new RegExp(`^${start}`))
    expect(inputs[0]!.address).toBe(jointOutput(publicKeys, { network }).address)
  })

  test.each([1, 2, 3, 4].flatMap((count) => [0, 1].map((sighashType) => [count, sighashType] as const)))(
    'foresees the virtual bytes of the transaction: %i inputs with sighash %i',
    async (count, sighashType) => {
      const inputs = Array.from({ length: count }, (_, at) => ({ ...mine(joint, at), sighashType }))
      const psbt = psbtOf(inputs, [{ script: paid, amount: 60_000n }, joint.output(30_000n)])
      const { virtualBytes, feeRate, fee } = await summaryOf(psbt)
      const raw = signTogether(psbt, secretKeys).finalize()!
      const { vsize } = Transaction.fromRaw(raw, { allowUnknownOutputs: true })
      expect(virtualBytes).toBe(vsize)
      expect(feeRate).toBeCloseTo(Number(fee) / vsize)
    },
  )

  test('foresees them beside inputs of others that are done, or can be done in one way only', async () => {
    const others = bytesOf('others')
    const transaction = new Transaction({ allowUnknownInputs: true })
    transaction.addInput(mine())
    const theirs = p2wpkh(pubECDSA(others)).script
    transaction.addInput({ txid: txidOf(7), index: 0, witnessUtxo: { script: theirs, amount } })
    transaction.addOutput({ script: paid, amount: 1n })
    const before = (await summaryOf(transaction.toPSBT())).virtualBytes!
    transaction.sign(others)
    transaction.finalizeIdx(1)
    const psbt = transaction.toPSBT()
    const { vsize } = Transaction.fromRaw(signTogether(psbt, secretKeys).finalize()!, { allowUnknownOutputs: true })
    expect((await summaryOf(psbt)).virtualBytes).toBe(vsize)
    expect(before).toBeGreaterThanOrEqual(vsize)
    expect(before).toBeLessThanOrEqual(vsize + 1)
  })

  test('says nothing of them where others may sign with more or less', async () => {
    const tree = p2tr(pubSchnorr(bytesOf('tree'))).script
    const psbt = psbtOf(
      [mine(), { txid: txidOf(7), index: 0, witnessUtxo: { script: tree, amount } }],
      [{ script: paid, amount: 1n }],
    )
    expect(await summaryOf(psbt)).toMatchObject({ virtualBytes: undefined, feeRate: undefined })
  })

  test.each([
    [840_000, 0xffff_fffe, { height: 840_000 }],
    [1_700_000_000, 0, { unixSeconds: 1_700_000_000 }],
    [840_000, 0xffff_ffff, undefined],
    [0, 0, undefined],
  ])('says when it can be in a block: lock time %i with sequence %i', async (lockTime, sequence, expected) => {
    const psbt = psbtOf([{ ...mine(), sequence }], [{ script: paid, amount: 1n }], lockTime)
    expect((await summaryOf(psbt)).lockTime).toEqual(expected)
  })

  test.each([
    ['blocks', 2, [144, 5], { blocks: 144, seconds: 0 }],
    ['time', 2, [0x0040_0002, 0x0040_ffff], { blocks: 0, seconds: 65_535 * 512 }],
    ['both', 2, [0x0040_0001, 3], { blocks: 3, seconds: 512 }],
    ['what has no meaning', 2, [0x0f00_0000, 0xffff_fffd], undefined],
    ['the first version', 1, [144, 5], undefined],
    ['a later version', 3, [144, 5], { blocks: 144, seconds: 0 }],
  ])('says how old what it spends must be, in %s', async (_, version, sequences, expected) => {
    const transaction = new Transaction({ version, allowUnknownVersion: true })
    for (const [at, sequence] of sequences.entries()) transaction.addInput({ ...mine(joint, at), sequence })
    transaction.addOutput({ script: paid, amount: 1n })
    expect((await summaryOf(transaction.toPSBT())).inputAge).toEqual(expected)
  })

  test.each([
    [0xffff_fffd, true],
    [0xffff_fffe, false],
  ])('says whether it can be replaced: sequence %i', async (sequence, isReplaceable) => {
    const psbt = psbtOf([{ ...mine(), sequence }], [{ script: paid, amount: 1n }])
    expect((await summaryOf(psbt)).isReplaceable).toBe(isReplaceable)
  })
})

describe('change', () => {
  test('is what goes back to the key that is signed with, said or not', async () => {
    expect(await changeOf([joint.output(1n), { script: joint.script, amount: 1n }])).toEqual([true, true])
  })

  test('is what goes to a key that comes of the same participants', async () => {
    const next = jointOutput(publicKeys, { path: [1, 5] })
    expect(await changeOf([next.output(1n)])).toEqual([true])
    expect(await changeOf([joint.output(1n)], [mine(next)])).toEqual([true])
    const { outputs } = await summaryOf(
      psbtOf([mine()], [next.output(1n), joint.output(1n), { script: paid, amount: 1n }]),
    )
    expect(outputs.map(({ path }) => path)).toEqual([[1, 5], undefined, undefined])
  })

  test('is found for the participants of each input, where they differ', async () => {
    const held = [secretKeysOf('first', 2), secretKeysOf('second', 2)] as const
    const [first, second] = held.map((keys) => publicKeysOf(keys)) as [Uint8Array[], Uint8Array[]]
    const inputs = [mine(jointOutput(first), 0), mine(jointOutput(second), 1)]
    const outputs = [first, second, [first[0]!, second[1]!]].map((keys) => jointOutput(keys, { path: [0] }).output(1n))
    const psbt = psbtOf(inputs, outputs)
    const task = taskOf(psbt, [held[0][0]!, held[1][0]!], [held[0][1]!, held[1][1]!])
    const summary = await summarizePsbt(psbt, task, 'mainnet', async () => undefined)
    expect(summary.outputs.map(({ isChange }) => isChange)).toEqual([true, true, false])
  })

  test('may have the tree of scripts that an input has', async () => {
    const merkleRoot = bytesOf('tree')
    const input = jointOutput(publicKeys, { merkleRoot })
    const next = jointOutput(publicKeys, { merkleRoot, path: [7] })
    expect(await changeOf([next.output(1n)], [mine(input)])).toEqual([true])
  })

  test('is not what a script could spend that no input has: the participants are the same, and a thief is in the tree', async () => {
    const thief = jointOutput(publicKeys, { merkleRoot: bytesOf('thief') })
    expect(await changeOf([thief.output(1n)])).toEqual([false])
  })

  test('is not what a script could spend that only some inputs have: whoever brought one may own the script', async () => {
    const thief = jointOutput(publicKeys, { merkleRoot: bytesOf('thief') })
    const next = jointOutput(publicKeys, { merkleRoot: bytesOf('thief'), path: [7] })
    const inputs = [mine(joint, 0), mine(thief, 1)]
    expect(await changeOf([joint.output(1n), thief.output(1n), next.output(1n)], inputs)).toEqual([true, false, false])
    expect(await changeOf([thief.output(1n), next.output(1n)], [mine(thief)])).toEqual([true, true])
  })

  test('is not what a script could spend that an input names and does not have: its key is the output key itself', async () => {
    const script = Uint8Array.of(0x51, 32, ...joint.internalKey)
    const { tapInternalKey, ...fields } = joint.input({ txid: txidOf(0), index: 0, amount })
    const bare = { ...fields, witnessUtxo: { script, amount }, tapMerkleRoot: bytesOf('thief') }
    const thief = jointOutput(publicKeys, { merkleRoot: bytesOf('thief') })
    expect(await changeOf([thief.output(1n), joint.output(1n), { script, amount: 1n }], [bare])).toEqual([
      false,
      true,
      true,
    ])
  })

  test('is not what is derived with a chain code that no input is derived with: who alone knows it could ask a ransom', async () => {
    const chainCode = bytesOf('ransom')
    const derivation = { chainCode, path: [1] }
    const internalKey = xOnlyKeyOf(deriveKey(aggregateKeys(publicKeys), derivation))
    const { script } = p2tr(internalKey)
    const claim = jointOutput(publicKeys, { path: [1] }).output(1n)
    const origin = claim.tapBip32Derivation![0]![1]
    const output = { ...claim, script, tapInternalKey: internalKey, tapBip32Derivation: [[internalKey, origin]] }
    const { global, ...maps } = decodeMaps(psbtOf([mine()], [output as Output]))
    const xpub = Uint8Array.of(1, 4, 0x88, 0xb2, 0x1e, ...new Uint8Array(9), ...chainCode, ...joint.aggregateKey)
    const psbt = encodeMaps({ ...maps, global: [...global, { key: xpub, value: new Uint8Array(4) }] })
    expect((await summaryOf(psbt)).outputs.map(({ isChange }) => isChange)).toEqual([false])
  })

  test('is not what other participants own together, were it all but one of them', async () => {
    const others = jointOutput(publicKeysOf([secretKeys[0]!, bytesOf('thief')]))
    expect(await changeOf([others.output(1n)])).toEqual([false])
  })

  test('is not what only claims to be of the same participants', async () => {
    const thief = p2tr(pubSchnorr(bytesOf('thief'))).script
    expect(await changeOf([{ ...joint.output(1n), script: thief }])).toEqual([false])
    const derived = jointOutput(publicKeys, { path: [3] })
    expect(await changeOf([{ ...derived.output(1n), script: thief }])).toEqual([false])
  })

  test('is not a script of another kind with the same key in it, which anybody could spend', async () => {
    const anyone = Uint8Array.of(0x52, 32, ...joint.script.subarray(2))
    expect(await changeOf([{ script: anyone, amount: 1n }])).toEqual([false])
  })

  test('is looked for in a few outputs only, before anybody has said yes', async () => {
    const outputs = Array.from({ length: 10 }, (_, at) => jointOutput(publicKeys, { path: [at] }).output(1n))
    const change = await changeOf(outputs)
    expect(change.filter((isChange) => isChange)).toHaveLength(8)
  })
})

describe('a joint output', () => {
  test('is the output that the library makes of its internal key', () => {
    const { aggregateKey } = jointOutput(publicKeys)
    expect(aggregateKey).toEqual(aggregateKeys(publicKeys).point.toBytes(true))
    expect(p2tr(joint.internalKey).script).toEqual(joint.script)
    expect(p2tr(joint.internalKey).address).toBe(joint.address)
  })

  test('does not notice what its caller does to the keys afterwards', () => {
    const own = publicKeys.map((key) => key.slice())
    const output = jointOutput(own)
    own[0]!.fill(0)
    expect(psbtOf([mine(output)], [output.output(1n)])).toEqual(psbtOf([mine()], [joint.output(1n)]))
  })

  test('refuses what is no key', () => {
    expect(() => jointOutput([])).toThrow(TypeError)
    expect(() => jointOutput([publicKeys[0]!, new Uint8Array(33)])).toThrow(TypeError)
  })

  test('refuses a merkle root that is none, and a step that cannot be taken', () => {
    expect(() => jointOutput(publicKeys, { merkleRoot: new Uint8Array(31) })).toThrow(TypeError)
    expect(() => jointOutput(publicKeys, { path: [0x8000_0000] })).toThrow(RangeError)
  })

  test('derives with the chain code of an extended key in the PSBT, where one is given for the aggregate key', async () => {
    const derived = jointOutput(publicKeys, { path: [1] })
    const psbt = psbtOf([mine(derived)], [{ script: paid, amount: 1n }])
    const maps = decodeMaps(psbt)
    const xpub = (chainCode: Uint8Array) =>
      Uint8Array.of(1, 4, 0x88, 0xb2, 0x1e, ...new Uint8Array(9), ...chainCode, ...derived.aggregateKey)
    const withXpub = (chainCode: Uint8Array) =>
      encodeMaps({ ...maps, global: [...maps.global, { key: xpub(chainCode), value: new Uint8Array(4) }] })
    await expect(summaryOf(withXpub(bytesOf('other')))).resolves.toBeDefined()
    const task = taskOf(withXpub(bytesOf('other')), ...secretKeys.map((key) => [key]))
    expect(() => task.keyOf(0)).toThrow(/does not come of the aggregate key/)
  })
})
