import { p2wpkh, SigHash, Transaction } from '@scure/btc-signer'
import { RawOldTx } from '@scure/btc-signer/script.js'
import { pubECDSA } from '@scure/btc-signer/utils.js'
import { describe, expect, test } from 'vitest'
import { itemsMax, transactionEndsMax } from '../../src/options.js'
import { itemsOfPsbt } from '../../src/psbt/items.js'
import { jointOutput } from '../../src/psbt/joint-output.js'
import { decodeMaps, encodeMaps, type PsbtMaps, type Row } from '../../src/psbt/maps.js'
import { SigningTask } from '../../src/signing/task.js'
import { codeOf, reasonOf } from './refusal.js'
import { bytesOf, publicKeysOf, secretKeysOf, signTogether, txidOf } from './signers.js'

const secretKeys = secretKeysOf('items', 2)
const publicKeys = publicKeysOf(secretKeys)
const joint = jointOutput(publicKeys)
const amount = 100_000n
const theirs = p2wpkh(pubECDSA(bytesOf('theirs'))).script
const fund = (at: number) => ({ txid: txidOf(at), index: 0, amount })

type Input = Parameters<Transaction['addInput']>[0]

function psbtOf(inputs: readonly Input[], outputs: readonly { script: Uint8Array; amount: bigint }[] = []): Uint8Array {
  const transaction = new Transaction({ allowUnknownInputs: true, allowUnknownOutputs: true, disableScriptCheck: true })
  for (const input of inputs) transaction.addInput(input)
  for (const output of outputs.length > 0 ? outputs : [{ script: theirs, amount: 1_000n }])
    transaction.addOutput(output)
  return transaction.toPSBT()
}

const plain = psbtOf([joint.input(fund(0))])

/** The first input with other rows. */
function withRows(change: (rows: readonly Row[]) => readonly Row[], psbt = plain): Uint8Array {
  const maps = decodeMaps(psbt)
  return encodeMaps({ ...maps, inputs: maps.inputs.map((rows, at) => (at === 0 ? change(rows) : rows)) })
}

const without = (...types: readonly number[]) =>
  withRows((rows) => rows.filter(({ key }) => !types.includes(key[0] ?? -1)))

const withRow = (key: readonly number[], value: Uint8Array) =>
  withRows((rows) => [...rows, { key: Uint8Array.from(key), value }])

function tryTask(psbt: Uint8Array): SigningTask {
  return new SigningTask({ seats: publicKeys.map((key) => [key]), request: { kind: 'psbt', psbt } })
}

describe('the inputs that are signed', () => {
  test('are those with participants, in their order; others’ are left alone', () => {
    const psbt = psbtOf([
      { txid: txidOf(9), index: 0, witnessUtxo: { script: theirs, amount } },
      joint.input(fund(0)),
      joint.input(fund(1)),
    ])
    expect(itemsOfPsbt(psbt).map(({ input }) => input)).toEqual([1, 2])
  })

  test('are not those that are signed already', () => {
    const both = psbtOf([joint.input(fund(0)), joint.input(fund(1))])
    const [first] = decodeMaps(signTogether(both, secretKeys).bytes).inputs
    const half = withRows(() => first ?? [], both)
    expect(itemsOfPsbt(half).map(({ input }) => input)).toEqual([1])
    const transaction = Transaction.fromPSBT(half, { allowUnknownOutputs: true })
    transaction.finalizeIdx(0)
    expect(itemsOfPsbt(transaction.toPSBT()).map(({ input }) => input)).toEqual([1])
  })

  test('are those of which the round has all keys; what others own together is left to them', () => {
    const others = publicKeysOf(secretKeysOf('other signers', 2))
    const overlapping = [publicKeys[0]!, others[0]!]
    const inputs = [publicKeys, others, overlapping].map((keys, at) => jointOutput(keys).input(fund(at)))
    expect(tryTask(psbtOf(inputs)).items.map(({ input }) => input)).toEqual([0])
    expect(codeOf(() => tryTask(psbtOf(inputs.slice(1))))).toBe('ORDER_REFUSED')
  })

  test('have the message that the library computes', () => {
    const psbt = psbtOf([joint.input(fund(0)), { ...joint.input(fund(1)), sighashType: SigHash.ALL }])
    const transaction = Transaction.fromPSBT(psbt, { allowUnknownOutputs: true })
    const scripts = [joint.script, joint.script]
    const [first, second] = itemsOfPsbt(psbt)
    expect(first!.message).toEqual(transaction.preimageWitnessV1(0, scripts, SigHash.DEFAULT, [amount, amount]))
    expect(second!.message).toEqual(transaction.preimageWitnessV1(1, scripts, SigHash.ALL, [amount, amount]))
  })
})

