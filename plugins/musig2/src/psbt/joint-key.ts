import { schnorr } from '@noble/curves/secp256k1.js'
import { ByteReader, equalBytes } from '@rondo/core'
import { applyTweak, type KeyContext, plainKeyOf, type Tweak, xOnlyKeyOf } from '../bip327/key-context.js'
import { tweaksMax } from '../options.js'
import { readCompactSize, readLittleEndian } from './compact-size.js'
import { chainCode328, type Derivation, deriveKey, fingerprintOf, hardened } from './derivation.js'
import { entriesIn, globalRow, malformed, type Rows, unsupported, valueIn } from './maps.js'
import { type JointRows, participantsIn } from './musig-rows.js'

// How an aggregate key stands behind a taproot output, as the rows of BIP-371 and BIP-373 say: it is the internal key, or the key
// from which that was derived; or, without an internal key, the same of the output key itself.

export interface JointKey {
  /** In the order in which they are aggregated. */
  readonly publicKeys: readonly Uint8Array[]
  /** What they must come to, 33 bytes. */
  readonly aggregateKey: Uint8Array
  readonly derivation?: Derivation | undefined
  /** What that must come to, 32 bytes. */
  readonly internalKey?: Uint8Array | undefined
  /** Those of BIP-341, after the derivation. */
  readonly tweaks: readonly Tweak[]
  /** Of the scripts that can spend it as well, where one of the tweaks commits to some. */
  readonly merkleRoot?: Uint8Array | undefined
}

/** Undefined where no participants are named. Throws PSBT_MALFORMED or PSBT_UNSUPPORTED; `where` names the input or output. */
export function jointKeyOf(
  where: string,
  rows: Rows,
  types: JointRows,
  outputKey: Uint8Array,
  global: Rows,
): JointKey | undefined {
  const groups = participantsIn(rows, types.participants)
  if (groups.length === 0) return undefined
  if (groups.length > groupsMax)
    throw unsupported(`${where} names ${groups.length} aggregate keys of at most ${groupsMax}`)
  const internalKey = valueIn(rows, types.internalKey)
  const target = internalKey ?? outputKey
  const merkleRoot = internalKey === undefined ? undefined : merkleRootOf(rows, types)
  const tweaks = internalKey === undefined ? [] : [tapTweak(internalKey, merkleRoot)]
  const direct = groups.find(({ aggregateKey }) => equalBytes(aggregateKey.subarray(1), target))
  if (direct !== undefined) return { ...direct, internalKey, tweaks, merkleRoot }
  const { fingerprint, path } = originOf(target, rows, types) ?? {}
  const parent = groups.find(({ aggregateKey }) => equalBytes(fingerprintOf(aggregateKey), fingerprint))
  if (parent === undefined || path === undefined || path.length === 0)
    throw unsupported(
      `${where} names participants whose key can only spend it by a script: only the key path is signed`,
    )
  if (path.some((step) => step >= hardened))
    throw unsupported(`${where} is derived by a hardened step, which an aggregate key does not have`)
  if (path.length > tweaksMax) throw unsupported(`${where} is derived by ${path.length} steps of at most ${tweaksMax}`)
  const derivation = { chainCode: chainCodeOf(parent.aggregateKey, global), path }
  return { ...parent, internalKey, tweaks, merkleRoot, derivation }
}

/** Aggregate keys beside one output: the one of the key path, and those of scripts. */
const groupsMax = 16

function merkleRootOf(rows: Rows, { merkleRoot }: JointRows): Uint8Array | undefined {
  const root = merkleRoot === undefined ? undefined : valueIn(rows, merkleRoot)
  if (root !== undefined && root.length !== 32) throw malformed('a merkle root has 32 bytes')
  return root
}

/** BIP-341: what an internal key of 32 bytes is tweaked by. */
export function tapTweak(internalKey: Uint8Array, merkleRoot: Uint8Array = new Uint8Array(0)): Tweak {
  return { tweak: schnorr.utils.taggedHash('TapTweak', internalKey, merkleRoot), isXOnly: true }
}

/** Of which key it comes, by which steps; undefined where no row says. */
function originOf(
  key: Uint8Array,
  rows: Rows,
  { derivation }: JointRows,
): { readonly fingerprint: Uint8Array; readonly path: readonly number[] } | undefined {
  const [, value] = entriesIn(rows, derivation).find(([derived]) => equalBytes(derived, key)) ?? []
  if (value === undefined) return undefined
  const reader = new ByteReader(value)
  reader.skip(32 * readCompactSize(reader))
  const fingerprint = reader.bytes(4)
  const steps = reader.rest()
  if (reader.failed || steps.length % 4 > 0) throw malformed('a derivation in it is none')
  const step = (at: number): number => readLittleEndian(steps.subarray(at * 4, at * 4 + 4))
  return { fingerprint, path: Array.from({ length: steps.length / 4 }, (_, at) => step(at)) }
}

const xpubBytes = 78

/** BIP-373: that of BIP-328, unless an extended key of the PSBT gives the aggregate key another one. */
function chainCodeOf(aggregateKey: Uint8Array, global: Rows): Uint8Array {
  // Looked at where they stand: there may be thousands, for each of hundreds of inputs.
  const xpub = global.find(({ key }) => {
    const isXpub = key.length === 1 + xpubBytes && key[0] === globalRow.xpub
    return isXpub && equalBytes(key.subarray(-33), aggregateKey)
  })
  return xpub?.key.subarray(14, 46) ?? chainCode328
}

/** The output key that the aggregate makes. Throws a RangeError where the rows contradict each other. */
export function outputKeyFrom(
  aggregate: KeyContext,
  { aggregateKey, derivation, internalKey, tweaks }: Partial<Omit<JointKey, 'tweaks'>> & Pick<JointKey, 'tweaks'>,
): KeyContext {
  if (aggregateKey !== undefined && !equalBytes(plainKeyOf(aggregate), aggregateKey))
    throw new RangeError('the participants do not make the aggregate key beside them')
  const derived = derivation === undefined ? aggregate : deriveKey(aggregate, derivation)
  if (internalKey !== undefined && !equalBytes(xOnlyKeyOf(derived), internalKey))
    throw new RangeError('the internal key does not come of the aggregate key')
  return tweaks.reduce(applyTweak, derived)
}
