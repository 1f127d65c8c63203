import { ByteWriter } from '../bytes/byte-writer.js'
import type { Codecs } from '../codec/codecs.js'
import type { PayloadCodec } from '../codec/payload-codec.js'
import { coreError } from '../errors.js'
import { assertName, assertVersion } from '../protocol/names.js'
import type { Offer } from '../protocol/registry.js'
import type { BatchEntry } from '../signing/batch.js'
import type { StatementHead } from '../signing/statement-head.js'
import type { CloseReason } from '../transport/transport.js'
import {
  encodeCancel,
  encodeCredit,
  encodeEnd,
  encodeGoodbye,
  encodeMessageHead,
  encodeName,
  encodeOffer,
  encodeReject,
  encodeReplyHead,
  encodeRequestHead,
  encodeSeal,
  type Rejection,
  type Seal,
} from './envelope.js'
import { frameKind } from './frames.js'
import type { OutboundHeads } from './head-table.js'
import type { OutboundNames } from './name-table.js'
import { type Outbox, oversized } from './outbox.js'

/** Where a message belongs: the name that is interned. */
export interface MessageName {
  readonly protocol: string
  readonly version: number
  readonly type: string
}

/** A payload encoded once, for many receivers. */
export interface EncodedPayload {
  readonly codec: PayloadCodec
  readonly bytes: Uint8Array
}

/** Encodes a payload by the codec that accepts it. */
export function encodePayload(codecs: Codecs, payload: unknown): EncodedPayload {
  const codec = codecs.codecFor(payload)
  const writer = new ByteWriter()
  codec.encode(payload, writer)
  return { codec, bytes: writer.view() }
}

export interface SenderOptions {
  readonly outbox: Outbox
  readonly names: OutboundNames
  readonly heads: OutboundHeads
  readonly codecs: Codecs
  readonly messageBytesMax: number
}

/** Stage 3 on the way out: one method for each envelope. Each queues it whole, or throws and queues nothing. */
export class Sender {
  readonly #options: SenderOptions
  messagesSent = 0

  constructor(options: SenderOptions) {
    this.#options = options
  }

