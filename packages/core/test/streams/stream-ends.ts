import { nativeCrypto } from '../../src/crypto/native-crypto.js'
import type { Rejection } from '../../src/flow/envelope.js'
import { encodePeerId, type PeerId } from '../../src/identity/peer-id.js'
import { type CoordinatorOptions, resolveLimits } from '../../src/options.js'
import type { HandlerContext } from '../../src/protocol/handler.js'
import type { Stream } from '../../src/protocol/stream.js'
import type { RondoError } from '../../src/rondo-error.js'
import type { StreamWire } from '../../src/streams/stream-wire.js'
import { Streams, type Verdict } from '../../src/streams/streams.js'
import { FakeEnv } from '../fake-env.js'

export type StreamFrame =
  | {
      readonly kind: 'open'
      readonly id: number
      readonly type: string
      readonly payload: unknown
      readonly bytes: number
    }
  | { readonly kind: 'data'; readonly id: number; readonly chunk: Uint8Array }
  | { readonly kind: 'credit'; readonly id: number; readonly bytes: number }
  | { readonly kind: 'end'; readonly id: number; readonly totalBytes: number; readonly digest: Uint8Array }
  | { readonly kind: 'reset'; readonly id: number; readonly rejection: Rejection }

/** The frames that one end sent and the other has not had yet. */
export class FakeStreamWire implements StreamWire {
  readonly queue: StreamFrame[] = []
  /** How many may wait before there is no room; Infinity for always. */
  queueMax = Number.POSITIVE_INFINITY
  #openGate: (() => void) | undefined

  room(): Promise<void> | undefined {
    if (this.queue.length < this.queueMax) return undefined
    return new Promise((resolve) => {
      this.#openGate = resolve
    })
  }

  open(id: number, { type }: { type: string }, payload: unknown, bytes: number): void {
    if (payload instanceof Error) throw payload
    this.queue.push({ kind: 'open', id, type, payload, bytes })
  }

  data(id: number, chunk: Uint8Array): void {
    this.queue.push({ kind: 'data', id, chunk: chunk.slice() })
  }

  credit(id: number, bytes: number): void {
    this.queue.push({ kind: 'credit', id, bytes })
  }

  end(id: number, totalBytes: number, digest: Uint8Array): void {
    this.queue.push({ kind: 'end', id, totalBytes, digest })
  }

  reset(id: number, rejection: Rejection): void {
    this.queue.push({ kind: 'reset', id, rejection })
  }

  shift(): StreamFrame | undefined {
    const frame = this.queue.shift()
    if (this.queue.length < this.queueMax) {
      this.#openGate?.()
      this.#openGate = undefined
    }
    return frame
  }
}

type Handle = (stream: Stream, context: HandlerContext, payload: unknown) => unknown

export interface StreamEnd {
  readonly streams: Streams
  readonly wire: FakeStreamWire
  readonly reports: RondoError[]
  readonly open: (payload?: unknown, options?: Parameters<Streams['open']>[1]) => Promise<Stream>
  handle: Handle
}

export interface StreamEnds {
  readonly env: FakeEnv
  readonly a: StreamEnd
  readonly b: StreamEnd
  /** Delivers everything, in turns, until nothing moves any more. */
  settle(): Promise<void>
  /** Delivers up to so many frames of one end; what the receiver said to each. */
  deliver(from: StreamEnd, frames?: number): Verdict[]
}

export const streamPeers: readonly [PeerId, PeerId] = [peer(1), peer(2)]

/** Two ends of one session, wired back to back. Nothing is delivered before somebody says so. */
export function createStreamEnds(limits: CoordinatorOptions['limits'] = {}): StreamEnds {
  const env = new FakeEnv()
  const a = createStreamEnd(env, 0, limits)
  const b = createStreamEnd(env, 1, limits)
  const deliver = (from: StreamEnd, frames = Number.POSITIVE_INFINITY): Verdict[] => {
    const verdicts: Verdict[] = []
    const to = from === a ? b : a
    for (let count = 0; count < frames; count += 1) {
      const frame = from.wire.shift()
      if (frame === undefined) break
      verdicts.push(tell(to, frame))
    }
    return verdicts
  }
  const settle = async (): Promise<void> => {
    do {
      await env.settle()
      for (const verdict of [...deliver(a), ...deliver(b)]) if (verdict !== undefined) throw new Error(verdict)
      await env.settle()
    } while (a.wire.queue.length + b.wire.queue.length > 0)
  }
  return { env, a, b, settle, deliver }
}

export function createStreamEnd(env: FakeEnv, idParity: 0 | 1, limits: CoordinatorOptions['limits'] = {}): StreamEnd {
  const wire = new FakeStreamWire()
  const reports: RondoError[] = []
  const streams = new Streams({
    env,
    crypto: nativeCrypto,
    limits: resolveLimits(limits),
    peerId: streamPeers[idParity],
    wire,
    idParity,
    report: (error) => reports.push(error),
  })
  const name = { protocol: 'files', version: 1, type: 'upload' }
  return {
    streams,
    wire,
    reports,
    open(payload, options) {
      const opening = streams.open({ name, payload }, options)
      // A test may look at it after it has failed.
      opening.catch(() => {})
      return opening
    },
    handle: async (stream) => {
      for await (const _ of stream);
    },
  }
}

/** What a session does with a frame. */
export function tell({ streams, ...end }: StreamEnd, frame: StreamFrame): Verdict {
  switch (frame.kind) {
    case 'open':
      return streams.opened(frame.id, frame.bytes, {
        label: `files/1 ${frame.type}`,
        handle: (stream, context) => end.handle(stream, context, frame.payload),
      })
    case 'data':
      return streams.data(frame.id, frame.chunk)
    case 'credit':
      return streams.credit(frame.id, frame.bytes)
    case 'end':
      return streams.ended(frame.id, frame.totalBytes, frame.digest)
    case 'reset':
      return streams.reset(frame.id, frame.rejection)
  }
}

/** Distinct bytes, so that a gap or a swap shows. */
export function someBytes(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let at = 0, state = seed; at < length; at += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) | 0
    bytes[at] = state >>> 16
  }
  return bytes
}

export async function readAll(stream: Stream): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return new Uint8Array(Buffer.concat(chunks))
}

function peer(fill: number): PeerId {
  return encodePeerId(nativeCrypto.ed25519.publicKey(new Uint8Array(32).fill(fill)))
}
