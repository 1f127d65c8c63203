import { bytesToHex, hexToBytes } from '@noble/curves/utils.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { checkPeerId, type PeerId } from '../identity/peer-id.js'
import type { ScryptCost } from './options.js'

// A sealed key as text: JSON that a person can read, with the peer id in the clear. White space means nothing, since editors and
// mail programs add it; apart from that one key file has one text, held by writing it again and comparing. The checksum tells
// damage from a wrong passphrase, which the cipher cannot; it keeps nobody from changing the text on purpose.

export interface KeyFile {
  readonly peerId: PeerId
  readonly cost: ScryptCost
  readonly salt: Uint8Array
  readonly nonce: Uint8Array
  /** The secret, with its tag behind it. */
  readonly sealed: Uint8Array
}

export type KeyFileReading =
  | { readonly ok: true; readonly file: KeyFile }
  | { readonly ok: false; readonly code: 'KEYSTORE_MALFORMED' | 'KEYSTORE_VERSION' }

export const saltBytes = 16
export const nonceBytes = 24
/** Of either suite. */
export const secretBytes = 32
const tagBytes = 16
const checksumBytes = 8

const version = 1
/** From here up n accounts for all but a thousandth of the memory, whatever r and p are. */
const scryptNMin = 1_024
/** A file as it is written has about 540 characters. */
const textCharactersMax = 4_096

const malformed: KeyFileReading = { ok: false, code: 'KEYSTORE_MALFORMED' }
const text = new TextEncoder()

export function encodeKeyFile(file: KeyFile): string {
  return `${JSON.stringify(toJson(file), undefined, 2)}\n`
}

/** Reads what may be anything. Never throws. */
export function decodeKeyFile(given: unknown): KeyFileReading {
  if (typeof given !== 'string' || given.length > textCharactersMax) return malformed
  const compact = given.replace(/\s+/g, '')
  const json = parse(compact)
  if (!isRecord(json)) return malformed
  const { rondoKey } = json
  if (typeof rondoKey === 'number' && Number.isSafeInteger(rondoKey) && rondoKey > version) {
    return { ok: false, code: 'KEYSTORE_VERSION' }
  }
  const file = fileOf(json)
  return file !== undefined && JSON.stringify(toJson(file)) === compact ? { ok: true, file } : malformed
}

/** What the cipher authenticates besides the secret: whose it is and how its key is derived. */
export function associatedData({ peerId, cost, salt }: Pick<KeyFile, 'peerId' | 'cost' | 'salt'>): Uint8Array {
  return text.encode(`rondo/1 keystore\0${JSON.stringify(headOf(peerId, cost, salt))}`)
}

function headOf(peerId: PeerId, { n, r, p }: ScryptCost, salt: Uint8Array) {
  return { rondoKey: version, peerId, kdf: { name: 'scrypt', n, r, p, salt: bytesToHex(salt) } }
}

function toJson({ peerId, cost, salt, nonce, sealed }: KeyFile) {
  const cipher = { name: 'xchacha20-poly1305', nonce: bytesToHex(nonce), sealed: bytesToHex(sealed) }
  const content = { ...headOf(peerId, cost, salt), cipher }
  const checksum = sha256(text.encode(JSON.stringify(content))).subarray(0, checksumBytes)
  return { ...content, checksum: bytesToHex(checksum) }
}

/** The fields that are needed; the names of the algorithms and the checksum are held by writing the text again. */
function fileOf({ peerId, kdf, cipher }: Readonly<Record<string, unknown>>): KeyFile | undefined {
  if (!isRecord(kdf) || !isRecord(cipher)) return undefined
  const owner = checkPeerId(peerId)
  const { n, r, p } = kdf
  const salt = bytesOf(kdf['salt'], saltBytes)
  const nonce = bytesOf(cipher['nonce'], nonceBytes)
  const sealed = bytesOf(cipher['sealed'], secretBytes + tagBytes)
  if (!owner.ok || !isCount(n) || !isCount(r) || !isCount(p)) return undefined
  if (salt === undefined || nonce === undefined || sealed === undefined) return undefined
  if (n < scryptNMin || !Number.isInteger(Math.log2(n))) return undefined
  return { peerId: owner.value, cost: { n, r, p }, salt, nonce, sealed }
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 0xffff_ffff
}

function bytesOf(value: unknown, length: number): Uint8Array | undefined {
  if (typeof value !== 'string' || value.length !== 2 * length || !/^[0-9a-f]*$/.test(value)) return undefined
  return hexToBytes(value)
}
