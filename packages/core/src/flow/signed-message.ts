import type { PeerId } from '../identity/peer-id.js'
import type { Message } from '../protocol/message.js'
import type { VerifiedMessage } from '../signing/verified-message.js'

/** A message whose signature held. What proves it to others is put together when somebody asks for it. */
export class SignedMessage implements Message {
  readonly type: string
  readonly from: PeerId
  readonly to: PeerId
  readonly payload: unknown
  readonly timestamp: number
  readonly messageId: string
  readonly protocol: string
  readonly version: number
  readonly #proof: VerifiedMessage

  constructor(proof: VerifiedMessage, to: PeerId, payload: unknown, messageId: string) {
    this.type = proof.type
    this.from = proof.author
    this.to = to
    this.payload = payload
    this.timestamp = proof.createdMs
    this.messageId = messageId
    this.protocol = proof.protocol
    this.version = proof.version
    this.#proof = proof
  }

  get signature(): Uint8Array {
    return this.#proof.bytes
  }
}
