import type { ByteWriter } from '../bytes/byte-writer.js'
import { createCborCodec } from '../codec/cbor-codec.js'
import { isName, isVersion } from '../protocol/names.js'
import { type Offer, offeredProtocolsMax, offeredVersionsMax } from '../protocol/registry.js'
import type { SigningRefusal } from '../signing/signing-refusal.js'
import type { VerifiedMessage } from '../signing/verified-message.js'
import type { CloseReason } from '../transport/transport.js'
import { type Frame, frameKind } from './frames.js'
import type { InboundHead, InboundHeads } from './head-table.js'
import type { InboundName, InboundNames } from './name-table.js'

// Stage 3. A frame's body becomes an envelope: a message or request for the guards, or a control envelope for the session.
// Numbers are big-endian. Declaring a name changes the session's table and yields an envelope of its own.

/** What a handler may be asked to see, once the guards let it. */
class MessageEnvelope {
  declare protected readonly stage: 'envelope'
  readonly ok = true
  readonly kind: 'message' | 'request' | 'stream'
  readonly name: InboundName
  readonly codecId: number
  readonly payload: Uint8Array
  readonly timestamp: number
  /** Which of the session's envelopes it is. */
  readonly sequence: number
  /** Of a request or a stream, by its sender; 0 for a message. */
  readonly id: number
  /** Of a signed message. */
  readonly signed: SignedPart | undefined
  /** How many milliseconds a request waits; how many bytes a stream may send back to begin with. */
  readonly allowance: number

  constructor(
    kind: 'message' | 'request' | 'stream',
    name: InboundName,
    codecId: number,
    payload: Uint8Array,
    { timestamp, sequence }: Frame,
    id: number,
    allowance: number,
    signed: SignedPart | undefined = undefined,
  ) {
    this.kind = kind
    this.name = name
    this.codecId = codecId
    this.payload = payload
    this.timestamp = timestamp
    this.sequence = sequence
    this.id = id
    this.allowance = allowance
    this.signed = signed
  }
}

export type { MessageEnvelope }

/** Tells what goes on to the guards from what the session itself takes. */
export function isForHandlers(envelope: Envelope): envelope is MessageEnvelope {
  return envelope instanceof MessageEnvelope
}

/** Why a request came to nothing, as it travels: bounded, and for programs first. */
export interface Rejection {
  readonly code: string
  /** One of the errors that the protocol declares. */
  readonly reason?: string
  readonly detail?: string
  readonly retryAfterMs?: number
  readonly issues?: readonly { readonly path: string; readonly message: string }[]
}

/** What proves, on a new channel, that both ends mean the session they had on another. */
export interface ResumeClaim {
  readonly sessionId: string
  /** Above that of every channel before. */
  readonly generation: number
  /** How many envelopes of the other end have come: it goes on from there. */
  readonly received: number
  /**
   * How many of its own it knows to have come, and so cannot send again. Until it answers, the channel before may still bring
   * it news, so that this may be more than the other end's claim says.
   */
  readonly acknowledged: number
  readonly mac: Uint8Array
}

/** What a signed message brings besides its payload, and what comes of it. */
export class SignedPart {
  readonly head: InboundHead
  readonly salt: Uint8Array
  readonly body: Uint8Array
  readonly payload: Uint8Array
  /** It was said to many: its seal is its own. */
  readonly isAlone: boolean
  isSealed = false
  /** Undefined until its seal has been judged. */
  verdict: VerifiedMessage | SigningRefusal | undefined

  constructor(head: InboundHead, salt: Uint8Array, body: Uint8Array, payload: Uint8Array, isAlone: boolean) {
    this.head = head
    this.salt = salt
    this.body = body
    this.payload = payload
    this.isAlone = isAlone
  }
}

/** The signature of the oldest messages that have none yet: of `count` of them, or of one with its path. */
export interface Seal {
  readonly isAlone: boolean
  readonly index: number
  readonly count: number
  readonly epoch: number
  /** Empty where the author could not sign. */
  readonly signature: Uint8Array
  readonly path: Uint8Array
}

export interface SealEnvelope extends Seal {
  readonly ok: true
  readonly kind: 'seal'
}

/** What moves a stream that is open. */
export type StreamEnvelope =
  | { readonly ok: true; readonly kind: 'data'; readonly streamId: number; readonly chunk: Uint8Array }
  | { readonly ok: true; readonly kind: 'credit'; readonly streamId: number; readonly bytes: number }
  | {
      readonly ok: true
      readonly kind: 'end'
      readonly streamId: number
      readonly totalBytes: number
      readonly digest: Uint8Array
    }
  | { readonly ok: true; readonly kind: 'reset'; readonly streamId: number; readonly rejection: Rejection }

