import { ByteReader } from '../bytes/byte-reader.js'
import type { ByteWriter } from '../bytes/byte-writer.js'
import {
  encodeStatementHead,
  type HeadRefusal,
  readStatementHead,
  type StatementContext,
  type StatementHead,
} from './statement-head.js'

// What is signed: a head, then what is this statement's alone. Self-contained, big-endian, and one encoding for one
// statement, so that whoever holds the bytes needs nothing else, and equal bytes are the same thing said.

/** Where a statement stands among its author's: a number in a sequence, or a slot of a round. Said twice differently, it convicts. */
export type Position = { readonly epoch: number; readonly sequence: number } | { readonly slot: Uint8Array }

/** What is not the same from one statement to the next. */
export interface StatementBody {
  readonly position: Position
  readonly createdMs: number
  /** After `createdMs`. */
  readonly expiresMs: number
  readonly codecId: number
  readonly payloadHash: Uint8Array
}

export interface Statement extends StatementContext, StatementBody {}

export type DecodedStatement =
  | { readonly ok: true; readonly head: StatementHead; readonly body: StatementBody }
  | HeadRefusal

/** What six bytes hold: milliseconds until the year 10889, epochs, sequences. */
export const u48Max = 0xffff_ffff_ffff
export const slotBytesMax = 128
const hashBytes = 32

const positionKind = { sequence: 0, slot: 1 } as const
const malformed: HeadRefusal = { ok: false, code: 'SIGNATURE_MALFORMED' }

/** Appends everything after the head. Throws a TypeError where a field is out of bounds. */
export function encodeStatementBody(body: StatementBody, writer: ByteWriter): void {
  const { position, createdMs, expiresMs, codecId, payloadHash } = body
  if (!isU48(createdMs) || !isU48(expiresMs) || expiresMs <= createdMs) {
    throw new TypeError(
      `a statement is good from one millisecond to a later one, not from ${createdMs} to ${expiresMs}`,
    )
  }
  if (!Number.isInteger(codecId) || codecId < 0 || codecId > 255) throw new TypeError(`not a codec id: ${codecId}`)
  if (payloadHash.length !== hashBytes) throw new TypeError(`a payload hash has ${hashBytes} bytes`)
  writePosition(position, writer)
  writer.u48(createdMs)
  writer.u48(expiresMs)
  writer.u8(codecId)
  writer.bytes(payloadHash)
}

/** Reads what follows the head, to the end of the bytes. Slot and hash share memory with them. Never throws. */
export function readStatementBody(reader: ByteReader): StatementBody | undefined {
  const position = readPosition(reader)
  const createdMs = reader.u48()
  const expiresMs = reader.u48()
  const codecId = reader.u8()
  const payloadHash = reader.bytes(hashBytes)
  if (reader.failed || reader.remaining > 0 || position === undefined || expiresMs <= createdMs) return undefined
  return { position, createdMs, expiresMs, codecId, payloadHash }
}

/** The bytes that stand for a statement. Throws a TypeError where a field is out of bounds. */
export function encodeStatement(statement: Statement, writer: ByteWriter): void {
  writer.bytes(encodeStatementHead(statement).bytes)
  encodeStatementBody(statement, writer)
}

/** Reads what a stranger sent, in its one form or not at all. Never throws. */
export function decodeStatement(bytes: Uint8Array): DecodedStatement {
  return readStatement(new ByteReader(bytes))
}

/** The same from where `reader` stands to its end. A head among `known` is not read again. */
export function readStatement(reader: ByteReader, known?: readonly StatementHead[]): DecodedStatement {
  const head = readStatementHead(reader, known)
  if (!head.ok) return head
  const body = readStatementBody(reader)
  return body === undefined ? malformed : { ok: true, head, body }
}

function writePosition(position: Position, writer: ByteWriter): void {
  if ('slot' in position) {
    const { slot } = position
    if (!(slot instanceof Uint8Array) || slot.length < 1 || slot.length > slotBytesMax) {
      throw new TypeError(`a slot has 1 to ${slotBytesMax} bytes`)
    }
    writer.u8(positionKind.slot)
    writer.u8(slot.length)
    writer.bytes(slot)
    return
  }
  const { epoch, sequence } = position
  if (!isU48(epoch) || !isU48(sequence)) throw new TypeError(`not a position: epoch ${epoch}, sequence ${sequence}`)
  writer.u8(positionKind.sequence)
  writer.u48(epoch)
  writer.u48(sequence)
}

function readPosition(reader: ByteReader): Position | undefined {
  const kind = reader.u8()
  if (kind === positionKind.sequence) return { epoch: reader.u48(), sequence: reader.u48() }
  if (kind !== positionKind.slot) return undefined
  const slot = reader.bytes(reader.u8())
  return slot.length >= 1 && slot.length <= slotBytesMax ? { slot } : undefined
}

export function isU48(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= u48Max
}
