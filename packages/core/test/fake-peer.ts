import { ByteWriter } from '../src/bytes/byte-writer.js'
import type { Coordinator } from '../src/coordinator/coordinator.js'
import { nativeCrypto } from '../src/crypto/native-crypto.js'
import { type Channel, openChannel } from '../src/flow/channel.js'
import {
  decodeEnvelope,
  type Envelope,
  type EnvelopeRefusal,
  encodeHello,
  encodeName,
  type ResumeClaim,
} from '../src/flow/envelope.js'
import { FrameReader, frameKind, isCounted } from '../src/flow/frames.js'
import { InboundNames } from '../src/flow/name-table.js'
import { openRecord, sealRecord } from '../src/flow/record.js'
import { createEd25519 } from '../src/identity/ed25519.js'
import { generateIdentity, type Identity } from '../src/identity/identity.js'
import type { PeerId } from '../src/identity/peer-id.js'
import { createSuites } from '../src/identity/suite.js'
import type { PeerInfo } from '../src/peers/peer-info.js'
import { ResumeKey } from '../src/peers/resume-key.js'
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
  /** What it claims to go on with; undefined: it begins a session. */
  readonly claim?: ((channel: Channel) => ResumeClaim) | undefined
  /** What the coordinator declared to it on channels before this one. */
  readonly names?: InboundNames
}

/** What a claim says in the place of the truth. */
export interface FakeClaim {
  readonly generation?: number
  readonly received?: number
  readonly acknowledged?: number
  /** Whose proof it bears, and for which channel. */
  readonly role?: 'dialler' | 'listener'
  readonly channel?: Channel
}

/** A peer with a true identity that writes its records by hand, and so can send what no coordinator would. */
export class FakePeer implements LinkReceiver {
  readonly heard: (Envelope | EnvelopeRefusal)[] = []
  /** Records that came, those that hold nothing included. */
  records = 0
  /** Envelopes of the session that came. */
  received = 0
  readonly peerId: PeerId
  readonly channel: Channel
  readonly wire: FakeWire
  closedWith: CloseReason | undefined
  /** Settles as the coordinator's side does. */
  readonly adopted: Promise<PeerInfo>
  readonly names: InboundNames
  /** That of the session which began on this channel. */
  readonly resumeKey: ResumeKey
  readonly #frames = new FrameReader(16 * 1_048_576)

  private constructor(
    peerId: PeerId,
    channel: Channel,
    wire: FakeWire,
    adopted: Promise<PeerInfo>,
    names: InboundNames,
  ) {
    this.peerId = peerId
    this.channel = channel
    this.wire = wire
    this.adopted = adopted
    this.names = names
    this.resumeKey = new ResumeKey(nativeCrypto, channel)
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
      suites: createSuites([createEd25519(nativeCrypto.ed25519)]),
      identity,
      network,
      noiseSecret: env.random(32),
      role: 'dialler',
      signal: new AbortController().signal,
      closed: () => {},
    })
    opening.catch(() => {})
    await env.settle()
    const channel = await opening
    const peer = new FakePeer(identity.peerId, channel, wire, adopted, options.names ?? new InboundNames(1_024))
    const offer = 'offer' in options ? options.offer : new Map()
    const claim = options.claim?.(channel)
    if (offer !== undefined) peer.send([frameKind.hello, (writer) => encodeHello(writer, offer, claim)])
    await env.settle()
    return peer
  }

  /** What names the session that began on this channel. */
  get sessionId(): string {
    return Buffer.from(this.channel.handshakeHash.subarray(0, 8)).toString('hex')
  }

  /** A claim, on another channel, to the session that began on this one. */
  claimOn(
    channel: Channel,
    { generation = 1, received = this.received, acknowledged = 0, ...how }: FakeClaim = {},
  ): ResumeClaim {
    const numbers = { generation, received, acknowledged }
    const mac = this.resumeKey.mac(how.role ?? 'dialler', how.channel ?? channel, numbers)
    return { sessionId: this.sessionId, ...numbers, mac: mac ?? new Uint8Array(32) }
  }

  /** The medium ends its link. */
  cut(): void {
    const reason = { code: 'LINK_CLOSED', detail: 'cut' }
    this.wire.dialler.end(reason)
    this.wire.listener.end(reason)
  }

  /** One record with these frames. */
  send(...frames: readonly RawFrame[]): void {
    this.sendPlaintext(plaintextOf(...frames))
  }

  /** Lets the coordinator know what came, or claims that so much did. */
  acknowledge(received = this.received): void {
    const writer = new ByteWriter()
    writer.u48(0)
    writer.u48(received)
    this.sendPlaintext(writer.slice())
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
    this.records += 1
    if (!record.ok || !this.#frames.enter(record)) throw new Error('the coordinator sent a broken record')
    for (let frame = this.#frames.next(); frame !== undefined; frame = this.#frames.next()) {
      if (!frame.ok) throw new Error(`the coordinator sent ${frame.code}`)
      if (isCounted(frame.kind)) this.received += 1
      if (frame.kind === frameKind.rekey) this.channel.ciphers.receive.rekey()
      this.heard.push(decodeEnvelope(frame, this.names))
    }
  }

  drain(): void {}

  closed(reason: CloseReason): void {
    this.closedWith = reason
  }
}

/** A record before it is sealed: a clock that says nothing, an acknowledgement of nothing, then frames. */
export function plaintextOf(...frames: readonly RawFrame[]): Uint8Array {
  const writer = new ByteWriter()
  writer.u48(0)
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
