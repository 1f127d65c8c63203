import { ByteReader, ByteWriter, platformCrypto } from '@rondo/core'
import { bytesOfHex, hexOf } from '../hex.js'
import type { RoomHead } from './journal.js'

// What lies under the keys. Each value: layout u8, digest 8, and then
//   room:           expires u48, version u16, name u16+, incarnation u8+
//   article:        number u32, the article
//   claimed, spent: until when it is remembered u48
// The digest is the beginning of the SHA-256 of the key and of all that follows it: it tells damage, not malice.

const layoutVersion = 1
const digestBytes = 8
const headBytes = 1 + digestBytes
export const timeMsMax = 2 ** 48 - 1
export const articleNumberMax = 2 ** 32 - 1

export interface ArticleRecord {
  /** Its place in the order of keeping. */
  readonly number: number
  readonly bytes: Uint8Array
}

export function encodeRoom(key: string, { expiresMs, version, name, incarnation }: RoomHead): Uint8Array {
  return seal(key, 96, (writer) => {
    writer.u48(expiresMs)
    writer.u16(version)
    const at = writer.skip(2)
    writer.patchU16(at, writer.utf8(name))
    const life = bytesOfHex(incarnation)
    writer.u8(life.length)
    writer.bytes(life)
  })
}

export function decodeRoom(key: string, value: Uint8Array): Omit<RoomHead, 'room'> | undefined {
  const reader = unseal(key, value)
  if (reader === undefined) return undefined
  const expiresMs = reader.u48()
  const version = reader.u16()
  const name = reader.utf8(reader.u16())
  const incarnation = hexOf(reader.bytes(reader.u8()))
  if (reader.failed || reader.remaining > 0) return undefined
  return { name, version, incarnation, expiresMs }
}

export function encodeArticle(key: string, { number, bytes }: ArticleRecord): Uint8Array {
  return seal(key, bytes.length + 4, (writer) => {
    writer.u32(number)
    writer.bytes(bytes)
  })
}

/** Its bytes share memory with the value. */
export function decodeArticle(key: string, value: Uint8Array): ArticleRecord | undefined {
  const reader = unseal(key, value)
  if (reader === undefined) return undefined
  const number = reader.u32()
  const bytes = reader.rest()
  return reader.failed ? undefined : { number, bytes }
}

export function encodeMarker(key: string, untilMs: number): Uint8Array {
  return seal(key, 6, (writer) => writer.u48(untilMs))
}

/** Until when it is remembered. */
export function decodeMarker(key: string, value: Uint8Array): number | undefined {
  const reader = unseal(key, value)
  if (reader === undefined) return undefined
  const untilMs = reader.u48()
  return reader.failed || reader.remaining > 0 ? undefined : untilMs
}

function seal(key: string, capacityBytes: number, write: (writer: ByteWriter) => void): Uint8Array {
  const writer = new ByteWriter({ capacityBytes: headBytes + capacityBytes })
  writer.u8(layoutVersion)
  writer.skip(digestBytes)
  write(writer)
  const value = writer.slice()
  value.set(digestOf(key, value), 1)
  return value
}

/** Stands behind the digest; undefined where the record is damaged or of another layout. */
function unseal(key: string, value: Uint8Array): ByteReader | undefined {
  const reader = new ByteReader(value)
  if (reader.u8() !== layoutVersion) return undefined
  const digest = reader.bytes(digestBytes)
  if (reader.failed) return undefined
  const expected = digestOf(key, value)
  return digest.every((byte, index) => byte === expected[index]) ? reader : undefined
}

function digestOf(key: string, value: Uint8Array): Uint8Array {
  const sha256 = platformCrypto.createSha256()
  sha256.update(new TextEncoder().encode(key))
  sha256.update(value.subarray(headBytes))
  return sha256.digest().subarray(0, digestBytes)
}
