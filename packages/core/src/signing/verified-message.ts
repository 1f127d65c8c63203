import type { Codecs } from '../codec/codecs.js'
import type { Decoded } from '../codec/payload-codec.js'
import type { PeerId } from '../identity/peer-id.js'
import { encodeSignedMessage, type SignedMessage } from './signed-message.js'
import type { Position, StatementBody } from './statement.js'
import type { Audience, StatementContext, StatementHead } from './statement-head.js'

/**
 * What an author said, once the signature was found to hold. It says who wrote what to whom and until when it is good; not that
 * it arrived first, that it is true, or that nothing else was said.
 */
class VerifiedMessage implements StatementContext {
  declare protected readonly stage: 'verified'
  readonly ok = true
  readonly author: PeerId
  readonly network: string
  readonly protocol: string
  readonly type: string
  readonly version: number
  readonly audience: Audience
  readonly position: Position
  /** By the author's clock. */
  readonly createdMs: number
  readonly expiresMs: number
  readonly codecId: number
  readonly payloadBytes: Uint8Array
  /** The very bytes that were signed. */
  readonly statement: Uint8Array
  readonly #codecs: Codecs
  readonly #takeApart: () => SignedMessage
  #payload: Decoded | undefined
  #bytes: Uint8Array | undefined

  constructor(
    head: StatementHead,
    body: StatementBody,
    statement: Uint8Array,
    payload: Uint8Array,
    codecs: Codecs,
    takeApart: () => SignedMessage,
  ) {
    this.author = head.author
    this.network = head.network
    this.protocol = head.protocol
    this.type = head.type
    this.version = head.version
    this.audience = head.audience
    this.position = body.position
    this.createdMs = body.createdMs
    this.expiresMs = body.expiresMs
    this.codecId = body.codecId
    this.payloadBytes = payload
    this.statement = statement
    this.#codecs = codecs
    this.#takeApart = takeApart
  }

  /**
   * The payload, decoded when it is first asked for: an author may well sign what is not well-formed, or use a codec that is not
   * loaded here, so it comes with a verdict of its own. No schema has seen it.
   */
  get payload(): Decoded {
    this.#payload ??= this.#decode()
    return this.#payload
  }

  /** The transferable form, for storing and passing on; made when it is first asked for. */
  get bytes(): Uint8Array {
    this.#bytes ??= encodeSignedMessage(this.#takeApart())
    return this.#bytes
  }

  #decode(): Decoded {
    const codec = this.#codecs.byId(this.codecId)
    if (codec === undefined) return { ok: false, code: 'CODEC_UNKNOWN' }
    try {
      return codec.decode(this.payloadBytes)
    } catch {
      return { ok: false, code: 'CODEC_MALFORMED' }
    }
  }
}

export type { VerifiedMessage }

/** For the two that verify: one message by its path, a batch by all its leaves. */
export function createVerifiedMessage(...parts: ConstructorParameters<typeof VerifiedMessage>): VerifiedMessage {
  return new VerifiedMessage(...parts)
}
