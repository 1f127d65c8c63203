import { equalBytes } from '@rondo/core'
import { hex } from '@scure/base'
import { xOnlyKeyOf } from '../bip327/key-context.js'
import type { Item } from '../signing/order.js'
import type { Pause, SigningTask } from '../signing/task.js'
import { type PsbtContents, type PsbtInput, type PsbtOutput, readContents, sumOf } from './contents.js'
import { chainCode328 } from './derivation.js'
import { taprootKeyOf } from './items.js'
import { type JointKey, jointKeyOf, outputKeyFrom, tapTweak } from './joint-key.js'
import { inputRows, outputRows, participantsIn } from './musig-rows.js'
import { addressOf, type BitcoinNetwork } from './network.js'
import type { PreviousOutput } from './raw-transaction.js'
import { virtualBytesOf } from './weight.js'

// A transaction, decoded for a person. The signatures cover every amount in here: were one of them not true, they would not hold.
// Change is what this node finds to be change; what the PSBT calls so counts for nothing.

export interface TransactionSummary {
  readonly network: BitcoinNetwork
  readonly inputs: readonly InputSummary[]
  readonly outputs: readonly OutputSummary[]
  /** In satoshi, like all amounts. */
  readonly fee: bigint
  /** With all signatures; undefined where others may sign with more or less. */
  readonly virtualBytes: number | undefined
  /** In satoshi for each virtual byte. */
  readonly feeRate: number | undefined
  /** What all outputs come to that are no change. */
  readonly sent: bigint
  /** What the signers' inputs come to, less their change: fee included, by so much they grow poorer. */
  readonly cost: bigint
  readonly lockTime: LockTime | undefined
  /** How old what it spends must be before it can be in a block: BIP-68. */
  readonly inputAge: InputAge | undefined
  /** Whoever signs may replace it by one that pays more, until it is in a block: BIP-125. */
  readonly isReplaceable: boolean
}

/** From when on it can be in a block. */
export type LockTime = { readonly height: number } | { readonly unixSeconds: number }

/** Both: the one counts blocks, the other their times. */
export interface InputAge {
  readonly blocks: number
  readonly seconds: number
}

export interface InputSummary {
  /** As explorers write it. */
  readonly outpoint: string
  readonly amount: bigint
  /** Undefined where its script has none. */
  readonly address: string | undefined
  /** Signed in this round. */
  readonly isSigned: boolean
  /** Of a key that is signed with here, or of participants with such a key: signed here, or in another round of the same signers. */
  readonly isOurs: boolean
}

export interface OutputSummary {
  readonly amount: bigint
  readonly address: string | undefined
  readonly script: Uint8Array
  /** It goes back to a key that an input is signed with in this round, or to one that comes of the same participants. */
  readonly isChange: boolean
  /** Of change that is derived: where to look for it. */
  readonly path?: readonly number[] | undefined
}

/** The keys of the task have been aggregated. Piece by piece: an address takes its time, and a derived key more. */
export async function summarizePsbt(
  psbt: Uint8Array,
  task: SigningTask,
  network: BitcoinNetwork,
  pause: Pause,
): Promise<TransactionSummary> {
  const contents = readContents(psbt)
  const sighashes = new Map(task.items.map(({ input = 0, sighash = 0 }) => [input, sighash]))
  const spent = contents.inputs.map((input) => input.spent ?? nothing)
  const addresses = await addressesOf([...spent, ...contents.outputs], network, pause)
  const isOwned = ownedBy(task)
  const inputs = contents.inputs.map((input, at): InputSummary => {
    const isSigned = sighashes.has(at)
    const { outpoint, spent: { amount } = nothing } = input
    return { outpoint, amount, address: addresses[at], isSigned, isOurs: isSigned || isOwned(input) }
  })
  const change = await changeIn(contents, task, pause)
  const outputs = contents.outputs.map(({ script, amount }, at): OutputSummary => {
    return { amount, address: addresses[inputs.length + at], script, isChange: change.has(at), path: change.get(at) }
  })
  return {
    network,
    inputs,
    outputs,
    ...sumsOf(inputs, outputs, virtualBytesOf(contents, sighashes)),
    ...timesOf(contents),
  }
}

const nothing: PreviousOutput = { script: new Uint8Array(0), amount: 0n }

/**
 * Who signs one input in each of two rounds would be told twice that the other pays. What is only said to be theirs counts as well: it
 * makes the signers look, and nothing more.
 */
function ownedBy({ items, order }: SigningTask): (input: PsbtInput) => boolean {
  const held = new Set([...order.seats.flat(), ...items.flatMap(({ outputKey }) => outputKey ?? [])].map(hex.encode))
  return ({ rows, spent }) => {
    const key = spent && taprootKeyOf(spent.script)
    const named = participantsIn(rows, inputRows.participants).flatMap(({ publicKeys }) => publicKeys)
    return [...(key ? [key] : []), ...named].some((each) => held.has(hex.encode(each)))
  }
}

const addressesAtOnce = 16

async function addressesOf(
  scripts: readonly { readonly script: Uint8Array }[],
  network: BitcoinNetwork,
  pause: Pause,
): Promise<readonly (string | undefined)[]> {
  const addresses: (string | undefined)[] = []
  for (const [at, { script }] of scripts.entries()) {
    if (at % addressesAtOnce === addressesAtOnce - 1) await pause()
    addresses.push(addressOf(script, network))
  }
  return addresses
}

