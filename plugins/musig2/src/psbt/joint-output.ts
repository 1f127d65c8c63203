import { aggregateKeys, type KeyContext, plainKeyOf, xOnlyKeyOf } from '../bip327/key-context.js'
import { chainCode328, deriveKey, fingerprintOf } from './derivation.js'
import { outputKeyFrom, tapTweak } from './joint-key.js'
import { addressOf, type BitcoinNetwork } from './network.js'

// The wallet's side: an output that all signers own together, and what a PSBT has to say of it so that they can spend it.

export interface JointOutputOptions {
  /** 'mainnet'. */
  readonly network?: BitcoinNetwork | undefined
  /** Of a script tree beside the key, 32 bytes. */
  readonly merkleRoot?: Uint8Array | undefined
  /** Steps of BIP-328: `[0, 7]` is another address of the same signers. */
  readonly path?: readonly number[] | undefined
}

/** Where an output came to stand in a block. */
export interface FundedOutput {
  /** As explorers write it. */
  readonly txid: string
  readonly index: number
  /** In satoshi. */
  readonly amount: bigint
}

export interface JointOutput {
  readonly address: string
  readonly script: Uint8Array
  /** 33 bytes: what the keys come to. */
  readonly aggregateKey: Uint8Array
  /** 32 bytes: the same, or what was derived from it. */
  readonly internalKey: Uint8Array
  /** What `addInput` of a `Transaction` takes, to spend it. */
  input(funded: FundedOutput): JointInputFields
  /** What `addOutput` takes, to pay to it: every signer then sees that it is change. */
  output(amount: bigint): JointOutputFields
}

/** Rows of BIP-371 and BIP-373. */
interface JointFields {
  readonly tapInternalKey: Uint8Array
  readonly musig2ParticipantPubkeys: [Uint8Array, Uint8Array[]][]
  readonly tapBip32Derivation?: [
    Uint8Array,
    { readonly hashes: Uint8Array[]; readonly der: { readonly fingerprint: number; readonly path: number[] } },
  ][]
}

export interface JointInputFields extends JointFields {
  readonly txid: string
  readonly index: number
  readonly witnessUtxo: { readonly amount: bigint; readonly script: Uint8Array }
  readonly tapMerkleRoot?: Uint8Array
}

export interface JointOutputFields extends JointFields {
  readonly amount: bigint
  readonly script: Uint8Array
}

/**
 * The output of several keys together, in the order in which they are aggregated: `sortKeys` gives signers one that need not be agreed on.
 *
 * @example
 * const joint = jointOutput(sortKeys(publicKeys), { network: 'testnet' })
 * const transaction = new Transaction()
 * transaction.addInput(joint.input({ txid, index: 0, amount: 100_000n }))
 * transaction.addOutputAddress(address, 60_000n, TEST_NETWORK)
 * transaction.addOutput(joint.output(39_800n))
 * await signing.signPsbt({ psbt: transaction, signers })
 */
export function jointOutput(publicKeys: readonly Uint8Array[], options: JointOutputOptions = {}): JointOutput {
  const { network = 'mainnet', merkleRoot, path = [] } = options
  if (merkleRoot !== undefined && merkleRoot.length !== 32) throw new TypeError('a merkle root has 32 bytes')
  const keys = publicKeys.map((key) => key.slice())
  const aggregate = aggregateOf(keys)
  const aggregateKey = plainKeyOf(aggregate)
  const internalKey = xOnlyKeyOf(deriveKey(aggregate, { chainCode: chainCode328, path }))
  const derivation = path.length === 0 ? undefined : { chainCode: chainCode328, path }
  const key = outputKeyFrom(aggregate, { derivation, tweaks: [tapTweak(internalKey, merkleRoot)] })
  const script = Uint8Array.of(0x51, 32, ...xOnlyKeyOf(key))
  const address = addressOf(script, network)
  if (address === undefined) throw new RangeError('the keys make no output')
  const origin = { fingerprint: new DataView(fingerprintOf(aggregateKey).slice().buffer).getUint32(0), path: [...path] }
  const fields: JointFields = {
    tapInternalKey: internalKey,
    musig2ParticipantPubkeys: [[aggregateKey, keys]],
    ...(path.length > 0 && { tapBip32Derivation: [[internalKey, { hashes: [], der: origin }]] }),
  }
  const root = merkleRoot === undefined ? {} : { tapMerkleRoot: merkleRoot.slice() }
  return Object.freeze<JointOutput>({
    address,
    script,
    aggregateKey,
    internalKey,
    input: ({ txid, index, amount }) => ({ txid, index, witnessUtxo: { amount, script }, ...fields, ...root }),
    output: (amount) => ({ amount, script, ...fields }),
  })
}

function aggregateOf(keys: readonly Uint8Array[]): KeyContext {
  try {
    return aggregateKeys(keys)
  } catch (cause) {
    throw new TypeError('jointOutput takes public keys of 33 bytes, one or more', { cause })
  }
}
