import { ByteWriter } from '../src/bytes/byte-writer.js'
import type { Coordinator } from '../src/coordinator/coordinator.js'
import { nativeCrypto } from '../src/crypto/native-crypto.js'
import { type Channel, openChannel } from '../src/flow/channel.js'
import { decodeEnvelope, type Envelope, type EnvelopeRefusal, encodeHello, encodeName } from '../src/flow/envelope.js'
import { FrameReader, frameKind } from '../src/flow/frames.js'
import { InboundNames } from '../src/flow/name-table.js'
import { openRecord, sealRecord } from '../src/flow/record.js'
import { createEd25519 } from '../src/identity/ed25519.js'
import { generateIdentity, type Identity } from '../src/identity/identity.js'
import type { PeerId } from '../src/identity/peer-id.js'
import type { PeerInfo } from '../src/peers/peer-info.js'
import type { Offer } from '../src/protocol/registry.js'
import type { CloseReason, LinkReceiver } from '../src/transport/transport.js'
import type { FakeEnv } from './fake-env.js'
import { type FakeWire, joinLinks } from './fake-wire.js'

type Body = Uint8Array | ((writer: ByteWriter) => void)
export type RawFrame = readonly [kind: number, body?: Body]

export interface FakePeerOptions {
  readonly identity?: Identity
  /** What it says it serves; undefined: it says nothing at all. */
  readonly offer?: Offer | undefined
  readonly network?: string
  readonly wire?: FakeWire
}

/** A peer with a true identity that writes its records by hand, and so can send what no coordinator would. */
export class FakePeer implements LinkReceiver {
  readonly heard: (Envelope | EnvelopeRefusal)[] = []
  readonly peerId: PeerId
  readonly channel: Channel
  readonly wire: FakeWire
  closedWith: CloseReason | undefined
  /** Settles as the coordinator's side does. */
  readonly adopted: Promise<PeerInfo>
  readonly #names = new InboundNames(1_024)
  readonly #frames = new FrameReader(16 * 1_048_576)

  private constructor(peerId: PeerId, channel: Channel, wire: FakeWire, adopted: Promise<PeerInfo>) {
    this.peerId = peerId
    this.channel = channel
    this.wire = wire
    this.adopted = adopted
    channel.attach(this)
  }

  /** Dials the coordinator and greets it, up to the moment when both are connected. */
  static async join(node: Coordinator, env: FakeEnv, options: FakePeerOptions = {}): Promise<FakePeer> {
    const { identity = generateIdentity(), network = 'main', wire = joinLinks(env) } = options
    const adopted = node.adoptLink(wire.listener, { role: 'listener' })
    adopted.catch(() => {})
    const opening = openChannel(wire.dialler, {
      env,
      crypto: nativeCrypto,
      ed25519: createEd25519(nativeCrypto.ed25519),
      identity,
      network,
      noiseSecret: env.random(32),
      role: 'dialler',
      signal: new AbortController().signal,
      closed: () => {},
    })
    opening.catch(() => {})
    await env.settle()
    const peer = new FakePeer(identity.peerId, await opening, wire, adopted)
    const offer = 'offer' in options ? options.offer : new Map()
    if (offer !== undefined) peer.send([frameKind.hello, (writer) => encodeHello(writer, offer)])
    await env.settle()
    return peer
  }

  /** One record with these frames. */
  send(...frames: readonly RawFrame[]): void {
    this.sendPlaintext(plaintextOf(...frames))
  }

  sendPlaintext(plaintext: Uint8Array): void {
    this.wire.dialler.send(this.seal(plaintext))
  }

  /** The next record of the channel, for somebody to spoil. */
  seal(plaintext: Uint8Array): Uint8Array {
    const sealed = sealRecord(this.channel.ciphers.send, plaintext)
    if (sealed === undefined) throw new Error('the counter is used up')
    return sealed
  }

  /** The envelopes of one kind that came so far. */
  heardOf<Kind extends Envelope['kind']>(kind: Kind): Extract<Envelope, { kind: Kind }>[] {
    return this.heard.filter((each): each is Extract<Envelope, { kind: Kind }> => each.ok && each.kind === kind)
  }

  frame(bytes: Uint8Array): void {
    const record = openRecord(this.channel.ciphers.receive, bytes)
    if (!record.ok || !this.#frames.enter(record)) throw new Error('the coordinator sent a broken record')
    for (let frame = this.#frames.next(); frame !== undefined; frame = this.#frames.next()) {
      if (!frame.ok) throw new Error(`the coordinator sent ${frame.code}`)
      this.heard.push(decodeEnvelope(frame, this.#names))
    }
  }

  drain(): void {}

  closed(reason: CloseReason): void {
    this.closedWith = reason
  }
}

/** A record before it is sealed: a clock that says nothing, then frames. */
export function plaintextOf(...frames: readonly RawFrame[]): Uint8Array {
  const writer = new ByteWriter()
  writer.u48(0)
  for (const [kind, body = new Uint8Array(0)] of frames) {
    const bytes = bodyOf(body)
    writer.u8(kind)
    writer.u16(bytes.length)
    writer.bytes(bytes)
  }
  return writer.slice()
}

export function bodyOf(body: Body): Uint8Array {
  if (body instanceof Uint8Array) return body
  const writer = new ByteWriter()
  body(writer)
  return writer.slice()
}

/** Declares a name. */
export function nameFrame(id: number, protocol: string, version: number, type: string): RawFrame {
  return [frameKind.name, (writer) => encodeName(writer, id, protocol, version, type)]
}
