import { coreError } from '../errors.js'
import { decodeBase58, encodeBase58 } from './base58.js'
import { BoundedCache } from './bounded-cache.js'

// A peer id is `z` (multibase base58btc) before the base58 of a multicodec prefix and the public key: the text of did:key.
// One key has one id. Which suite it names is read here; whether a node has that suite is asked where it is used (suite.ts),
// and whether the bytes are a sound key when a signature is verified.

declare const peerIdBrand: unique symbol

/** A public key as text: `did:key:${peerId}` is a DID. Made by `parsePeerId`, `checkPeerId` and `encodePeerId` alone. */
export type PeerId = string & { readonly [peerIdBrand]: true }

export type PeerIdCheck =
  | { readonly ok: true; readonly value: PeerId }
  | { readonly ok: false; readonly code: 'PEER_ID_INVALID' }

/** The kinds of keys that ids can name: a closed list, for to read an id must come out the same everywhere. */
export type SuiteName = 'ed25519' | 'secp256k1'

const invalid: PeerIdCheck = { ok: false, code: 'PEER_ID_INVALID' }

/** Multicodec prefixes, both of the same length. */
const ed25519Prefix = [0xed, 0x01]
const secp256k1Prefix = [0xe7, 0x01]
/** How a compressed point with an even y begins; BIP-340 knows no other, so 03 would be a second id of the same key. */
export const evenPoint = 0x02
/** The prefix and the length decide the first characters. */
const secp256k1Start = 'zQ3s'

/** Ids of both suites have 48 or 49 characters. */
const textLengthMax = 64

const publicKeys = new BoundedCache<string, Uint8Array>(4096)

/** The id of a public key: 32 bytes are an Ed25519 key, 33 that begin with 02 a secp256k1 key. */
export function encodePeerId(publicKey: Uint8Array): PeerId {
  const prefix = prefixFor(publicKey)
  if (prefix === undefined) {
    throw new TypeError('a public key is 32 bytes of Ed25519, or 33 of secp256k1 of which the first is 02')
  }
  const bytes = new Uint8Array(prefix.length + publicKey.length)
  bytes.set(prefix)
  bytes.set(publicKey, prefix.length)
  return brand(encodeText(bytes))
}

/**
 * Reads a peer id that a user or a program passed. Throws `PEER_ID_INVALID`.
 *
 * @example
 * const peerId = parsePeerId('z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw')
 */
export function parsePeerId(text: string): PeerId {
  const checked = checkPeerId(text)
  if (!checked.ok) throw coreError(checked.code)
  return checked.value
}

/** Reads a peer id that a stranger sent. Never throws. */
export function checkPeerId(text: unknown): PeerIdCheck {
  if (typeof text !== 'string') return invalid
  if (publicKeys.has(text)) return { ok: true, value: brand(text) }
  const bytes = decodeText(text)
  if (bytes === undefined) return invalid
  const prefix = prefixFor(bytes.subarray(ed25519Prefix.length))
  return prefix !== undefined && startsWith(bytes, prefix) ? { ok: true, value: brand(text) } : invalid
}

/** The suite that the id names. */
export function suiteNameOf(peerId: PeerId): SuiteName {
  return peerId.startsWith(secp256k1Start) ? 'secp256k1' : 'ed25519'
}

/**
 * The key that the id is: 32 bytes of Ed25519, or 33 of secp256k1. They are shared with every other caller: never write to
 * them.
 */
export function publicKeyOf(peerId: PeerId): Uint8Array {
  const known = publicKeys.get(peerId)
  if (known !== undefined) return known
  const bytes = decodeText(peerId)
  if (bytes === undefined) throw coreError('PEER_ID_INVALID')
  const publicKey = bytes.slice(ed25519Prefix.length)
  publicKeys.set(peerId, publicKey)
  return publicKey
}

function prefixFor(publicKey: Uint8Array): readonly number[] | undefined {
  if (publicKey.length === 32) return ed25519Prefix
  return publicKey.length === 33 && publicKey[0] === evenPoint ? secp256k1Prefix : undefined
}

/** The one place where text becomes a peer id; callers have checked it, or made it of a key. */
function brand(text: string): PeerId {
  return text as PeerId
}

function encodeText(bytes: Uint8Array): string {
  return `z${encodeBase58(bytes)}`
}

function decodeText(text: string): Uint8Array | undefined {
  if (!text.startsWith('z') || text.length > textLengthMax) return undefined
  const bytes = decodeBase58(text.slice(1))
  return bytes !== undefined && encodeText(bytes) === text ? bytes : undefined
}

function startsWith(bytes: Uint8Array, prefix: readonly number[]): boolean {
  return prefix.every((byte, index) => bytes[index] === byte)
}
