import type { ByteReader } from '../bytes/byte-reader.js'
import { ByteWriter } from '../bytes/byte-writer.js'
import { utf8Length } from '../bytes/utf8.js'
import { checkPeerId, type PeerId } from '../identity/peer-id.js'
import { isName, isVersion } from '../names.js'

// The part of a statement that many statements share: who says what kind of thing to whom. It comes first and says its own
// length, so both ends may keep it, and compare bytes instead of reading them again. Nothing in it is interned.

/** Whom a statement is for: one peer, whoever follows a topic, or anyone at all. */
export type Audience = { readonly to: PeerId } | { readonly topic: string } | 'anyone'

export interface StatementContext {
  readonly network: string
  readonly protocol: string
  readonly type: string
  readonly version: number
  readonly author: PeerId
  readonly audience: Audience
}

export type HeadRefusal = { readonly ok: false; readonly code: 'SIGNATURE_MALFORMED' | 'SUITE_UNSUPPORTED' }

/** A context and its one encoding. */
class StatementHead implements StatementContext {
  declare protected readonly stage: 'head'
  readonly ok = true
  readonly network: string
  readonly protocol: string
  readonly type: string
  readonly version: number
  readonly author: PeerId
  readonly audience: Audience
  /** The same text for the same audience. */
  readonly audienceKey: string
  /** Never to be written to. */
  readonly bytes: Uint8Array

  constructor(context: StatementContext, bytes: Uint8Array) {
    this.network = context.network
    this.protocol = context.protocol
    this.type = context.type
    this.version = context.version
    this.author = context.author
    this.audience = context.audience
    this.audienceKey = audienceKeyOf(context.audience)
    this.bytes = bytes
  }
}

export type { StatementHead }

/** Ends with a zero that no other tag of Rondo has before its end, so nothing else that is signed begins like this. */
const tag = new Uint8Array([...'rondo/1 statement\0'].map((character) => character.charCodeAt(0)))

/** Networks and topics, as UTF-8. */
const textBytesMax = 255
const audienceKind = { anyone: 0, peer: 1, topic: 2 } as const
const malformed: HeadRefusal = { ok: false, code: 'SIGNATURE_MALFORMED' }

/** Checks what the caller means to sign, and writes it down. Throws a TypeError. */
export function encodeStatementHead(context: StatementContext): StatementHead {
  assertContext(context)
  const { network, protocol, type, version, author, audience } = context
  const writer = new ByteWriter()
  writer.bytes(tag)
  writeText(writer, network)
  writeText(writer, protocol)
  writeText(writer, type)
  writer.u16(version)
  writeText(writer, author)
  if (audience === 'anyone') {
    writer.u8(audienceKind.anyone)
  } else if ('to' in audience) {
    writer.u8(audienceKind.peer)
    writeText(writer, audience.to)
  } else {
    writer.u8(audienceKind.topic)
    writeText(writer, audience.topic)
  }
  return new StatementHead(context, writer.slice())
}

/**
 * Reads the head that `reader` stands before, from bytes that a stranger sent. Where they begin with the bytes of a `known` one,
 * it is that one: a head says where it ends, so no other can begin with all of it.
 */
export function readStatementHead(
  reader: ByteReader,
  known: readonly StatementHead[] = [],
): StatementHead | HeadRefusal {
  const start = reader.position
  for (const head of known) {
    if (!startsWith(reader.source, start, head.bytes)) continue
    reader.skip(head.bytes.length)
    return head
  }
  if (!startsWith(reader.source, start, tag)) return malformed
  reader.skip(tag.length)
  const network = readText(reader)
  const protocol = readText(reader)
  const type = readText(reader)
  const version = reader.u16()
  const author = checkPeerId(readText(reader))
  const audience = readAudience(reader)
  if (reader.failed || network === '' || !isName(protocol) || !isName(type) || !isVersion(version)) return malformed
  if (!author.ok) return refusalOf(author.code)
  if (typeof audience === 'object' && 'ok' in audience) return audience
  const context = { network, protocol, type, version, author: author.value, audience }
  return new StatementHead(context, reader.source.slice(start, reader.position))
}

/** A text for an audience, and for no other. */
export function audienceKeyOf(audience: Audience): string {
  if (audience === 'anyone') return 'anyone'
  return 'to' in audience ? `to ${audience.to}` : `topic ${audience.topic}`
}

function readAudience(reader: ByteReader): Audience | HeadRefusal {
  switch (reader.u8()) {
    case audienceKind.anyone:
      return 'anyone'
    case audienceKind.peer: {
      const to = checkPeerId(readText(reader))
      return to.ok ? Object.freeze({ to: to.value }) : refusalOf(to.code)
    }
    case audienceKind.topic: {
      const topic = readText(reader)
      return topic === '' ? malformed : Object.freeze({ topic })
    }
    default:
      return malformed
  }
}

/** A key type that is not loaded is no fault of the bytes. */
function refusalOf(code: 'PEER_ID_INVALID' | 'SUITE_UNSUPPORTED'): HeadRefusal {
  return code === 'SUITE_UNSUPPORTED' ? { ok: false, code } : malformed
}

function writeText(writer: ByteWriter, text: string): void {
  writer.u8(utf8Length(text) ?? 0)
  writer.utf8(text)
}

function readText(reader: ByteReader): string {
  return reader.utf8(reader.u8())
}

function startsWith(bytes: Uint8Array, at: number, prefix: Uint8Array): boolean {
  const length = prefix.length
  if (bytes.length - at < length) return false
  for (let index = 0; index < length; index += 1) if (bytes[at + index] !== prefix[index]) return false
  return true
}

function assertContext({ network, protocol, type, version, author, audience }: StatementContext): void {
  assertText(network, 'a network')
  if (!isName(protocol)) throw new TypeError(`not the name of a protocol: ${String(protocol)}`)
  if (!isName(type)) throw new TypeError(`not the name of a message type: ${String(type)}`)
  if (!isVersion(version)) throw new TypeError(`not a version: ${String(version)}`)
  if (!checkPeerId(author).ok) throw new TypeError(`the author is no peer id: ${String(author)}`)
  if (audience === 'anyone') return
  if (typeof audience !== 'object' || audience === null) throw new TypeError('an audience is a peer, a topic or anyone')
  if ('to' in audience === 'topic' in audience) throw new TypeError('an audience is either a peer or a topic')
  if ('topic' in audience) assertText(audience.topic, 'a topic')
  else if (!checkPeerId(audience.to).ok) throw new TypeError(`the recipient is no peer id: ${String(audience.to)}`)
}

function assertText(text: unknown, what: string): void {
  const length = typeof text === 'string' ? utf8Length(text) : undefined
  if (length === undefined || length < 1 || length > textBytesMax) {
    throw new TypeError(`${what} is a well-formed text of 1 to ${textBytesMax} bytes: ${String(text)}`)
  }
}
