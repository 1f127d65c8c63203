import { mulAddUnsafe } from '@noble/curves/abstract/curve.js'
import { ContributionError } from './contribution-error.js'
import {
  type CurvePoint,
  Fn,
  hashToScalar,
  Point,
  readExtendedPoint,
  readPoint,
  readScalar,
  signOf,
  xBytes,
} from './curve.js'
import { type KeyContext, xOnlyKeyOf } from './key-context.js'
import { aggregateNonces } from './nonces.js'

// BIP-327, signing. Everything in a session is public: the keys, the nonces and the message, and what follows from them.

export interface Session {
  readonly key: KeyContext
  readonly message: Uint8Array
  /** In the order of the keys. */
  readonly publicNonces: readonly Uint8Array[]
  readonly aggregateNonce: Uint8Array
  /** b: what makes of two nonces one. */
  readonly blinding: bigint
  /** R: the nonce of the signature. */
  readonly nonce: CurvePoint
  /** e: the challenge. */
  readonly challenge: bigint
}

/** Throws a ContributionError where a nonce is none. */
export function createSession(key: KeyContext, publicNonces: readonly Uint8Array[], message: Uint8Array): Session {
  if (publicNonces.length !== key.publicKeys.length) throw new RangeError('there is one nonce for each key')
  return { publicNonces, ...openSession(key, aggregateNonces(publicNonces), message) }
}

/** `GetSessionValues`. */
export function openSession(
  key: KeyContext,
  aggregateNonce: Uint8Array,
  message: Uint8Array,
): Omit<Session, 'publicNonces'> {
  const aggregateKey = xOnlyKeyOf(key)
  const blinding = hashToScalar('MuSig/noncecoef', aggregateNonce, aggregateKey, message)
  const [first, second] = [aggregateNonce.subarray(0, 33), aggregateNonce.subarray(33)].map(readExtendedPoint)
  if (first === undefined || second === undefined) throw new RangeError('a nonce is two points')
  const sum = first.add(second.multiplyUnsafe(blinding))
  const nonce = sum.is0() ? Point.BASE : sum
  const challenge = hashToScalar('BIP0340/challenge', xBytes(nonce), aggregateKey, message)
  return { key, message, aggregateNonce, blinding, nonce, challenge }
}

/** `Sign`: wipes the nonce, whatever comes of it. Throws where nonce and key do not belong together. */
export function signPartially(
  session: Omit<Session, 'publicNonces'>,
  secretNonce: Uint8Array,
  secretKey: Uint8Array,
): Uint8Array {
  const { key, nonce, blinding, challenge } = session
  const [first, second] = [readScalar(secretNonce.subarray(0, 32)), readScalar(secretNonce.subarray(32, 64))]
  const owner = secretNonce.slice(64)
  secretNonce.fill(0)
  if (first === undefined || second === undefined || first === 0n || second === 0n)
    throw new RangeError('this is no secret nonce, or it was used')
  const secret = Fn.fromBytes(secretKey)
  const coefficient = coefficientFor(key, owner, Point.BASE.multiply(secret).toBytes(true))
  const sign = Fn.mul(signOf(key.point), key.sign)
  const blinded = Fn.mul(signOf(nonce), Fn.add(first, Fn.mul(blinding, second)))
  return Fn.toBytes(Fn.add(blinded, Fn.mul(Fn.mul(challenge, coefficient), Fn.mul(sign, secret))))
}

function coefficientFor(key: KeyContext, owner: Uint8Array, publicKey: Uint8Array): bigint {
  const isSame = (other: Uint8Array): boolean => other.every((byte, at) => byte === publicKey[at])
  if (owner.length !== 33 || !isSame(owner)) throw new RangeError('the nonce was made for another key')
  const coefficient = key.coefficients[key.publicKeys.findIndex(isSame)]
  if (coefficient === undefined) throw new RangeError('the key of this signer is not among the keys')
  return coefficient
}

/** `PartialSigVerify`: whether it is this signer's part of the signature. */
export function verifyPartial(session: Session, signer: number, partial: Uint8Array): boolean {
  const { key, publicNonces, nonce, blinding, challenge } = session
  const scalar = partial.length === 32 ? readScalar(partial) : undefined
  const [point, coefficient, publicNonce] = [key.points[signer], key.coefficients[signer], publicNonces[signer]]
  if (point === undefined || coefficient === undefined || publicNonce === undefined)
    throw new RangeError(`there is no signer ${signer}`)
  if (scalar === undefined) return false
  const weight = Fn.mul(Fn.mul(challenge, coefficient), Fn.mul(signOf(key.point), key.sign))
  const first = readPoint(publicNonce.subarray(0, 33))
  const second = readPoint(publicNonce.subarray(33))
  const sign = signOf(nonce)
  // s·G - ±b·R2 - e·a·g·P = ±R1
  const rest = [scalar, Fn.neg(Fn.mul(sign, blinding)), Fn.neg(weight)]
  const left = mulAddUnsafe(Point, [Point.BASE, second, point], rest)
  return left.equals(sign === Fn.ONE ? first : first.negate())
}

/** `PartialSigAgg`: 64 bytes, which hold only if every part does. Throws a ContributionError where a part is no number. */
export function aggregatePartials(session: Omit<Session, 'publicNonces'>, partials: readonly Uint8Array[]): Uint8Array {
  const { key, nonce, challenge } = session
  if (partials.length !== key.publicKeys.length) throw new RangeError('there is one part for each key')
  const sum = partials.map(readPart).reduce((total, part) => Fn.add(total, part), Fn.ZERO)
  const tweaked = Fn.mul(challenge, Fn.mul(signOf(key.point), key.tweak))
  const signature = new Uint8Array(64)
  signature.set(xBytes(nonce))
  signature.set(Fn.toBytes(Fn.add(sum, tweaked)), 32)
  return signature
}

/** Whether it is a number below the order, as every part is. */
export function isPartial(bytes: Uint8Array): boolean {
  return bytes.length === 32 && readScalar(bytes) !== undefined
}

function readPart(partial: Uint8Array, signer: number): bigint {
  const part = partial.length === 32 ? readScalar(partial) : undefined
  if (part === undefined) throw new ContributionError(signer, 'psig')
  return part
}