/** What the session itself takes. */
export type ControlEnvelope =
  | { readonly ok: true; readonly kind: 'hello'; readonly offer: Offer; readonly resume: ResumeClaim | undefined }
  | { readonly ok: true; readonly kind: 'offer'; readonly offer: Offer }
  | { readonly ok: true; readonly kind: 'name' | 'head' }
  | {
      readonly ok: true
      readonly kind: 'reply'
      readonly requestId: number
      readonly codecId: number
      readonly payload: Uint8Array
    }
  | { readonly ok: true; readonly kind: 'reject'; readonly requestId: number; readonly rejection: Rejection }
  | { readonly ok: true; readonly kind: 'cancel'; readonly requestId: number }
  | StreamEnvelope
  | SealEnvelope
  | { readonly ok: true; readonly kind: 'ping' | 'rekey' }
  | { readonly ok: true; readonly kind: 'goodbye'; readonly reason: CloseReason }

export type Envelope = MessageEnvelope | ControlEnvelope

const malformed = { ok: false, code: 'ENVELOPE_MALFORMED' } as const
export type EnvelopeRefusal = typeof malformed

const textCharactersMax = 256
const issuesMax = 8
const retryAfterMsMax = 86_400_000
const macBytes = 32
const digestBytes = 32
const saltBytes = 16
const sealHeadBytes = 12
const countMax = 2 ** 48 - 1
const control = createCborCodec({ depthMax: 4, itemsMax: 8_192, stringBytesMax: 1_024 })
const named: ControlEnvelope = { ok: true, kind: 'name' }
const headed: ControlEnvelope = { ok: true, kind: 'head' }
const ping: ControlEnvelope = { ok: true, kind: 'ping' }
const rekey: ControlEnvelope = { ok: true, kind: 'rekey' }

/** Reads one frame. Never throws, whatever the bytes. */
export function decodeEnvelope(frame: Frame, names: InboundNames, heads?: InboundHeads): Envelope | EnvelopeRefusal {
  const { bytes, start, end } = frame
  const size = end - start
  switch (frame.kind) {
    case frameKind.message: {
      const name = size < 3 ? undefined : names.find(readU16(bytes, start))
      if (name === undefined) return malformed
      return new MessageEnvelope('message', name, bytes[start + 2]!, bytes.subarray(start + 3, end), frame, 0, 0)
    }
    case frameKind.request:
    case frameKind.open: {
      const name = size < 11 ? undefined : names.find(readU16(bytes, start))
      if (name === undefined) return malformed
      const id = readU32(bytes, start + 3)
      if (id === 0) return malformed
      const kind = frame.kind === frameKind.request ? 'request' : 'stream'
      const payload = bytes.subarray(start + 11, end)
      return new MessageEnvelope(kind, name, bytes[start + 2]!, payload, frame, id, readU32(bytes, start + 7))
    }
    case frameKind.head:
      return size > 2 && heads?.declare(readU16(bytes, start), bytes.subarray(start + 2, end)) ? headed : malformed
    case frameKind.signed:
      return readSigned(frame, heads)
    case frameKind.seal:
      return readSeal(bytes.subarray(start, end))
    case frameKind.data: {
      if (size < 5) return malformed
      return { ok: true, kind: 'data', streamId: readU32(bytes, start), chunk: bytes.subarray(start + 4, end) }
    }
    case frameKind.credit: {
      if (size !== 8) return malformed
      return { ok: true, kind: 'credit', streamId: readU32(bytes, start), bytes: readU32(bytes, start + 4) }
    }
    case frameKind.end: {
      if (size !== 10 + digestBytes) return malformed
      const totalBytes = readU16(bytes, start + 4) * 0x1_0000_0000 + readU32(bytes, start + 6)
      const digest = bytes.subarray(start + 10, end)
      return { ok: true, kind: 'end', streamId: readU32(bytes, start), totalBytes, digest }
    }
    case frameKind.reset: {
      const rejection = size < 4 ? undefined : readRejection(bytes.subarray(start + 4, end))
      if (rejection === undefined) return malformed
      return { ok: true, kind: 'reset', streamId: readU32(bytes, start), rejection }
    }
    case frameKind.reply: {
      if (size < 5) return malformed
      const payload = bytes.subarray(start + 5, end)
      return { ok: true, kind: 'reply', requestId: readU32(bytes, start), codecId: bytes[start + 4]!, payload }
    }
    case frameKind.reject: {
      const rejection = size < 4 ? undefined : readRejection(bytes.subarray(start + 4, end))
      if (rejection === undefined) return malformed
      return { ok: true, kind: 'reject', requestId: readU32(bytes, start), rejection }
    }
    case frameKind.cancel:
      return size === 4 ? { ok: true, kind: 'cancel', requestId: readU32(bytes, start) } : malformed
    case frameKind.name:
      return declareName(bytes.subarray(start, end), names) ? named : malformed
    case frameKind.hello:
      return readHello(bytes.subarray(start, end))
    case frameKind.offer: {
      const offer = readOffer(readObject(bytes.subarray(start, end))?.['protocols'])
      return offer === undefined ? malformed : { ok: true, kind: 'offer', offer }
    }
    case frameKind.goodbye: {
      const reason = readReason(bytes.subarray(start, end))
      return reason === undefined ? malformed : { ok: true, kind: 'goodbye', reason }
    }
    case frameKind.ping:
      return size === 0 ? ping : malformed
    case frameKind.rekey:
      return size === 0 ? rekey : malformed
    default:
      return malformed
  }
}

