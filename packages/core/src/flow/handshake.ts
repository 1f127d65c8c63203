import { ByteWriter } from '../bytes/byte-writer.js'
import type { CryptoProvider } from '../crypto/crypto-provider.js'
import type { Env } from '../env/env.js'
import { type CoreErrorCode, coreError } from '../errors.js'
import type { Identity } from '../identity/identity.js'
import { checkPeerId, type PeerId } from '../identity/peer-id.js'
import type { Suites } from '../identity/suite.js'
import type { CipherState } from '../noise/cipher-state.js'
import { createNoiseXX, type NoiseXX } from '../noise/noise-xx.js'
import type { RondoError } from '../rondo-error.js'
import type { Link } from '../transport/transport.js'

// The handshake reads in order: preamble, Noise XX, identities. Each side signs the Noise hash as it stands, which covers the
// preamble, the network, the binding and its own static key; the dialler verifies before it shows itself. Either side verifies
// one signature, whoever calls. A refusal on the way is not authenticated: it explains, and decides nothing.

export interface HandshakeWire {
  send(frame: Uint8Array): void
  /** The next frame; rejects when the link closes or the time is up. */
  receive(): Promise<Uint8Array>
}

/** Asked by a listener before it spends anything on a stranger; an answer turns the stranger away. */
export interface HandshakeGuard {
  /** Before the key agreement and our signature. */
  begin(): RefusalCode | undefined
  /** Before the signature is verified by the key that the stranger claims. */
  verify(peerId: PeerId): RefusalCode | undefined
}

export interface HandshakeOptions {
  readonly env: Env
  readonly crypto: CryptoProvider
  readonly suites: Suites
  readonly identity: Identity
  readonly network: string
  /** This node's Noise key, its own for every coordinator: the identity vouches for it in each handshake. */
  readonly noiseSecret: Uint8Array
  /** The only peer that will do. */
  readonly expect?: PeerId | undefined
  readonly guard?: HandshakeGuard | undefined
}

export interface Established {
  readonly peerId: PeerId
  readonly ciphers: { readonly send: CipherState; readonly receive: CipherState }
  readonly handshakeHash: Uint8Array
  exportKey(label: Uint8Array): Uint8Array
}

const wireVersion = 2
/** Records come in order on an ordered link; the only mode there is so far. */
const orderedMode = 0
const magic = Uint8Array.of(0x52, 0x4e, 0x44, 0x4f) // "RNDO"
const networkTagBytes = 8
const preambleBytes = magic.length + 2 + networkTagBytes

const frameTag = { refusal: 0, second: 2, third: 3 } as const

/** Why one end turns the other away before there is a channel: numbers of the wire format, never reused. */
const refusalNumbers = {
  HANDSHAKE_VERSION: 1,
  HANDSHAKE_NETWORK: 2,
  HANDSHAKE_IDENTITY: 3,
  HANDSHAKE_SIGNATURE: 4,
  LINK_SLOTS_FULL: 5,
  SUITE_UNSUPPORTED: 6,
  HANDSHAKE_RATE: 7,
} as const satisfies Partial<Record<CoreErrorCode, number>>

export type RefusalCode = keyof typeof refusalNumbers

const text = new TextEncoder()
const purposes = {
  dialler: text.encode('rondo/1 handshake, dialler\0'),
  listener: text.encode('rondo/1 handshake, listener\0'),
}

/** The dialler's side. */
export async function dialHandshake(wire: HandshakeWire, link: Link, options: HandshakeOptions): Promise<Established> {
  const preamble = encodePreamble(options)
  const noise = startNoise('initiator', preamble, link, options)

  // -> preamble, e
  noise.beginMessage()
  wire.send(join(preamble, noise.endMessage(new Uint8Array(0))))

  // <- e, ee, s, es, the listener's identity
  const second = noise.readMessage(bodyOf(await wire.receive(), frameTag.second))
  if (!second.ok) throw coreError(second.code)
  const peerId = await proveIdentity(second.payload, second.hash, 'listener', wire, options)

  // -> s, se, our identity
  await sendIdentity(noise, frameTag.third, 'dialler', wire, options)
  return establish(noise, peerId)
}

/** The listener's side. */
export async function acceptHandshake(
  wire: HandshakeWire,
  link: Link,
  options: HandshakeOptions,
): Promise<Established> {
  const first = await wire.receive()
  const preamble = encodePreamble(options)
  checkPreamble(first, preamble, wire)
  const refusal = options.guard?.begin()
  if (refusal !== undefined) throw turnAway(wire, refusal)
  const noise = startNoise('responder', preamble, link, options)

  const opening = noise.readMessage(first.subarray(preambleBytes))
  if (!opening.ok) throw coreError(opening.code)

  await sendIdentity(noise, frameTag.second, 'listener', wire, options)

  const third = noise.readMessage(bodyOf(await wire.receive(), frameTag.third))
  if (!third.ok) throw coreError(third.code)
  const peerId = await proveIdentity(third.payload, third.hash, 'dialler', wire, options)
  return establish(noise, peerId)
}

/** The frame that turns a newcomer away. */
export function encodeRefusal(code: RefusalCode): Uint8Array {
  return Uint8Array.of(frameTag.refusal, refusalNumbers[code])
}

