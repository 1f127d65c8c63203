import { schnorr } from '@noble/curves/secp256k1.js'
import { concatBytes } from '@noble/curves/utils.js'
import { hex } from '@scure/base'
import { type CurvePoint, Fn, hashToScalar, liftX, Point, readScalar } from './curve.js'
import { type Equation, holdTogether } from './sums.js'

export interface Signed {
  /** 32 bytes. */
  readonly publicKey: Uint8Array
  readonly message: Uint8Array
  /** 64 bytes. */
  readonly signature: Uint8Array
}

/** From how many on they are faster together. */
const togetherMin = 3

/** Whether all of them hold by BIP-340. Never throws. */
export function holdAll(signed: readonly Signed[]): boolean {
  if (!signed.every(({ publicKey, signature }) => publicKey.length === 32 && signature.length === 64)) return false
  if (signed.length < togetherMin)
    return signed.every(({ publicKey, message, signature }) => schnorr.verify(signature, message, publicKey))
  try {
    return holdTogether(equationsOf(signed))
  } catch {
    return false
  }
}

/** Throws where a key or a nonce is no point, or a signature no number. */
function equationsOf(signed: readonly Signed[]): readonly Equation[] {
  // Inputs of one wallet often have the same key.
  const keys = new Map<string, CurvePoint>()
  return signed.map((each) => {
    const name = hex.encode(each.publicKey)
    const key = keys.get(name) ?? liftX(each.publicKey)
    keys.set(name, key)
    return equationOf(each, key)
  })
}

/** R + e·P - s·G = 0. */
function equationOf({ publicKey, message, signature }: Signed, key: CurvePoint): Equation {
  const nonceBytes = signature.subarray(0, 32)
  const nonce = liftX(nonceBytes)
  const scalar = readScalar(signature.subarray(32))
  if (scalar === undefined) throw new RangeError('this is no signature')
  const challenge = hashToScalar('BIP0340/challenge', nonceBytes, publicKey, message)
  return {
    bytes: concatBytes(publicKey, Fn.toBytes(challenge), signature),
    terms: (by) => [
      [nonce, by],
      [key, Fn.mul(by, challenge)],
      [Point.BASE, Fn.neg(Fn.mul(by, scalar))],
    ],
  }
}
