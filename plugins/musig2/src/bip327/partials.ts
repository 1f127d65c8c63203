import { concatBytes } from '@noble/curves/utils.js'
import { equalBytes } from '@rondo/core'
import { ContributionError } from './contribution-error.js'
import { Fn, Point, readScalar, signOf, xBytes } from './curve.js'
import type { KeyContext } from './key-context.js'
import { readPublicNonce } from './nonces.js'
import type { OpenSession, Session } from './session.js'
import { type Equation, holdTogether } from './sums.js'

// BIP-327, partial signatures: made, verified, and added up.

/** `Sign`: wipes the nonce, whatever comes of it. Throws where nonce and key do not belong together. */
export function signPartially(session: OpenSession, secretNonce: Uint8Array, secretKey: Uint8Array): Uint8Array {
  try {
    const first = readSecret(secretNonce.subarray(0, 32), 'this is no secret nonce, or it was used')
    const second = readSecret(secretNonce.subarray(32, 64), 'this is no secret nonce, or it was used')
    const secret = readSecret(secretKey, 'this is no secret key')
    const owner = secretNonce.subarray(64)
    if (!equalBytes(Point.BASE.multiply(secret).toBytes(true), owner))
      throw new RangeError('the nonce was made for another key')
    const { key, nonce, blinding } = session
    const blinded = Fn.mul(signOf(nonce), Fn.add(first, Fn.mul(blinding, second)))
    return Fn.toBytes(Fn.add(blinded, Fn.mul(weightIn(session, seatOf(key, owner)), secret)))
  } finally {
    secretNonce.fill(0)
  }
}

function readSecret(bytes: Uint8Array, otherwise: string): bigint {
  const number = readScalar(bytes)
  if (number === undefined || number === 0n) throw new RangeError(otherwise)
  return number
}

function seatOf({ publicKeys }: KeyContext, publicKey: Uint8Array): number {
  const at = publicKeys.findIndex((key) => equalBytes(key, publicKey))
  if (at < 0) throw new RangeError('the key of this signer is not among the keys')
  return at
}

/** e·a·g·gacc: what the key of a signer is multiplied with in the signature. */
function weightIn({ key, challenge }: OpenSession, signer: number): bigint {
  const coefficient = key.coefficients[signer]
  if (coefficient === undefined) throw new RangeError(`there is no signer ${signer}`)
  return Fn.mul(Fn.mul(challenge, coefficient), Fn.mul(signOf(key.point), key.sign))
}

/** Whether it is a number below the order, as every part is. */
export function isPartial(bytes: Uint8Array): boolean {
  return readScalar(bytes) !== undefined
}

/** A part of a signature, and whose it should be. */
export interface Part {
  readonly session: Session
  readonly signer: number
  readonly partial: Uint8Array
}

/** `PartialSigVerify`: whether it is this signer's part of the signature. */
export function verifyPartial(session: Session, signer: number, partial: Uint8Array): boolean {
  return verifyParts([{ session, signer, partial }])
}

/** The same of many, and in a fraction of the time. */
export function verifyParts(parts: readonly Part[]): boolean {
  const equations = parts.map(equationOf)
  return equations.every((equation) => equation !== undefined) && holdTogether(equations)
}

/** Groups are as large as it takes to be cheap, and so small that one is soon searched. */
const groupPartsMax = 16

/** Where the first one is that does not hold, or -1. */
export function findWrongPart(parts: readonly Part[]): number {
  for (let from = 0; from < parts.length; from += groupPartsMax) {
    const group = parts.slice(from, from + groupPartsMax)
    if (!verifyParts(group)) return from + searchWrongPart(group)
  }
  return -1
}

/** One of them does not hold. */
function searchWrongPart(parts: readonly Part[]): number {
  let [from, to] = [0, parts.length]
  while (to - from > 1) {
    const middle = Math.floor((from + to) / 2)
    if (verifyParts(parts.slice(from, middle))) from = middle
    else to = middle
  }
  return from
}

/** ±R1 ± b·R2 + e·a·g·P - s·G = 0; undefined where s is no number below the order. */
function equationOf({ session, signer, partial }: Part): Equation | undefined {
  const [publicKey, point] = [session.key.publicKeys[signer], session.key.points[signer]]
  const publicNonce = session.publicNonces[signer]
  const weight = weightIn(session, signer)
  if (publicKey === undefined || point === undefined || publicNonce === undefined)
    throw new RangeError(`there is no signer ${signer}`)
  const scalar = readScalar(partial)
  if (scalar === undefined) return undefined
  const sign = signOf(session.nonce)
  const blinding = Fn.mul(sign, session.blinding)
  const { first, second } = readPublicNonce(publicNonce)
  const signed = sign === Fn.ONE ? first : first.negate()
  return {
    bytes: concatBytes(publicKey, publicNonce, ...[sign, blinding, weight].map((each) => Fn.toBytes(each)), partial),
    terms: (by) => [
      [signed, by],
      [second, Fn.mul(by, blinding)],
      [point, Fn.mul(by, weight)],
      [Point.BASE, Fn.neg(Fn.mul(by, scalar))],
    ],
  }
}

/** `PartialSigAgg`: 64 bytes, which hold only if every part does. Throws a ContributionError where a part is no number. */
export function aggregatePartials(session: OpenSession, partials: readonly Uint8Array[]): Uint8Array {
  const { key, nonce, challenge } = session
  if (partials.length !== key.publicKeys.length) throw new RangeError('there is one part for each key')
  const sum = partials.map(readPartial).reduce((total, part) => Fn.add(total, part), Fn.ZERO)
  const tweaked = Fn.mul(challenge, Fn.mul(signOf(key.point), key.tweak))
  return concatBytes(xBytes(nonce), Fn.toBytes(Fn.add(sum, tweaked)))
}

function readPartial(partial: Uint8Array, signer: number): bigint {
  const number = readScalar(partial)
  if (number === undefined) throw new ContributionError(signer, 'psig')
  return number
}