/** The head of a message's body; its payload follows. */
export function encodeMessageHead(writer: ByteWriter, nameId: number, codecId: number): void {
  writer.u16(nameId)
  writer.u8(codecId)
}

/** The head of a request's body, or of a stream's opening. */
export function encodeRequestHead(
  writer: ByteWriter,
  nameId: number,
  codecId: number,
  id: number,
  allowance: number,
): void {
  writer.u16(nameId)
  writer.u8(codecId)
  writer.u32(id)
  writer.u32(allowance)
}

export function encodeSeal(writer: ByteWriter, { isAlone, index, count, epoch, signature, path }: Seal): void {
  writer.u8(isAlone ? 1 : 0)
  writer.u16(index)
  writer.u16(count)
  writer.u48(epoch)
  writer.u8(signature.length)
  writer.bytes(signature)
  writer.bytes(path)
}

export function encodeCredit(writer: ByteWriter, streamId: number, bytes: number): void {
  writer.u32(streamId)
  writer.u32(bytes)
}

export function encodeEnd(writer: ByteWriter, streamId: number, totalBytes: number, digest: Uint8Array): void {
  writer.u32(streamId)
  writer.u48(totalBytes)
  writer.bytes(digest)
}

export function encodeReplyHead(writer: ByteWriter, requestId: number, codecId: number): void {
  writer.u32(requestId)
  writer.u8(codecId)
}

export function encodeReject(
  writer: ByteWriter,
  requestId: number,
  { code, reason, detail, retryAfterMs, issues }: Rejection,
): void {
  const told = issues
    ?.slice(0, issuesMax)
    .map(({ path, message }) => ({ path: fit(path) ?? '', message: fit(message) ?? '' }))
  writer.u32(requestId)
  control.encode({ code: fit(code), reason: fit(reason), detail: fit(detail), retryAfterMs, issues: told }, writer)
}

export function encodeCancel(writer: ByteWriter, requestId: number): void {
  writer.u32(requestId)
}

export function encodeName(writer: ByteWriter, id: number, protocol: string, version: number, type: string): void {
  writer.u16(id)
  writer.u16(version)
  writer.u8(protocol.length)
  writer.utf8(protocol)
  writer.utf8(type)
}

export function encodeHello(writer: ByteWriter, offer: Offer, resume?: ResumeClaim): void {
  control.encode({ protocols: listOf(offer), resume }, writer)
}

export function encodeOffer(writer: ByteWriter, offer: Offer): void {
  control.encode({ protocols: listOf(offer) }, writer)
}

export function encodeGoodbye(writer: ByteWriter, { code, detail }: CloseReason): void {
  control.encode({ code: fit(code), detail: fit(detail) }, writer)
}

/** Head, flag, salt, the body of the statement behind its length, payload. */
function readSigned(frame: Frame, heads: InboundHeads | undefined): Envelope | EnvelopeRefusal {
  const { bytes, start, end } = frame
  const bodyAt = start + 5 + saltBytes
  if (bodyAt > end) return malformed
  const head = heads?.find(readU16(bytes, start))
  const flag = bytes[start + 2]!
  const payloadAt = bodyAt + readU16(bytes, start + 3 + saltBytes)
  if (head === undefined || flag > 1 || payloadAt > end) return malformed
  const salt = bytes.subarray(start + 3, start + 3 + saltBytes)
  const payload = bytes.subarray(payloadAt, end)
  const signed = new SignedPart(head, salt, bytes.subarray(bodyAt, payloadAt), payload, flag === 1)
  return new MessageEnvelope('message', head.name, 0, payload, frame, 0, 0, signed)
}