function sumsOf(
  inputs: readonly InputSummary[],
  outputs: readonly OutputSummary[],
  virtualBytes: number | undefined,
): Pick<TransactionSummary, 'fee' | 'virtualBytes' | 'feeRate' | 'sent' | 'cost'> {
  const fee = sumOf(inputs) - sumOf(outputs)
  const change = sumOf(outputs.filter(({ isChange }) => isChange))
  return {
    fee,
    virtualBytes,
    feeRate: virtualBytes === undefined ? undefined : Number(fee) / virtualBytes,
    sent: sumOf(outputs) - change,
    cost: sumOf(inputs.filter(({ isOurs }) => isOurs)) - change,
  }
}

function timesOf(contents: PsbtContents): Pick<TransactionSummary, 'lockTime' | 'inputAge' | 'isReplaceable'> {
  const isReplaceable = contents.inputs.some(({ sequence }) => sequence < 0xffff_fffe)
  return { lockTime: lockTimeOf(contents), inputAge: inputAgeOf(contents), isReplaceable }
}

const noAge = 0x8000_0000
const ageInTime = 0x0040_0000
const ageMask = 0xffff
const ageUnitSeconds = 512

/** Of the input for which it is longest. Transactions of the first version know none. */
function inputAgeOf({ transaction, inputs }: PsbtContents): InputAge | undefined {
  const aged = inputs.filter(({ sequence }) => sequence < noAge && transaction.version >= 2)
  const longest = (isTime: boolean): number =>
    Math.max(
      0,
      ...aged.filter(({ sequence: s }) => (s & ageInTime) > 0 === isTime).map(({ sequence: s }) => s & ageMask),
    )
  const age = { blocks: longest(false), seconds: longest(true) * ageUnitSeconds }
  return age.blocks > 0 || age.seconds > 0 ? age : undefined
}

/** Below it, a lock time is the height of a block. */
const lockTimeThreshold = 500_000_000

function lockTimeOf({ transaction: { lockTime }, inputs }: PsbtContents): LockTime | undefined {
  if (lockTime === 0 || inputs.every(({ sequence }) => sequence === 0xffff_ffff)) return undefined
  return lockTime < lockTimeThreshold ? { height: lockTime } : { unixSeconds: lockTime }
}

/** Outputs that are looked at for derived keys: some steps on the curve each, before anybody has said yes. */
const derivedChangeMax = 8

type Path = readonly number[] | undefined

/** By output. */
async function changeIn(contents: PsbtContents, task: SigningTask, pause: Pause): Promise<ReadonlyMap<number, Path>> {
  const common = commonOf(task.items)
  const kept = task.items.filter((item) => isKeptBy(item, common)).map(({ outputKey }) => outputKey)
  const change = new Map<number, Path>()
  let looked = 0
  for (const [at, output] of contents.outputs.entries()) {
    const key = taprootKeyOf(output.script)
    if (key === undefined) continue
    const isReused = kept.some((own) => equalBytes(own, key))
    const joint = isReused || looked >= derivedChangeMax ? undefined : jointOf(output, key, contents)
    if (joint !== undefined) {
      looked++
      await pause()
    }
    if (isReused || (joint !== undefined && isOurs(joint, key, task, common))) change.set(at, joint?.derivation?.path)
  }
  return change
}

/**
 * What every input has that is signed. Anybody can pay to the signers' key with scripts of his own beside it, and bring that along as an
 * input: what only some have is no reason to call the rest safe there.
 */
interface Common {
  readonly merkleRoot: Uint8Array | undefined
  readonly chainCode: Uint8Array
}

function commonOf(items: readonly Item[]): Common {
  const [{ merkleRoot, derivation } = {}] = items
  const haveTree = items.every((item) => equalBytes(item.merkleRoot, merkleRoot))
  const haveCode = items.every((item) => equalBytes(item.derivation?.chainCode, derivation?.chainCode))
  return {
    merkleRoot: haveTree ? merkleRoot : undefined,
    chainCode: (haveCode ? derivation?.chainCode : undefined) ?? chainCode328,
  }
}

/** No script could spend it that could not spend every input, and the signers find it again by what they know. */
function isKeptBy({ merkleRoot, derivation }: Pick<JointKey, 'merkleRoot' | 'derivation'>, common: Common): boolean {
  const isTreeKnown = merkleRoot === undefined || equalBytes(merkleRoot, common.merkleRoot)
  const chainCode = derivation?.chainCode ?? chainCode328
  return isTreeKnown && [chainCode328, common.chainCode].some((code) => equalBytes(code, chainCode))
}

/** What its rows claim, whatever that is worth. */
function jointOf({ rows }: PsbtOutput, key: Uint8Array, { maps }: PsbtContents): JointKey | undefined {
  try {
    return jointKeyOf('an output', rows, outputRows, key, maps.global)
  } catch {
    return undefined
  }
}

/** The very participants of an input that is signed, in their order, and nothing that another script could spend. */
function isOurs(joint: JointKey, key: Uint8Array, task: SigningTask, common: Common): boolean {
  const { publicKeys, internalKey } = joint
  const item = task.items.find(
    (each) =>
      each.publicKeys.length === publicKeys.length &&
      each.publicKeys.every((own, at) => equalBytes(own, publicKeys[at])),
  )
  if (item === undefined || !isKeptBy(joint, common)) return false
  try {
    const untweaked = outputKeyFrom(task.aggregateOf(item), { ...joint, tweaks: [] })
    if (internalKey === undefined) return equalBytes(xOnlyKeyOf(untweaked), key)
    return [undefined, common.merkleRoot].some((tree) => {
      const tweaks = [tapTweak(internalKey, tree)]
      return equalBytes(xOnlyKeyOf(outputKeyFrom(untweaked, { tweaks })), key)
    })
  } catch {
    return false
  }
}
