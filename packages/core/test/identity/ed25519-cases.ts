import { ed25519 } from '@noble/curves/ed25519.js'
import { bytesToNumberLE, concatBytes, hexToBytes, numberToBytesLE } from '@noble/curves/utils.js'
import { sha512 } from '@noble/hashes/sha2.js'

// Signatures on which implementations of Ed25519 disagree, each made so that some check other than the named one lets it pass.

export interface Case {
  readonly name: string
  readonly publicKey: Uint8Array
  readonly message: Uint8Array
  readonly signature: Uint8Array
}

const { Point } = ed25519
const { Fn } = Point

const p = 2n ** 255n - 19n
const L = Fn.ORDER

export const seed = new Uint8Array(32).fill(42)
const { scalar: a, point: A } = ed25519.utils.getExtendedPublicKey(seed)
export const publicKey = A.toBytes()
const message = new TextEncoder().encode('the same verdict everywhere')

/** Generates the eight points of small order. */
const T = Point.fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05')

/** A y and a sign as they would be encoded, whether or not that is canonical. */
function encodePoint(y: bigint, sign: 0 | 1): Uint8Array {
  const bytes = numberToBytesLE(y, 32)
  bytes[31]! |= sign << 7
  return bytes
}

/** Every encoding, canonical or not, of every point of small order, found by arithmetic and not by a list. */
export const smallOrderEncodings: readonly Uint8Array[] = (() => {
  const ys = new Set(Array.from({ length: 8 }, (_, times) => T.multiplyUnsafe(BigInt(times)).toAffine().y))
  const readable = [...ys].flatMap((y) => [y, y + p]).filter((y) => y < 2n ** 255n)
  return readable.flatMap((y) => [encodePoint(y, 0), encodePoint(y, 1)])
})()

function challenge(R: Uint8Array, key: Uint8Array, text: Uint8Array): bigint {
  return Fn.create(bytesToNumberLE(sha512(concatBytes(R, key, text))))
}

/** A message for which the challenge is a multiple of 8, so that the torsion part of a key does not show. */
function messageHiding(R: Uint8Array, key: Uint8Array): Uint8Array {
  for (let attempt = 0; ; attempt += 1) {
    const text = new TextEncoder().encode(`attempt ${attempt}`)
    if (challenge(R, key, text) % 8n === 0n) return text
  }
}

const r = 123_456_789n
const R = Point.BASE.multiply(r)

/** S = r + k a, over whatever is written for R and for the key. */
function sign(
  name: string,
  Rbytes: Uint8Array,
  key: Uint8Array = publicKey,
  text: Uint8Array = message,
  nonce = r,
  secret = a,
): Case {
  const S = Fn.create(nonce + challenge(Rbytes, key, text) * secret)
  return { name, publicKey: key, message: text, signature: concatBytes(Rbytes, numberToBytesLE(S, 32)) }
}

export const genuine = sign('a genuine signature with a nonce of its own', R.toBytes())

function withSignature(name: string, signature: Uint8Array): Case {
  return { name, publicKey, message, signature }
}

const torsionedKey = A.add(T).toBytes()
const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

const S = bytesToNumberLE(genuine.signature.subarray(32))

/** A torsioned key whose torsion does not show: a backend on its own accepts it. */
export const torsionedKeyCase = sign(
  'a key with a torsion part, hidden by the challenge',
  R.toBytes(),
  torsionedKey,
  messageHiding(R.toBytes(), torsionedKey),
)

export const refusedCases: readonly Case[] = [
  torsionedKeyCase,
  ...smallOrderEncodings.map((key) =>
    sign(`the small-order key ${hex(key)}`, R.toBytes(), key, messageHiding(R.toBytes(), key), r, 0n),
  ),
  ...smallOrderEncodings.map((Rbytes) => sign(`the small-order R ${hex(Rbytes)}`, Rbytes, publicKey, message, 0n)),
  ...[1, 2, 3, 4, 5, 6, 7].map((times) =>
    sign(`an R with ${times} times the torsion generator`, R.add(T.multiplyUnsafe(BigInt(times))).toBytes()),
  ),
  withSignature('S + L', concatBytes(R.toBytes(), numberToBytesLE(S + L, 32))),
  withSignature('S + 2 L', concatBytes(R.toBytes(), numberToBytesLE(S + 2n * L, 32))),
  withSignature('every bit set', new Uint8Array(64).fill(0xff)),
  withSignature('every bit clear', new Uint8Array(64)),
  withSignature('R not on the curve', concatBytes(encodePoint(2n, 0), numberToBytesLE(S, 32))),
  ...[2n, 3n, 4n, 5n, 6n, 9n, 10n, 13n, 14n, 15n, 16n, 18n].flatMap((y) => [
    { ...genuine, name: `the key p + ${y}, not canonical`, publicKey: encodePoint(p + y, 0) },
    { ...genuine, name: `the key p + ${y}, not canonical, with its sign`, publicKey: encodePoint(p + y, 1) },
  ]),
  { ...genuine, name: 'a key that is not on the curve', publicKey: encodePoint(2n, 0) },
  { ...genuine, name: 'the negated key', publicKey: A.negate().toBytes() },
  { ...genuine, name: 'another message', message: new TextEncoder().encode('another') },
  { ...genuine, name: 'the RFC 8032 base point for a key', publicKey: Point.BASE.toBytes() },
  withSignature(
    'the same R and S with the sign of R flipped',
    genuine.signature.with(31, genuine.signature[31]! ^ 0x80),
  ),
  withSignature('an S of another message', sign('', R.toBytes(), publicKey, hexToBytes('00')).signature),
]