function readSeal(body: Uint8Array): Envelope | EnvelopeRefusal {
  const pathAt = sealHeadBytes + (body[sealHeadBytes - 1] ?? 0)
  if (body.length < pathAt || body[0]! > 1) return malformed
  return {
    ok: true,
    kind: 'seal',
    isAlone: body[0] === 1,
    index: readU16(body, 1),
    count: readU16(body, 3),
    epoch: readU16(body, 5) * 0x1_0000_0000 + readU32(body, 7),
    signature: body.subarray(sealHeadBytes, pathAt),
    path: body.subarray(pathAt),
  }
}

function declareName(body: Uint8Array, names: InboundNames): boolean {
  if (body.length < 5) return false
  const version = readU16(body, 2)
  const typeAt = 5 + body[4]!
  const protocol = ascii(body.subarray(5, typeAt))
  const type = ascii(body.subarray(typeAt))
  return (
    isName(protocol) && isName(type) && isVersion(version) && names.declare(readU16(body, 0), protocol, version, type)
  )
}

function listOf(offer: Offer): unknown {
  return [...offer].map(([name, versions]) => [name, [...versions]])
}

function readHello(body: Uint8Array): Envelope | EnvelopeRefusal {
  const { protocols, resume } = readObject(body) ?? {}
  const offer = readOffer(protocols)
  if (offer === undefined) return malformed
  const claim = resume === undefined ? undefined : readClaim(resume)
  if (resume !== undefined && claim === undefined) return malformed
  return { ok: true, kind: 'hello', offer, resume: claim }
}

function readClaim(resume: unknown): ResumeClaim | undefined {
  if (typeof resume !== 'object' || resume === null || Array.isArray(resume)) return undefined
  const { sessionId, generation, received, acknowledged, mac } = resume as Record<string, unknown>
  if (!isText(sessionId) || !isCount(generation) || !isCount(received) || !isCount(acknowledged)) return undefined
  if (!(mac instanceof Uint8Array) || mac.length !== macBytes) return undefined
  return { sessionId, generation, received, acknowledged, mac: new Uint8Array(mac) }
}

function readOffer(protocols: unknown): Offer | undefined {
  if (!Array.isArray(protocols) || protocols.length > offeredProtocolsMax) return undefined
  const offer = new Map<string, readonly number[]>()
  for (const entry of protocols) {
    const [name, versions]: unknown[] = Array.isArray(entry) ? entry : []
    if (!isName(name) || offer.has(name) || !Array.isArray(versions) || versions.length > offeredVersionsMax)
      return undefined
    if (versions.length === 0 || !versions.every(isVersion) || !ascends(versions)) return undefined
    offer.set(name, versions)
  }
  return offer
}

function readRejection(body: Uint8Array): Rejection | undefined {
  const { code, reason, detail, retryAfterMs, issues } = readObject(body) ?? {}
  if (!isText(code)) return undefined
  return {
    code,
    ...(isText(reason) ? { reason } : {}),
    ...(isText(detail) ? { detail } : {}),
    ...(Number.isSafeInteger(retryAfterMs) ? { retryAfterMs: clampMs(Number(retryAfterMs)) } : {}),
    ...(Array.isArray(issues) ? { issues: issues.slice(0, issuesMax).flatMap(readIssue) } : {}),
  }
}

function readIssue(issue: unknown): { path: string; message: string }[] {
  if (typeof issue !== 'object' || issue === null || !('path' in issue) || !('message' in issue)) return []
  const { path, message } = issue
  return isText(path) && isText(message) ? [{ path, message }] : []
}

function readReason(body: Uint8Array): CloseReason | undefined {
  const { code, detail } = readObject(body) ?? {}
  if (!isText(code)) return undefined
  return isText(detail) ? { code, detail } : { code }
}

function readObject(body: Uint8Array): Record<string, unknown> | undefined {
  const decoded = control.decode(body)
  if (!decoded.ok || typeof decoded.value !== 'object' || decoded.value === null) return undefined
  return decoded.value as Record<string, unknown>
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= countMax
}

/** Text for people comes from strangers: bounded, and without what could steer a terminal. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= textCharactersMax && !/\p{Cc}/u.test(value)
}

/** Text as it may travel: cut to size, in one line, and without half surrogate pairs, which cutting may leave. */
function fit(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined
  return text
    .slice(0, textCharactersMax)
    .replace(/\p{Cc}+/gu, ' ')
    .replace(/\p{Cs}/gu, '\ufffd')
}

/** A peer may not put off for longer than a timer can count. */
function clampMs(ms: number): number {
  return Math.min(Math.max(0, ms), retryAfterMsMax)
}

function ascends(numbers: readonly number[]): boolean {
  return numbers.every((number, index) => index === 0 || numbers[index - 1]! < number)
}

function ascii(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, textCharactersMax))
}

function readU16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!
}

function readU32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
}
