import { concatBytes } from '@noble/curves/utils.js'
import { ByteWriter } from '../bytes/byte-writer.js'
import type { CryptoProvider } from '../crypto/crypto-provider.js'
import type { Channel } from '../flow/channel.js'
import type { ResumeClaim } from '../flow/envelope.js'

// What proves on a new channel that both ends mean the session they had: a MAC over the new handshake's hash, by a key that only
// this session has. The key takes a one-way step with every generation, so that a stolen one forges nothing of before.

const text = new TextEncoder()
const labels = {
  secret: text.encode('rondo/2 session secret\0'),
  step: text.encode('rondo/2 session step\0'),
  dialler: text.encode('rondo/2 session resume, dialler\0'),
  listener: text.encode('rondo/2 session resume, listener\0'),
}

/** What a claim says, besides of which session. */
export type ClaimNumbers = Pick<ResumeClaim, 'generation' | 'received' | 'acknowledged'>

/** How far a claim may be ahead: attempts that this end has not heard of. Each is one hash, and a false claim costs no fewer. */
const generationsAheadMax = 256

export class ResumeKey {
  readonly #crypto: CryptoProvider
  #key: Uint8Array
  /** Of the channel that bears the session. */
  generation = 0

  /** From the channel that a session begins with. */
  constructor(crypto: CryptoProvider, channel: Channel) {
    this.#crypto = crypto
    this.#key = channel.exportKey(labels.secret)
  }

  /** What the end of this role proves on this channel; undefined where the generation is not ahead, or too far. */
  mac(role: 'dialler' | 'listener', { handshakeHash }: Channel, { generation, received, acknowledged }: ClaimNumbers) {
    const key = this.#keyOf(generation)
    if (key === undefined) return undefined
    const numbers = new ByteWriter()
    numbers.u48(generation)
    numbers.u48(received)
    numbers.u48(acknowledged)
    return this.#crypto.hmacSha256(key, concatBytes(labels[role], handshakeHash, numbers.view()))
  }

  /** The channel of this generation bears the session: none before it will again. */
  advance(generation: number): void {
    const key = this.#keyOf(generation)
    if (key === undefined) return
    this.#key = key
    this.generation = generation
  }

  #keyOf(generation: number): Uint8Array | undefined {
    const steps = generation - this.generation
    if (steps < 1 || steps > generationsAheadMax) return undefined
    let key = this.#key
    for (let step = 0; step < steps; step += 1) key = this.#crypto.hmacSha256(key, labels.step)
    return key
  }
}
