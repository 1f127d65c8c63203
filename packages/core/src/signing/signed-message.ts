import { ByteReader } from '../bytes/byte-reader.js'
import { ByteWriter } from '../bytes/byte-writer.js'
import { signatureBytes } from './batch-root.js'
import { isCount, pathBytes, saltBytes } from './merkle-tree.js'

// One signed message as one string of bytes, which anyone can verify who holds nothing else: the statement, its payload, and
// what leads from the statement to the signature of the batch that it was signed in. One form, nothing behind it.

export interface SignedMessage {
  readonly statement: Uint8Array
  readonly payload: Uint8Array
  readonly salt: Uint8Array
  /** Which leaf of how many. */
  readonly index: number
  readonly count: number
  /** The batch's. */
  readonly epoch: number
  readonly path: Uint8Array
  readonly signature: Uint8Array
}

export type DecodedSignedMessage =
  | { readonly ok: true; readonly value: SignedMessage }
  | { readonly ok: false; readonly code: 'SIGNATURE_MALFORMED' }

const formVersion = 1
const malformed: DecodedSignedMessage = { ok: false, code: 'SIGNATURE_MALFORMED' }

/** Writes what a batch gave, in memory of its own. */
export function encodeSignedMessage(message: SignedMessage): Uint8Array {
  const { statement, payload, path } = message
  const writer = new ByteWriter({ capacityBytes: 128 + statement.length + payload.length + path.length })
  writer.u8(formVersion)
  writer.u16(statement.length)
  writer.bytes(statement)
  writer.u32(payload.length)
  writer.bytes(payload)
  writer.bytes(message.salt)
  writer.u16(message.index)
  writer.u16(message.count)
  writer.u48(message.epoch)
  writer.bytes(path)
  writer.bytes(message.signature)
  return writer.slice()
}

/** Reads what a stranger sent; what comes out shares memory with it. Never throws, and judges nothing but the form. */
export function decodeSignedMessage(bytes: Uint8Array): DecodedSignedMessage {
  const reader = new ByteReader(bytes)
  if (reader.u8() !== formVersion) return malformed
  const statement = reader.bytes(reader.u16())
  const payload = reader.bytes(reader.u32())
  const salt = reader.bytes(saltBytes)
  const index = reader.u16()
  const count = reader.u16()
  const epoch = reader.u48()
  if (reader.failed || !isCount(count) || index >= count) return malformed
  const path = reader.bytes(pathBytes(index, count))
  const signature = reader.bytes(signatureBytes)
  if (reader.failed || reader.remaining > 0) return malformed
  return { ok: true, value: { statement, payload, salt, index, count, epoch, path, signature } }
}
