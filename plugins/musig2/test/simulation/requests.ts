import { schnorr } from '@noble/curves/secp256k1.js'
import { equalBytes } from '@rondo/core'
import { hex } from '@scure/base'
import { SigHash, Transaction } from '@scure/btc-signer'
import { keyAggExport, keyAggregate } from '@scure/btc-signer/musig2.js'
import { taprootTweakPubkey } from '@scure/btc-signer/utils.js'
import { Point } from '../../src/bip327/curve.js'
import { aggregateKeys, plainKeyOf, publicKeyFor, readPsbt, type SigningRequest } from '../../src/index.js'
import type { Order } from '../../src/signing/order.js'
import type { Job, Recipe } from './recipe.js'

// What is to be signed in a world, and by which keys; and what the signatures have to hold for, worked out once more by the code
// of somebody else.

export type Request = Order['request']
type Bytes = (length: number) => Uint8Array

/** As many sets of keys as a PSBT of these worlds has inputs. */
const setsMax = 3

export interface Keys {
  /** By signer and by set. */
  readonly secret: readonly (readonly Uint8Array[])[]
  readonly public: readonly (readonly Uint8Array[])[]
}

/** A rogue's key is made of those of all others: together they are a key whose secret it has. */
export function keysOf({ signers }: Recipe, isRogue: (signer: number) => boolean, bytes: Bytes): Keys {
  const secret = Array.from({ length: signers }, () => Array.from({ length: setsMax }, () => secretKey(bytes)))
  const honest = secret.map((sets) => sets.map(publicKeyFor))
  const keys = honest.map((sets, signer) =>
    sets.map((own, set) => {
      if (!isRogue(signer)) return own
      const others = honest.filter((_, other) => other !== signer).map((theirs) => theirs[set] ?? own)
      return others.reduce((left, key) => left.subtract(Point.fromBytes(key)), Point.fromBytes(own)).toBytes(true)
    }),
  )
  return { secret, public: keys }
}

export function requestOf({ inputs, tweaks, hasOwnKeys }: Job, keys: Keys, bytes: Bytes): Request {
  const ofSet = (set: number): readonly Uint8Array[] => keys.public.map((sets) => sets[set] ?? new Uint8Array(33))
  if (inputs === 0) {
    const tweaked = tweaks.map((isXOnly) => ({ tweak: secretKey(bytes), isXOnly }))
    return { kind: 'message', message: bytes(32), publicKeys: ofSet(0), tweaks: tweaked }
  }
  const transaction = new Transaction()
  for (let input = 0; input < inputs; input += 1) {
    const publicKeys = [...ofSet(hasOwnKeys ? input : 0)]
    const aggregateKey = plainKeyOf(aggregateKeys(publicKeys))
    const merkleRoot = input % 2 === 1 ? bytes(32) : undefined
    const [outputKey] = taprootTweakPubkey(aggregateKey.subarray(1), merkleRoot ?? new Uint8Array(0))
    transaction.addInput({
      txid: bytes(32),
      index: input,
      witnessUtxo: { script: Uint8Array.of(0x51, 32, ...outputKey), amount: 50_000n },
      tapInternalKey: aggregateKey.subarray(1),
      musig2ParticipantPubkeys: [[aggregateKey, publicKeys]],
      ...(merkleRoot && { tapMerkleRoot: merkleRoot }),
      ...(input === 0 && { sighashType: SigHash.ALL }),
    })
  }
  const script = Uint8Array.of(0x51, 32, ...schnorr.getPublicKey(secretKey(bytes)))
  transaction.addOutput({ script, amount: BigInt(inputs) * 50_000n - 700n })
  return { kind: 'psbt', psbt: transaction.toPSBT() }
}

/** By member of a roster: the keys of the request that it holds. */
export function seatsOf(roster: readonly number[], keys: Keys, publicKeys: readonly Uint8Array[]): Order['seats'] {
  return roster.map((signer) =>
    (keys.public[signer] ?? []).filter((own) => publicKeys.some((key) => equalBytes(key, own))),
  )
}

/** All of them, each once. */
export function keysIn(request: Request): readonly Uint8Array[] {
  if (request.kind === 'message') return request.publicKeys
  const keys = inputsOf(request.psbt).flatMap(({ publicKeys }) => publicKeys)
  return keys.filter((key, at) => keys.findIndex((other) => equalBytes(other, key)) === at)
}

/** What a signature has to hold for. */
export interface Expected {
  /** Of a PSBT: which of its inputs. */
  readonly input: number
  readonly publicKey: Uint8Array
  readonly message: Uint8Array
}

/** By the code that others wrote: the keys by BIP-327, the digests by BIP-341. */
export function expectedOf(request: Request | SigningRequest): readonly Expected[] {
  if (request.kind === 'message') {
    const { publicKeys, tweaks, message } = request
    const tweaked = tweaks.map(({ tweak }) => tweak)
    const kinds = tweaks.map(({ isXOnly }) => isXOnly)
    return [{ input: 0, publicKey: keyAggExport(keyAggregate([...publicKeys], tweaked, kinds)), message }]
  }
  const transaction = readPsbt(request.psbt)
  const inputs = inputsOf(request.psbt)
  const scripts = inputs.map(({ script }) => script)
  const amounts = inputs.map(({ amount }) => amount)
  return inputs.map(({ publicKeys, merkleRoot, sighash }, input) => {
    const internalKey = keyAggExport(keyAggregate(publicKeys, [], []))
    const [publicKey] = taprootTweakPubkey(internalKey, merkleRoot ?? new Uint8Array(0))
    return { input, publicKey, message: transaction.preimageWitnessV1(input, scripts, sighash, amounts) }
  })
}

function inputsOf(psbt: Uint8Array) {
  const transaction = readPsbt(psbt)
  return Array.from({ length: transaction.inputsLength }, (_, at) => {
    const { musig2ParticipantPubkeys, tapMerkleRoot, witnessUtxo, sighashType = 0 } = transaction.getInput(at)
    const publicKeys = musig2ParticipantPubkeys?.[0]?.[1]
    if (publicKeys === undefined || witnessUtxo === undefined) throw new RangeError('another kind of PSBT')
    return { ...witnessUtxo, publicKeys, merkleRoot: tapMerkleRoot, sighash: sighashType }
  })
}

/** Whether it is the same that is to be signed. */
export function nameOfRequest(request: Request | SigningRequest): string {
  if (request.kind === 'psbt') return hex.encode(request.psbt)
  const { message, publicKeys, tweaks } = request
  const parts = [message, ...publicKeys, ...tweaks.map(({ tweak, isXOnly }) => [...tweak, isXOnly ? 1 : 0])]
  return parts.map((part) => hex.encode(Uint8Array.from(part))).join()
}

/** Below the order of the curve whatever the dice say. */
function secretKey(bytes: Bytes): Uint8Array {
  const key = bytes(32)
  key[0] = (key[0] ?? 0) & 0x7f
  key[31] = (key[31] ?? 0) | 1
  return key
}
