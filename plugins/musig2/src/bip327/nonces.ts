import { equalBytes } from '@rondo/core'
import { nonceGen } from '@scure/btc-signer/musig2.js'
import { ContributionError } from './contribution-error.js'
import { type CurvePoint, extendedBytes, Point, readPoint } from './curve.js'

// BIP-327, nonces. A public nonce is 66 bytes, two points; a secret one is used once and never again.

export const publicNonceBytes = 66

export interface NoncePair {
  readonly publicNonce: Uint8Array
  readonly secretNonce: SecretNonce
}

/** What a nonce is made for. All of it goes into the hash, beside randomness that is never repeated. */
export interface NoncePurpose {
  readonly secretKey: Uint8Array
  readonly publicKey: Uint8Array
  /** Of 32 bytes, as it will be signed for. */
  readonly aggregateKey: Uint8Array
  readonly message: Uint8Array
  /** Where it is used, and by whom: so that even with broken randomness no other place has the same. */
  readonly place: Uint8Array
  /** 32 bytes, fresh. */
  readonly random: Uint8Array
}

/** `NonceGen`. */
export function makeNonce({ secretKey, publicKey, aggregateKey, message, place, random }: NoncePurpose): NoncePair {
  const made = nonceGen(publicKey, secretKey, aggregateKey, message, place, random)
  return { publicNonce: made.public, secretNonce: new SecretNonce(made.secret) }
}

/** The secret half: in memory, in one place, and handed out once. */
export class SecretNonce {
  #bytes: Uint8Array | undefined

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Throws the second time. Whoever takes it wipes it. */
  take(): Uint8Array {
    const bytes = this.#bytes
    if (bytes === undefined) throw new Error('this nonce was used: a second signature with it would give the key away')
    this.#bytes = undefined
    return bytes
  }
}

/** Whether it is two points, neither at infinity. */
export function isPublicNonce(bytes: Uint8Array): boolean {
  try {
    readPublicNonce(bytes)
    return true
  } catch {
    return false
  }
}

/** `NonceAgg`. Throws a ContributionError where one of them is no nonce. */
export function aggregateNonces(publicNonces: readonly Uint8Array[]): Uint8Array {
  if (publicNonces.length === 0) throw new RangeError('there is no nonce to aggregate')
  let [first, second] = [Point.ZERO, Point.ZERO]
  for (const [signer, bytes] of publicNonces.entries()) {
    if (!isPublicNonce(bytes)) throw new ContributionError(signer, 'pubnonce')
    const points = readPublicNonce(bytes)
    first = first.add(points.first)
    second = second.add(points.second)
  }
  const aggregate = new Uint8Array(publicNonceBytes)
  aggregate.set(extendedBytes(first))
  aggregate.set(extendedBytes(second), 33)
  return aggregate
}

interface PublicNonce {
  readonly first: CurvePoint
  readonly second: CurvePoint
  /** What it was read from: whoever holds the bytes may have changed them since. */
  readonly copy: Uint8Array
}

const known = new WeakMap<Uint8Array, PublicNonce>()

/**
 * Throws where it is not two points. A nonce is looked at when it comes, when it is added up and with each part, and read once: that
 * costs two square roots, and with many signers nothing else costs as much.
 */
export function readPublicNonce(bytes: Uint8Array): PublicNonce {
  const before = known.get(bytes)
  if (before !== undefined && equalBytes(before.copy, bytes)) return before
  if (bytes.length !== publicNonceBytes) throw new RangeError('a nonce is two points')
  const [first, second] = [readPoint(bytes.subarray(0, 33)), readPoint(bytes.subarray(33))]
  const nonce = { first, second, copy: bytes.slice() }
  known.set(bytes, nonce)
  return nonce
}
