import { type Transaction as Library, p2tr, p2wpkh, SigHash, Transaction } from '@scure/btc-signer'
import { pubECDSA, pubSchnorr } from '@scure/btc-signer/utils.js'
import fc from 'fast-check'
import { type JointOutput, jointOutput } from '../../src/psbt/joint-output.js'
import { bytesOf, publicKeysOf, secretKeysOf, txidOf } from './signers.js'

// Sound PSBTs of every kind that is signed, with rows of others among theirs.

export const signersSecrets: readonly Uint8Array[] = secretKeysOf('arbitrary', 3)
const publicKeys = publicKeysOf(signersSecrets)
const others = bytesOf('arbitrary others')
const scripts = [p2wpkh(pubECDSA(others)).script, p2tr(pubSchnorr(others)).script]

const known = new Map<string, JointOutput>()

function jointOf(path: readonly number[], hasTree: boolean): JointOutput {
  const name = `${path} ${hasTree}`
  const joint = known.get(name) ?? jointOutput(publicKeys, { path, merkleRoot: hasTree ? bytesOf('tree') : undefined })
  known.set(name, joint)
  return joint
}

const input = fc.record({
  path: fc.constantFrom<readonly number[]>([], [0], [1, 2]),
  hasTree: fc.boolean(),
  sighash: fc.constantFrom(SigHash.DEFAULT, SigHash.ALL, undefined),
  sequence: fc.constantFrom(0xffff_ffff, 0xffff_fffd, 0),
})

const row = fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 60 }))
const rows = fc.uniqueArray(row, { maxLength: 3, selector: ([key]) => key.join() })

/** One that our signers sign at least one input of. */
export const arbitraryPsbt: fc.Arbitrary<Uint8Array> = fc
  .record({
    version: fc.constantFrom(0, 2),
    lockTime: fc.constantFrom(0, 840_000),
    inputs: fc.array(input, { minLength: 1, maxLength: 3 }),
    foreign: fc.array(fc.constantFrom(...scripts), { maxLength: 2 }),
    outputs: fc.array(fc.tuple(fc.constantFrom(...scripts), fc.bigInt(1n, 9_000n)), { minLength: 1, maxLength: 3 }),
    unknown: rows,
    proprietary: rows,
  })
  .map(({ version, lockTime, inputs, foreign, outputs, unknown, proprietary }) => {
    const options = { unknown: 'ignore', allowUnknownInputs: true, disableScriptCheck: true } as const
    const transaction = new Transaction({ ...options, PSBTVersion: version, lockTime })
    for (const [at, { path, hasTree, sighash, sequence }] of inputs.entries()) {
      const joint = jointOf(path, hasTree)
      const kind = sighash === undefined ? {} : { sighashType: sighash }
      const fields = joint.input({ txid: txidOf('arbitrary', at), index: at, amount: 50_000n })
      transaction.addInput({ ...fields, ...kind, sequence, ...(at === 0 && { unknown: unknownRows(unknown) }) })
    }
    for (const [at, script] of foreign.entries())
      transaction.addInput({ txid: txidOf('foreign', at), index: 0, witnessUtxo: { script, amount: 1_000n } })
    for (const [at, [script, amount]] of outputs.entries())
      transaction.addOutput({ script, amount, ...(at === 0 && { proprietary: proprietaryRows(proprietary) }) })
    return transaction.toPSBT()
  })

type Rows = readonly (readonly [Uint8Array, Uint8Array])[]
type OutputRows = NonNullable<Parameters<Library['addOutput']>[0]['proprietary']>

const unknownRows = (entries: Rows): [{ type: number; key: Uint8Array }, Uint8Array][] =>
  entries.map(([key, value]) => [{ type: 0xf0, key }, value])

/** BIP-174: a name, with its length before it, and a type. */
const proprietaryRows = (entries: Rows): OutputRows =>
  entries.map(([key, value]) => [Uint8Array.of(3, 0x61, 0x62, 0x63, 0, ...key), value])
