import { coreError } from '../errors.js'
import type { PeerId } from '../identity/peer-id.js'
import type { CipherState } from '../noise/cipher-state.js'
import type { CloseReason, Link, LinkReceiver } from '../transport/transport.js'
import { acceptHandshake, dialHandshake, encodeRefusal, type HandshakeOptions, type RefusalCode } from './handshake.js'
import { recordBytesMax } from './record.js'

// Stage 0. A link becomes a channel: the handshake proves the peer and yields the keys. Frames that arrive behind it wait until
// somebody asks for them or takes the link over, and the link is not read meanwhile.

/** A link with a proven peer at its other end. */
export interface Channel {
  readonly link: Link
  readonly peerId: PeerId
  readonly role: 'dialler' | 'listener'
  readonly ciphers: { readonly send: CipherState; readonly receive: CipherState }
  /** The hash of the whole handshake: the same on both ends, and unlike any other. */
  readonly handshakeHash: Uint8Array
  /** A secret of both ends, apart from the ciphers' keys. */
  exportKey(label: Uint8Array): Uint8Array
  /** The next frame, while nothing is attached; rejects when the link closes or the time is up. */
  receive(): Promise<Uint8Array>
  /** Hands over what the link brings from now on, and first what it brought meanwhile. Once. */
  attach(receiver: LinkReceiver): void
}

export interface ChannelOptions extends HandshakeOptions {
  readonly role: 'dialler' | 'listener'
  readonly signal: AbortSignal
  /** Called once, when the link has closed. */
  readonly closed: () => void
}

const frameBytesMin = 1_024
/** What may wait between the last handshake message and the session: what one read of a transport brings. */
const waitingBytesMax = 262_144
const waitingFramesMax = 256

export async function openChannel(link: Link, options: ChannelOptions): Promise<Channel> {
  const { role } = options
  const { ordered, reliable, frameBytesMax } = link.capabilities
  if (!ordered || !reliable || frameBytesMax < frameBytesMin) throw coreError('LINK_UNSUPPORTED')
  const wire = new HandshakeWire(link, options)
  const established =
    role === 'dialler' ? await dialHandshake(wire, link, options) : await acceptHandshake(wire, link, options)
  // A listener says nothing before it is greeted: what waits here is a repetition.
  if (role === 'dialler' && wire.hasWaiting) throw coreError('HANDSHAKE_MALFORMED')
  return {
    link,
    role,
    peerId: established.peerId,
    ciphers: established.ciphers,
    handshakeHash: established.handshakeHash,
    exportKey: established.exportKey,
    receive: () => wire.receive(),
    attach: (receiver) => wire.handOver(receiver),
  }
}

/** Turns a link away before any handshake, telling it why. */
export function refuseLink(link: Link, code: RefusalCode): void {
  link.attach({ frame() {}, drain() {}, closed() {} })
  link.send(encodeRefusal(code))
  void link.close({ code })
}

/** The link as the handshake sees it: frames one by one, until the session takes over. */
class HandshakeWire implements LinkReceiver {
  readonly #link: Link
  readonly #signal: AbortSignal
  readonly #released: () => void
  readonly #waiting: Uint8Array[] = []
  #wanted: { readonly resolve: (frame: Uint8Array) => void; readonly reject: (reason: unknown) => void } | undefined
  #receiver: LinkReceiver | undefined
  #closedWith: CloseReason | undefined

  constructor(link: Link, { signal, closed }: ChannelOptions) {
    this.#link = link
    this.#signal = signal
    this.#released = closed
    link.attach(this)
  }

  get hasWaiting(): boolean {
    return this.#waiting.length > 0
  }

  send(frame: Uint8Array): void {
    this.#link.send(frame)
  }

  /** The next frame; rejects when the link closes or the time is up. */
  receive(): Promise<Uint8Array> {
    if (this.#signal.aborted) return Promise.reject(this.#signal.reason)
    const frame = this.#waiting.shift()
    if (frame !== undefined) {
      if (this.#waiting.length === 0) this.#link.resume()
      return Promise.resolve(frame)
    }
    if (this.#closedWith !== undefined) return Promise.reject(closedError(this.#closedWith))
    return new Promise((resolve, reject) => {
      const abort = (): void => this.#wanted?.reject(this.#signal.reason)
      const done = (): void => {
        this.#wanted = undefined
        this.#signal.removeEventListener('abort', abort)
      }
      this.#signal.addEventListener('abort', abort)
      this.#wanted = {
        resolve: (wanted) => {
          done()
          resolve(wanted)
        },
        reject: (reason) => {
          done()
          reject(reason)
        },
      }
    })
  }

  handOver(receiver: LinkReceiver): void {
    this.#receiver = receiver
    const waiting = this.#waiting.splice(0)
    for (const frame of waiting) receiver.frame(frame)
    if (waiting.length > 0) this.#link.resume()
    if (this.#closedWith !== undefined) receiver.closed(this.#closedWith)
  }

  frame(bytes: Uint8Array): void {
    if (this.#receiver !== undefined) this.#receiver.frame(bytes)
    else if (this.#wanted !== undefined) this.#wanted.resolve(bytes)
    else if (this.#hasRoomFor(bytes)) this.#keep(bytes)
    else void this.#link.close({ code: 'HANDSHAKE_MALFORMED' })
  }

  /** A few more that the transport has read already may come. */
  #keep(bytes: Uint8Array): void {
    if (this.#waiting.length === 0) this.#link.pause()
    this.#waiting.push(bytes)
  }

  #hasRoomFor({ length }: Uint8Array): boolean {
    const bytes = this.#waiting.reduce((sum, frame) => sum + frame.length, length)
    return length <= recordBytesMax && bytes <= waitingBytesMax && this.#waiting.length < waitingFramesMax
  }

  drain(): void {
    this.#receiver?.drain()
  }

  closed(reason: CloseReason): void {
    this.#closedWith = reason
    this.#released()
    this.#wanted?.reject(closedError(reason))
    this.#receiver?.closed(reason)
  }
}

function closedError({ code, detail }: CloseReason): Error {
  return coreError('LINK_CLOSED', {
    detail: detail === undefined ? code : `${code}, ${detail}`,
    details: { reason: code },
  })
}