describe('a PSBT is refused as unsupported, and says why', () => {
  test.each<[string, () => Uint8Array, RegExp]>([
    ['nobody is named', () => without(0x1a), /names the participants/],
    ['all is signed', () => signTogether(plain, secretKeys).bytes, /is signed/],
    [
      'it does not say what is spent',
      () => without(0x01),
      /input 0 has participants, but spends no taproot output|say what it spends/,
    ],
    [
      'the key is one of a script',
      () => withRows((rows) => rows.map((row) => (row.key[0] === 0x17 ? { ...row, value: bytesOf('x') } : row))),
      /only the key path/,
    ],
    [
      'it spends no taproot output',
      () =>
        withRows((rows) =>
          rows.map((row) =>
            row.key[0] === 0x01 ? { ...row, value: Uint8Array.of(0xa0, 0x86, 1, 0, 0, 0, 0, 0, 22, ...theirs) } : row,
          ),
        ),
      /no taproot output/,
    ],
    [
      'the kind of signature leaves outputs open',
      () => withRow([0x03], Uint8Array.of(SigHash.NONE, 0, 0, 0)),
      /whole transaction/,
    ],
    [
      'the kind of signature leaves inputs open',
      () => withRow([0x03], Uint8Array.of(0x81, 0, 0, 0)),
      /whole transaction/,
    ],
    [
      'there are too many participants',
      () => withRow([0x1a, ...publicKeys[0]!], new Uint8Array(33 * 101).fill(2)),
      /101 participants/,
    ],
    ['there are too many inputs', () => bare(transactionEndsMax + 1, 1), /at most 512/],
    ['there are too many outputs', () => bare(1, transactionEndsMax + 1), /at most 512/],
    [
      'there are too many keys',
      () =>
        withRows((rows) => [
          ...rows,
          ...Array.from({ length: 8_200 }, (_, at) => ({
            key: Uint8Array.of(0xf0, at >> 8, at & 0xff),
            value: new Uint8Array(0),
          })),
        ]),
      /8192 keys/,
    ],
  ])('where %s', (_, make, why) => {
    const psbt = make()
    expect(codeOf(() => itemsOfPsbt(psbt))).toBe('PSBT_UNSUPPORTED')
    expect(reasonOf(() => itemsOfPsbt(psbt))).toMatch(why)
  })

  test('where another input does not say what it spends, which every signature covers', () => {
    const psbt = psbtOf([joint.input(fund(0)), { txid: txidOf(9), index: 0 }])
    expect(reasonOf(() => itemsOfPsbt(psbt))).toMatch(
      /input 1 does not say what it spends, which every signature covers$/,
    )
  })

  test.each([
    [[0x8000_0000], /hardened/],
    [Array.from({ length: 9 }, () => 0), /9 steps of at most 8/],
  ])('where the key is derived by %j', (path, why) => {
    const derived = jointOutput(publicKeys, { path: [1] })
    const der = { fingerprint: derived.input(fund(0)).tapBip32Derivation![0]![1].der.fingerprint, path }
    const psbt = psbtOf([
      { ...derived.input(fund(0)), tapBip32Derivation: [[derived.internalKey, { hashes: [], der }]] },
    ])
    expect(reasonOf(() => itemsOfPsbt(psbt))).toMatch(why)
  })

  test('where an input names more aggregate keys than there is use for', () => {
    const group = (at: number): Row => ({ key: Uint8Array.of(0x1a, 2, ...bytesOf(at)), value: publicKeys[0]! })
    const psbt = withRows((rows) => [...rows, ...Array.from({ length: 16 }, (_, at) => group(at))])
    expect(reasonOf(() => itemsOfPsbt(psbt))).toMatch(/17 aggregate keys of at most 16/)
  })

  test('by a round, where it asks for too many signatures', () => {
    const psbt = psbtOf(Array.from({ length: itemsMax + 1 }, (_, at) => joint.input(fund(at))))
    expect(codeOf(() => tryTask(psbt))).toBe('ORDER_REFUSED')
  })
})