  message(name: MessageName, payload: unknown): void {
    const nameId = this.#intern(name)
    const codec = this.#options.codecs.codecFor(payload)
    this.#frame(frameKind.message, (writer) => {
      encodeMessageHead(writer, nameId, codec.id)
      this.#payload(writer, codec, payload)
    })
    this.messagesSent += 1
  }

  encodedMessage(name: MessageName, payload: EncodedPayload): void {
    const { messageBytesMax } = this.#options
    if (payload.bytes.length > messageBytesMax) throw oversized(payload.bytes.length, messageBytesMax)
    const nameId = this.#intern(name)
    this.#frame(frameKind.message, (writer) => {
      encodeMessageHead(writer, nameId, payload.codec.id)
      writer.bytes(payload.bytes)
    })
    this.messagesSent += 1
  }

  request(name: MessageName, payload: unknown, requestId: number, timeoutMs: number): void {
    this.#ask(frameKind.request, name, payload, requestId, timeoutMs)
  }

  openStream(name: MessageName, payload: unknown, streamId: number, creditBytes: number): void {
    this.#ask(frameKind.open, name, payload, streamId, creditBytes)
  }

  /** The id of a head, declared to the other end before its first use. */
  headId(head: StatementHead): number {
    const { heads, outbox } = this.#options
    const known = heads.find(head)
    if (known !== undefined) return known
    outbox.assertClosed()
    const id = heads.add(head)
    if (id === undefined)
      throw coreError('NAMES_EXHAUSTED', { detail: `${head.protocol}/${head.version}/${head.type}` })
    this.#frame(frameKind.head, (writer) => {
      writer.u16(id)
      writer.bytes(head.bytes)
    })
    return id
  }

  /** Without its signature: a seal follows. */
  signedMessage(headId: number, head: StatementHead, { salt, statement, payload }: BatchEntry, isAlone: boolean): void {
    const body = statement.subarray(head.bytes.length)
    this.#frame(frameKind.signed, (writer) => {
      writer.u16(headId)
      writer.u8(isAlone ? 1 : 0)
      writer.bytes(salt)
      writer.u16(body.length)
      writer.bytes(body)
      writer.bytes(payload)
    })
    this.messagesSent += 1
  }

  seal(seal: Seal): void {
    this.#frame(frameKind.seal, (writer) => encodeSeal(writer, seal))
  }

  streamData(streamId: number, chunk: Uint8Array): void {
    this.#frame(frameKind.data, (writer) => {
      writer.u32(streamId)
      writer.bytes(chunk)
    })
  }

  streamCredit(streamId: number, bytes: number): void {
    this.#frame(frameKind.credit, (writer) => encodeCredit(writer, streamId, bytes))
  }

  streamEnd(streamId: number, totalBytes: number, digest: Uint8Array): void {
    this.#frame(frameKind.end, (writer) => encodeEnd(writer, streamId, totalBytes, digest))
  }

  streamReset(streamId: number, rejection: Rejection): void {
    this.#frame(frameKind.reset, (writer) => encodeReject(writer, streamId, rejection))
  }

  reply(requestId: number, value: unknown): void {
    const codec = this.#options.codecs.codecFor(value)
    this.#frame(frameKind.reply, (writer) => {
      encodeReplyHead(writer, requestId, codec.id)
      this.#payload(writer, codec, value)
    })
  }

  reject(requestId: number, rejection: Rejection): void {
    this.#frame(frameKind.reject, (writer) => encodeReject(writer, requestId, rejection))
  }

  cancel(requestId: number): void {
    this.#frame(frameKind.cancel, (writer) => encodeCancel(writer, requestId))
  }

  offer(offer: Offer): void {
    this.#frame(frameKind.offer, (writer) => encodeOffer(writer, offer))
  }

  goodbye(reason: CloseReason): void {
    this.#options.outbox.sendControl(frameKind.goodbye, (writer) => encodeGoodbye(writer, reason))
  }

  ping(): void {
    this.#options.outbox.sendControl(frameKind.ping)
  }

  #ask(kind: number, name: MessageName, payload: unknown, id: number, allowance: number): void {
    const nameId = this.#intern(name)
    const codec = this.#options.codecs.codecFor(payload)
    this.#frame(kind, (writer) => {
      encodeRequestHead(writer, nameId, codec.id, id, allowance)
      this.#payload(writer, codec, payload)
    })
    this.messagesSent += 1
  }

  /** The id of a name, declared to the other end before its first use. */
  #intern({ protocol, version, type }: MessageName): number {
    const { names, outbox } = this.#options
    const known = names.find(protocol, version, type)
    if (known !== undefined) return known
    assertName(protocol, 'protocol')
    assertName(type, 'type')
    assertVersion(version, 'version')
    outbox.assertClosed()
    const id = names.add(protocol, version, type)
    if (id === undefined) throw coreError('NAMES_EXHAUSTED', { detail: `${protocol}/${version}/${type}` })
    this.#frame(frameKind.name, (writer) => encodeName(writer, id, protocol, version, type))
    return id
  }

  #payload(writer: ByteWriter, codec: PayloadCodec, payload: unknown): void {
    const start = writer.length
    codec.encode(payload, writer)
    const bytes = writer.length - start
    if (bytes > this.#options.messageBytesMax) throw oversized(bytes, this.#options.messageBytesMax)
  }

  #frame(kind: number, write: (writer: ByteWriter) => void): void {
    const { outbox } = this.#options
    const writer = outbox.begin(kind)
    try {
      write(writer)
      outbox.commit()
    } catch (error) {
      outbox.rollback()
      throw error
    }
  }
}
