import { nativeCrypto } from '../src/crypto/native-crypto.js'
import { encodeSeal, type Seal } from '../src/flow/envelope.js'
import { frameKind } from '../src/flow/frames.js'
import type { Identity } from '../src/identity/identity.js'
import type { PeerId } from '../src/identity/peer-id.js'
import { type BatchEntry, Batches, type SealedBatch } from '../src/signing/batch.js'
import { encodeStatementHead, type StatementContext, type StatementHead } from '../src/signing/statement-head.js'
import type { FakeEnv } from './fake-env.js'
import type { RawFrame } from './fake-peer.js'

const bytesCodecId = 0

/** Signs by hand, and so can send what no coordinator would: statements, their frames, and seals. */
export class FakeAuthor {
  readonly #identity: Identity
  readonly #env: FakeEnv
  readonly #to: PeerId
  readonly #batches: Batches
  #sequence = 0

  constructor(identity: Identity, env: FakeEnv, to: PeerId) {
    this.#identity = identity
    this.#env = env
    this.#to = to
    this.#batches = new Batches({
      author: identity.peerId,
      epoch: 1,
      sha256: nativeCrypto.sha256,
      random: (bytes) => env.random(bytes),
    })
  }

  head(context: Partial<StatementContext> = {}): StatementHead {
    return encodeStatementHead({
      network: 'main',
      protocol: 'notes',
      type: 'say',
      version: 1,
      author: this.#identity.peerId,
      audience: { to: this.#to },
      ...context,
    })
  }

  /** One batch with these payloads, and its true signature. */
  async batch(head: StatementHead, payloads: readonly Uint8Array[]): Promise<[SealedBatch, Uint8Array]> {
    const open = this.#batches.open()
    const createdMs = this.#env.wallMs()
    for (const payload of payloads) {
      const position = { epoch: 1, sequence: this.#sequence }
      this.#sequence += 1
      open.add(head, { position, createdMs, expiresMs: createdMs + 60_000, codecId: bytesCodecId }, payload)
    }
    const sealed = open.seal()
    return [sealed, await this.#identity.sign(sealed.rootBytes)]
  }
}

export function headFrame(id: number, { bytes }: Pick<StatementHead, 'bytes'>): RawFrame {
  return [
    frameKind.head,
    (writer) => {
      writer.u16(id)
      writer.bytes(bytes)
    },
  ]
}

/** What else a signed message may say than the truth. */
export interface SignedLie {
  readonly headId?: number
  readonly isAlone?: boolean
  readonly payload?: Uint8Array
}

export function signedFrame(head: StatementHead, entry: BatchEntry, lie: SignedLie = {}): RawFrame {
  const { headId = 0, isAlone = false, payload = entry.payload } = lie
  return rawSignedFrame(headId, isAlone, entry.salt, entry.statement.subarray(head.bytes.length), payload)
}

export function rawSignedFrame(
  headId: number,
  isAlone: boolean,
  salt: Uint8Array,
  body: Uint8Array,
  payload: Uint8Array,
): RawFrame {
  return [
    frameKind.signed,
    (writer) => {
      writer.u16(headId)
      writer.u8(isAlone ? 1 : 0)
      writer.bytes(salt)
      writer.u16(body.length)
      writer.bytes(body)
      writer.bytes(payload)
    },
  ]
}

export function sealFrame(seal: Partial<Seal>): RawFrame {
  const nothing = new Uint8Array(0)
  const whole: Seal = { isAlone: false, index: 0, count: 1, epoch: 1, signature: nothing, path: nothing, ...seal }
  return [frameKind.seal, (writer) => encodeSeal(writer, whole)]
}