describe('a PSBT is refused as malformed', () => {
  test.each<[string, () => Uint8Array, RegExp]>([
    ['an input is named twice', () => psbtOf([joint.input(fund(0)), joint.input(fund(0))]), /same output/],
    [
      'its outputs come to more than its inputs',
      () => psbtOf([joint.input(fund(0))], [{ script: theirs, amount: amount + 1n }]),
      /more than its inputs/,
    ],
    [
      'there are not so many coins',
      () => psbtOf([joint.input({ ...fund(0), amount: 2_100_000_000_000_001n })]),
      /than there are coins/,
    ],
    [
      'its outputs come to more than there are coins',
      () =>
        psbtOf(
          [joint.input(fund(0))],
          Array.from({ length: 3 }, () => ({ script: theirs, amount: 1_000_000_000_000_000n })),
        ),
      /than there are coins/,
    ],
    ['a key stands twice', () => withRows((rows) => [...rows, ...rows]), /twice/],
    ['it goes on behind its end', () => Uint8Array.of(...plain, 0), /behind its end/],
    ['it ends too early', () => plain.subarray(0, -1), /ends too early/],
    ['it is something else', () => bytesOf('anything'), /does not begin/],
    ['it has no input', () => bare(0, 1), /its transaction is none/],
    ['it has no output', () => bare(1, 0), /an input and an output/],
    ['the previous transaction is another one', () => withRow([0x00], previousTransaction()), /another one/],
    ['the previous transaction is none', () => withRow([0x00], bytesOf('none')), /is none/],
    ['the merkle root is none', () => withRow([0x18], new Uint8Array(31)), /merkle root/],
    ['the kind of signature is none', () => withRow([0x03], new Uint8Array(3)), /kind of signature/],
    [
      'the output that is spent is none',
      () => withRows((rows) => rows.map((row) => (row.key[0] === 0x01 ? { ...row, value: new Uint8Array(5) } : row))),
      /spends is none/,
    ],
  ])('where %s', (_, make, why) => {
    const psbt = make()
    expect(codeOf(() => itemsOfPsbt(psbt))).toBe('PSBT_MALFORMED')
    expect(reasonOf(() => itemsOfPsbt(psbt))).toMatch(why)
  })

  test('where an input says of what it spends something else than its previous transaction', () => {
    const previous = new Transaction({ allowUnknownInputs: true })
    previous.addInput({ txid: txidOf('before'), index: 0 })
    previous.addOutput({ script: joint.script, amount })
    const honest = psbtOf([
      { ...joint.input({ txid: previous.id, index: 0, amount }), nonWitnessUtxo: previous.unsignedTx },
    ])
    expect(itemsOfPsbt(honest)).toHaveLength(1)
    const lying = withRows(
      (rows) => rows.map((row) => (row.key[0] === 0x01 ? { ...row, value: row.value.with(0, 1) } : row)),
      honest,
    )
    expect(reasonOf(() => itemsOfPsbt(lying))).toMatch(/something else than its previous transaction/)
  })
})

describe('reading costs no curve arithmetic', () => {
  test('participants that are no points are found when they are aggregated', () => {
    const noPoint = Uint8Array.of(2, ...new Uint8Array(31), 5)
    const psbt = withRows((rows) =>
      rows.map((row) => (row.key[0] === 0x1a ? { ...row, value: Uint8Array.of(...noPoint, ...publicKeys[1]!) } : row)),
    )
    const seats = [[noPoint], [publicKeys[1]!]]
    const task = new SigningTask({ seats, request: { kind: 'psbt', psbt } })
    expect(codeOf(() => task.keyOf(0))).toBe('KEYS_MISMATCH')
  })
})

describe('keys that do not make what they should are found when they are aggregated', () => {
  test.each<[string, () => Uint8Array]>([
    [
      'participants make another key',
      () =>
        withRows((rows) =>
          rows.map((row) =>
            row.key[0] === 0x1a ? { ...row, value: Uint8Array.of(...publicKeys[1]!, ...publicKeys[0]!) } : row,
          ),
        ),
    ],
    [
      'the aggregate key has the other half of its x',
      () =>
        withRows((rows) =>
          rows.map((row) => (row.key[0] === 0x1a ? { ...row, key: row.key.with(1, 5 - row.key[1]!) } : row)),
        ),
    ],
    [
      'the output has another key',
      () =>
        withRows((rows) => rows.map((row) => (row.key[0] === 0x01 ? { ...row, value: row.value.with(20, 7) } : row))),
    ],
    ['the merkle root is another', () => withRow([0x18], bytesOf('tree'))],
    [
      'the internal key is derived otherwise',
      () => {
        const derived = jointOutput(publicKeys, { path: [1] }).input(fund(0))
        const [key, { hashes, der }] = derived.tapBip32Derivation![0]!
        return psbtOf([{ ...derived, tapBip32Derivation: [[key, { hashes, der: { ...der, path: [2] } }]] }])
      },
    ],
  ])('where %s', (_, make) => {
    const task = tryTask(make())
    expect(codeOf(() => task.keyOf(0))).toBe('KEYS_MISMATCH')
  })
})

/** A PSBT of nothing but its transaction. */
function bare(inputs: number, outputs: number): Uint8Array {
  const value = RawOldTx.encode({
    version: 2,
    inputs: Array.from({ length: inputs }, (_, index) => ({
      txid: bytesOf('bare'),
      index,
      finalScriptSig: new Uint8Array(0),
      sequence: 0,
    })),
    outputs: Array.from({ length: outputs }, () => ({ amount: 1n, script: theirs })),
    lockTime: 0,
  })
  const empty = (length: number) => Array.from({ length }, () => [])
  const maps: PsbtMaps = { global: [{ key: Uint8Array.of(0), value }], inputs: empty(inputs), outputs: empty(outputs) }
  return encodeMaps(maps)
}

function previousTransaction(): Uint8Array {
  const previous = new Transaction({ allowUnknownInputs: true })
  previous.addInput({ txid: txidOf('other'), index: 0 })
  previous.addOutput({ script: joint.script, amount })
  return previous.unsignedTx
}