/** Why the other end turns us away; undefined where the frame is no refusal. */
export function readRefusal(frame: Uint8Array): RefusalCode | undefined {
  if (frame[0] !== frameTag.refusal || frame.length !== 2) return undefined
  for (const [code, number] of Object.entries(refusalNumbers)) {
    if (number === frame[1]) return code as RefusalCode
  }
  return undefined
}

/** What both ends say first, in the clear, so that a mismatch gets a name; the prologue then holds them to it. */
function encodePreamble({ crypto, network }: HandshakeOptions): Uint8Array {
  const tag = crypto.sha256(text.encode(`rondo/1 network ${network}`)).subarray(0, networkTagBytes)
  return join(magic, Uint8Array.of(wireVersion, orderedMode), tag)
}

function checkPreamble(first: Uint8Array, ours: Uint8Array, wire: HandshakeWire): void {
  if (first.length < preambleBytes || magic.some((byte, at) => first[at] !== byte))
    throw coreError('HANDSHAKE_MALFORMED')
  const theirVersion = first[magic.length]
  if (theirVersion !== wireVersion) {
    throw turnAway(wire, 'HANDSHAKE_VERSION', `ours is ${wireVersion}, theirs is ${theirVersion}`)
  }
  if (first[magic.length + 1] !== orderedMode) throw coreError('HANDSHAKE_MALFORMED')
  if (ours.some((byte, at) => first[at] !== byte)) throw turnAway(wire, 'HANDSHAKE_NETWORK')
}

function startNoise(
  role: 'initiator' | 'responder',
  preamble: Uint8Array,
  { binding = new Uint8Array(0) }: Link,
  { crypto, env, network, noiseSecret }: HandshakeOptions,
): NoiseXX {
  const prologue = new ByteWriter()
  prologue.bytes(preamble)
  prologue.u8(text.encode(network).length)
  prologue.utf8(network)
  prologue.u16(binding.length)
  prologue.bytes(binding)
  return createNoiseXX({
    crypto,
    role,
    prologue: prologue.slice(),
    staticSecret: noiseSecret,
    ephemeralSecret: env.random(32),
  })
}

/** Our peer id and our signature of the hash, as the payload of our next message. */
async function sendIdentity(
  noise: NoiseXX,
  tag: number,
  side: 'dialler' | 'listener',
  wire: HandshakeWire,
  { identity }: HandshakeOptions,
): Promise<void> {
  const hash = noise.beginMessage()
  if (hash === undefined) throw coreError('HANDSHAKE_FAILED')
  const signature = await identity.sign(join(purposes[side], hash))
  const payload = new ByteWriter()
  payload.u8(identity.peerId.length)
  payload.utf8(identity.peerId)
  payload.bytes(signature)
  wire.send(join(Uint8Array.of(tag), noise.endMessage(payload.view())))
}

/** The other end's peer id, once its signature of the hash holds and it is the one that was meant. */
async function proveIdentity(
  payload: Uint8Array,
  hash: Uint8Array,
  side: 'dialler' | 'listener',
  wire: HandshakeWire,
  { suites, expect, guard }: HandshakeOptions,
): Promise<PeerId> {
  const idEnd = 1 + (payload[0] ?? 0)
  const claimed = checkPeerId(String.fromCharCode(...payload.subarray(1, idEnd)))
  if (!claimed.ok) throw coreError('HANDSHAKE_MALFORMED', { detail: claimed.code })
  const peerId = claimed.value
  if (expect !== undefined && peerId !== expect) {
    throw turnAway(wire, 'HANDSHAKE_IDENTITY', `${peerId} answered for ${expect}`, {
      expected: expect,
      answered: peerId,
    })
  }
  if (!suites.supports(peerId)) throw turnAway(wire, 'SUITE_UNSUPPORTED', peerId)
  const refusal = guard?.verify(peerId)
  if (refusal !== undefined) throw turnAway(wire, refusal)
  const isProven = await suites.verify(peerId, join(purposes[side], hash), payload.subarray(idEnd))
  if (!isProven) throw turnAway(wire, 'HANDSHAKE_SIGNATURE', peerId)
  return peerId
}

function establish(noise: NoiseXX, peerId: PeerId): Established {
  const { send, receive, handshakeHash, exportKey } = noise.split()
  return { peerId, ciphers: { send, receive }, handshakeHash, exportKey }
}

/** What comes after the tag; a refusal in its place is thrown as what it says. */
function bodyOf(frame: Uint8Array, tag: number): Uint8Array {
  if (frame[0] === tag) return frame.subarray(1)
  const refusal = readRefusal(frame)
  throw refusal === undefined
    ? coreError('HANDSHAKE_MALFORMED')
    : coreError(refusal, { detail: 'so says the other end' })
}

/** Tells the other end why, and makes the error that ends our side. */
function turnAway(
  wire: HandshakeWire,
  code: RefusalCode,
  detail?: string,
  details?: Readonly<Record<string, unknown>>,
): RondoError {
  wire.send(encodeRefusal(code))
  return coreError(code, { detail, details })
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  const writer = new ByteWriter()
  for (const part of parts) writer.bytes(part)
  return writer.slice()
}
