import { schnorr } from '@noble/curves/secp256k1.js'
import { bytesToNumberBE, concatBytes, numberToBytesBE } from '@noble/curves/utils.js'

// Signatures that implementations of BIP-340 could disagree on, and that Rondo refuses.

interface Case {
  readonly name: string
  readonly publicKey: Uint8Array
  readonly signature: Uint8Array
}

const { Point } = schnorr
const p = Point.Fp.ORDER
const n = Point.Fn.ORDER

export const secret = new Uint8Array(32).fill(42)
export const message = new TextEncoder().encode('the same verdict everywhere')

const x = schnorr.getPublicKey(secret)
export const publicKey = Uint8Array.of(2, ...x)
/** What Rondo signs: BIP-340's tagged hash, under the tag of messages. */
export const digest = schnorr.utils.taggedHash('rondo/1 message', message)
export const signature = schnorr.sign(digest, secret, new Uint8Array(32))

const r = signature.subarray(0, 32)
const s = bytesToNumberBE(signature.subarray(32))
const bytes = (number: bigint) => numberToBytesBE(number, 32)

/** The first x from `start` up for which x³ + 7 is, or is not, a square. */
function findX(start: bigint, isOnCurve: boolean): bigint {
  for (let candidate = start; ; candidate += 1n) {
    if (isLiftable(candidate) === isOnCurve) return candidate
  }
}

function isLiftable(candidate: bigint): boolean {
  try {
    schnorr.utils.lift_x(candidate)
    return true
  } catch {
    return false
  }
}

const withSignature = (name: string, R: Uint8Array, S: Uint8Array): Case => ({
  name,
  publicKey,
  signature: concatBytes(R, S),
})
const withKey = (name: string, key: Uint8Array): Case => ({ name, publicKey: key, signature })

/** Refused by ranges and lengths alone, before any backend is asked. */
export const outOfRangeCases: readonly Case[] = [
  withSignature('r = p', bytes(p), bytes(s)),
  withSignature('r = p + 1', bytes(p + 1n), bytes(s)),
  withSignature('r with every bit set', new Uint8Array(32).fill(0xff), bytes(s)),
  withSignature('s = 0', r, bytes(0n)),
  withSignature('s = n', r, bytes(n)),
  withSignature('s = n + 1', r, bytes(n + 1n)),
  withSignature('s with every bit set', r, new Uint8Array(32).fill(0xff)),
  withKey('a key with x = p', Uint8Array.of(2, ...bytes(p))),
  withKey('a key whose x is p + 1, which is 1 to the careless', Uint8Array.of(2, ...bytes(p + 1n))),
  withKey('a key that says its y is odd', Uint8Array.of(3, ...x)),
  withKey('an uncompressed key', Point.fromBytes(publicKey).toBytes(false)),
  withKey('an x-only key', x),
  ...[0, 31, 63, 65, 100_000].map((length) => ({
    name: `a signature of ${length} bytes`,
    publicKey,
    signature: new Uint8Array(length).fill(1),
  })),
]

export const refusedCases: readonly Case[] = [
  ...outOfRangeCases,
  withSignature('r = 0', bytes(0n), bytes(s)),
  withSignature('an r between n and p, on the curve', bytes(findX(n, true)), bytes(s)),
  withSignature('an r that is not on the curve', bytes(findX(1n, false)), bytes(s)),
  withSignature('an s that is negated', r, bytes(n - s)),
  withSignature('an s that is one more', r, bytes(s + 1n)),
  withSignature('r and s of the point at infinity', new Uint8Array(32), bytes(1n)),
  withKey('a key that is not on the curve', Uint8Array.of(2, ...bytes(findX(1n, false)))),
  withKey('a key with x = 0', Uint8Array.of(2, ...bytes(0n))),
  withKey('the base point for a key', Point.BASE.toBytes(true)),
  { name: 'a signature of the bare message’s hash', publicKey, signature: schnorr.sign(message, secret) },
  {
    name: 'a signature under another tag',
    publicKey,
    signature: schnorr.sign(schnorr.utils.taggedHash('TapSighash', message), secret),
  },
]
