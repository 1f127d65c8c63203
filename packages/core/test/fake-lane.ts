import { bytesCodec } from '../src/codec/bytes-codec.js'
import { createCborCodec } from '../src/codec/cbor-codec.js'
import { createCodecs } from '../src/codec/codecs.js'
import { nativeCrypto } from '../src/crypto/native-crypto.js'
import { Carrier } from '../src/flow/carrier.js'
import { decodeEnvelope, type Envelope, type EnvelopeRefusal } from '../src/flow/envelope.js'
import { FrameReader, type FrameRefusal } from '../src/flow/frames.js'
import { OutboundHeads } from '../src/flow/head-table.js'
import { InboundNames, OutboundNames } from '../src/flow/name-table.js'
import { Outbox } from '../src/flow/outbox.js'
import { openRecord, type RecordRefusal } from '../src/flow/record.js'
import { Sender } from '../src/flow/sender.js'
import { WriterPool } from '../src/flow/writer-pool.js'
import { createCipherState } from '../src/noise/cipher-state.js'
import { FakeEnv } from './fake-env.js'
import { FakeLink } from './fake-link.js'

export type Arrival = Envelope | EnvelopeRefusal | FrameRefusal | RecordRefusal

export interface LaneOptions {
  readonly frameBytesMax?: number
  readonly messageBytesMax?: number
  readonly queueBytesMax?: number
  readonly namesMax?: number
  readonly rekeyRecords?: number
  readonly rekeyIntervalMs?: number
  /** The counter of the first record. */
  readonly nonce?: number
}

const key = new Uint8Array(32).fill(7)
export const laneCodecs = createCodecs([bytesCodec, createCborCodec()])
/** What a message's head takes at most; as in the flow. */
const headBytesMax = 16

/** One way of one channel: what a sender says here, a reader hears there. */
export class FakeLane {
  readonly env = new FakeEnv()
  link: FakeLink
  readonly outbox: Outbox
  readonly sender: Sender
  /** What this end has of the other one's envelopes. */
  received = 0
  exhausted = 0
  whenExhausted = (): void => {}
  #incoming = createCipherState(nativeCrypto, key)
  readonly #frames: FrameReader
  readonly #names = new InboundNames(65_536)
  #read = 0

  constructor(options: LaneOptions = {}) {
    const { frameBytesMax = 65_535, messageBytesMax = 1_048_576, queueBytesMax = 1_048_576, namesMax = 1_024 } = options
    const { rekeyRecords = 1_048_576, rekeyIntervalMs = 120_000 } = options
    const bodyBytesMax = messageBytesMax + headBytesMax
    this.link = new FakeLink({ capabilities: { frameBytesMax } })
    this.outbox = new Outbox({
      env: this.env,
      writers: new WriterPool(),
      bodyBytesMax,
      queueBytesMax,
      received: () => this.received,
      exhausted: () => {
        this.exhausted += 1
        this.whenExhausted()
      },
    })
    const cipher = createCipherState(nativeCrypto, key, options.nonce ?? 0)
    this.outbox.carryBy(new Carrier(this.link, cipher, this.env, { rekeyRecords, rekeyIntervalMs }), 0)
    this.sender = new Sender({
      outbox: this.outbox,
      names: new OutboundNames(namesMax),
      heads: new OutboundHeads(namesMax),
      codecs: laneCodecs,
      messageBytesMax,
    })
    this.#frames = new FrameReader(bodyBytesMax)
  }

  /** Goes on over another link, whose reader has so many envelopes; `failsAt`: the record at which that one is gone. */
  carryByAnother(received: number, { frameBytesMax = 65_535, failsAt = 0 } = {}): void {
    this.link = new FakeLink({ capabilities: { frameBytesMax } })
    this.#incoming = createCipherState(nativeCrypto, key)
    this.#frames.reset()
    this.#read = 0
    const { link } = this
    link.carry = () => {
      if (link.sent.length === failsAt) this.outbox.detach()
    }
    const limits = { rekeyRecords: 1_048_576, rekeyIntervalMs: 120_000 }
    this.outbox.carryBy(new Carrier(link, createCipherState(nativeCrypto, key), this.env, limits), received)
  }

  /** What the records sent since the last call hold. */
  arrivals(): Arrival[] {
    const records = this.link.sent.slice(this.#read)
    this.#read = this.link.sent.length
    return records.flatMap((record) => this.#open(record))
  }

  /** The plaintext of the next record. */
  open(bytes: Uint8Array): Uint8Array {
    const record = openRecord(this.#incoming, bytes)
    if (!record.ok) throw new Error(record.code)
    return record.plaintext
  }

  #open(bytes: Uint8Array): Arrival[] {
    const record = openRecord(this.#incoming, bytes)
    if (!record.ok) return [record]
    if (!this.#frames.enter(record)) return [{ ok: false, code: 'FRAME_MALFORMED' }]
    const arrived: Arrival[] = []
    for (let frame = this.#frames.next(); frame !== undefined; frame = this.#frames.next()) {
      if (!frame.ok) return [...arrived, frame]
      arrived.push(decodeEnvelope(frame, this.#names))
    }
    return arrived
  }
}
