import { coreError } from '../errors.js'
import { decodeBase58, encodeBase58 } from './base58.js'
import { BoundedCache } from './bounded-cache.js'

// A peer id is `z` (multibase base58btc) before the base58 of a multicodec prefix and the public key: the text of did:key.
// One key has one id. Whether the bytes are a sound key is asked when a signature is verified (ed25519.ts).

declare const peerIdBrand: unique symbol

/** A public key as text: `did:key:${peerId}` is a DID. Made by `parsePeerId`, `checkPeerId` and `encodePeerId` alone. */
export type PeerId = string & { readonly [peerIdBrand]: true }

export type PeerIdCheck =
  | { readonly ok: true; readonly value: PeerId }
  | { readonly ok: false; readonly code: 'PEER_ID_INVALID' | 'SUITE_UNSUPPORTED' }

const invalid: PeerIdCheck = { ok: false, code: 'PEER_ID_INVALID' }
const unsupported: PeerIdCheck = { ok: false, code: 'SUITE_UNSUPPORTED' }

const ed25519Prefix = [0xed, 0x01]
const secp256k1Prefix = [0xe7, 0x01]

/** Ids of both suites have 48 or 49 characters. */
const textLengthMax = 64

const publicKeys = new BoundedCache<string, Uint8Array>(4096)

/** The id of a 32-byte Ed25519 public key. */
export function encodePeerId(publicKey: Uint8Array): PeerId {
  if (publicKey.length !== 32) throw new TypeError(`an Ed25519 public key has 32 bytes, not ${publicKey.length}`)
  const bytes = new Uint8Array(34)
  bytes.set(ed25519Prefix)
  bytes.set(publicKey, ed25519Prefix.length)
  return brand(encodeText(bytes))
}

/**
 * Reads a peer id that a user or a program passed. Throws `PEER_ID_INVALID` or `SUITE_UNSUPPORTED`.
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
  if (startsWith(bytes, secp256k1Prefix) && bytes.length === 35) return unsupported
  if (!startsWith(bytes, ed25519Prefix) || bytes.length !== 34) return invalid
  return { ok: true, value: brand(text) }
}

/** The 32 bytes of the key that the id is. They are shared with every other caller: never write to them. */
export function publicKeyOf(peerId: PeerId): Uint8Array {
  const known = publicKeys.get(peerId)
  if (known !== undefined) return known
  const bytes = decodeText(peerId)
  if (bytes === undefined) throw coreError('PEER_ID_INVALID')
  const publicKey = bytes.slice(ed25519Prefix.length)
  publicKeys.set(peerId, publicKey)
  return publicKey
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
