import { ByteWriter } from '../bytes/byte-writer.js'
import type { Env } from '../env/env.js'
import { type CoreErrorCode, coreError, coreErrorTable } from '../errors.js'
import type { PeerId } from '../identity/peer-id.js'
import type { Offer } from '../protocol/registry.js'
import type { RondoError } from '../rondo-error.js'
import { describeReason } from '../transport/close-reason.js'
import type { CloseReason } from '../transport/transport.js'
import type { Channel } from './channel.js'
import { decodeEnvelope, encodeGoodbye, encodeHello, type ResumeClaim } from './envelope.js'
import { FrameReader, frameHeadBytes, frameKind, writeFrame } from './frames.js'
import { readRefusal } from './handshake.js'
import { InboundNames } from './name-table.js'
import { openRecord, plaintextBytesMax, recordHeadBytes, sealRecord, tagBytes } from './record.js'

// The first frame of a channel, either way: what this end serves, and whether the channel begins a session or carries one on.
// The dialler greets first. A goodbye in the place of a greeting turns the other end away, and tells it why.

export interface Greeting {
  readonly offer: Offer
  readonly resume: ResumeClaim | undefined
}

const greetingBytesMax = 65_536
const noNames = new InboundNames(0)
const reasonLayers: ReadonlySet<string> = new Set(['identity', 'handshake', 'session'])

export function sendGreeting(channel: Channel, env: Env, { offer, resume }: Greeting): void {
  sendWhole(channel, env, frameKind.hello, (writer) => encodeHello(writer, offer, resume))
}

export function refuseGreeting(channel: Channel, env: Env, reason: CloseReason): void {
  sendWhole(channel, env, frameKind.goodbye, (writer) => encodeGoodbye(writer, reason))
}

/** The other end's greeting; rejects with what it, or this end, has against the channel. */
export async function hearGreeting(channel: Channel): Promise<Greeting> {
  const frames = new FrameReader(greetingBytesMax)
  for (;;) {
    const sealed = await channel.receive()
    const record = openRecord(channel.ciphers.receive, sealed)
    // A dialler that is turned away by its last handshake message hears of it here, in the place of the first record.
    if (!record.ok) throw coreError(readRefusal(sealed) ?? record.code, { peerId: channel.peerId })
    if (!frames.enter(record)) throw coreError('FRAME_MALFORMED', { peerId: channel.peerId })
    const frame = frames.next()
    if (frame === undefined) {
      if (frames.isJoining) continue
      throw coreError('FRAME_MALFORMED', { peerId: channel.peerId })
    }
    if (!frame.ok) throw coreError(frame.code, { peerId: channel.peerId })
    const envelope = decodeEnvelope(frame, noNames)
    if (!envelope.ok) throw coreError(envelope.code, { peerId: channel.peerId })
    if (envelope.kind === 'goodbye') throw notGreeted(envelope.reason, channel.peerId)
    if (envelope.kind !== 'hello' || frames.next() !== undefined) {
      throw coreError('ENVELOPE_MALFORMED', { peerId: channel.peerId })
    }
    return envelope
  }
}

/** One frame in as many records as the link needs. */
function sendWhole({ link, ciphers }: Channel, env: Env, kind: number, write: (writer: ByteWriter) => void): void {
  const body = new ByteWriter()
  body.u8(kind)
  write(body)
  const whole = body.view()
  const plaintextMax = Math.min(plaintextBytesMax, link.capabilities.frameBytesMax - tagBytes)
  const partBytes = plaintextMax - recordHeadBytes - frameHeadBytes
  for (let at = 0; at < whole.length; at += partBytes) {
    const record = new ByteWriter()
    record.u48(env.wallMs())
    record.u48(0)
    const partKind = at + partBytes >= whole.length ? frameKind.last : frameKind.part
    writeFrame(record, partKind, (writer) => writer.bytes(whole.subarray(at, at + partBytes)))
    const sealed = sealRecord(ciphers.send, record.view())
    if (sealed !== undefined) link.send(sealed)
  }
}

/** Reasons of the layers that decide about newcomers keep their codes. */
function notGreeted(reason: CloseReason, peerId: PeerId): RondoError {
  const { code } = reason
  const detail = describeReason(reason)
  return coreError(turnsAway(code) ? code : 'LINK_CLOSED', { peerId, detail, details: { reason } })
}

function turnsAway(code: string): code is CoreErrorCode {
  return Object.entries(coreErrorTable).some(([known, { layer }]) => known === code && reasonLayers.has(layer))
}
