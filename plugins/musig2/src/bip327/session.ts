import { type CurvePoint, hashToScalar, inAffine, Point, readExtendedPoint, xBytes } from './curve.js'
import { type KeyContext, xOnlyKeyOf } from './key-context.js'
import { aggregateNonces, publicNonceBytes } from './nonces.js'

// BIP-327, what all signers of one signature have in common. All of it is public: the keys, the nonces and the message, and what
// follows from them.

/** `Session Context` of the standard, and the values that follow from it. */
export interface OpenSession {
  readonly key: KeyContext
  readonly message: Uint8Array
  readonly aggregateNonce: Uint8Array
  /** b: what makes of two nonces one. */
  readonly blinding: bigint
  /** R: the nonce of the signature. */
  readonly nonce: CurvePoint
  /** e: the challenge. */
  readonly challenge: bigint
}

/** One whose nonces are known one by one, so that parts can be verified. */
export interface Session extends OpenSession {
  /** In the order of the keys. */
  readonly publicNonces: readonly Uint8Array[]
}

/** Throws a ContributionError where a nonce is none. */
export function createSession(key: KeyContext, publicNonces: readonly Uint8Array[], message: Uint8Array): Session {
  if (publicNonces.length !== key.publicKeys.length) throw new RangeError('there is one nonce for each key')
  return { publicNonces, ...openSession(key, aggregateNonces(publicNonces), message) }
}

/** `GetSessionValues`. */
export function openSession(key: KeyContext, aggregateNonce: Uint8Array, message: Uint8Array): OpenSession {
  if (aggregateNonce.length !== publicNonceBytes) throw new RangeError('a nonce is two points')
  const first = readExtendedPoint(aggregateNonce.subarray(0, 33))
  const second = readExtendedPoint(aggregateNonce.subarray(33))
  const aggregateKey = xOnlyKeyOf(key)
  const blinding = hashToScalar('MuSig/noncecoef', aggregateNonce, aggregateKey, message)
  const sum = first.add(second.multiplyUnsafe(blinding))
  const nonce = sum.is0() ? Point.BASE : inAffine(sum)
  const challenge = hashToScalar('BIP0340/challenge', xBytes(nonce), aggregateKey, message)
  return { key, message, aggregateNonce, blinding, nonce, challenge }
}
