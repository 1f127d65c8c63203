import type { Env } from '../env/env.js'
import type { PeerId } from '../identity/peer-id.js'
import type { ProtocolHandler } from '../protocol/handler.js'
import type { OutgoingMessage } from '../protocol/message.js'

// The whole contract of a transport: it moves frames between two ends and knows no peers.
// Identity, encryption, limits and reconnecting are core's, once, for all transports.

/** Why a link, a session or a request ended. `code` is stable; `detail` is for a person. */
export interface CloseReason {
  readonly code: string
  readonly detail?: string
}

/** What a link reports to its owner. `closed` comes exactly once, and nothing comes after it. */
export interface LinkReceiver {
  /** One whole frame. The receiver owns the bytes: the transport neither reuses nor changes them. */
  frame(bytes: Uint8Array): void
  /** The link fell below its high-water mark after `send` returned false. */
  drain(): void
  closed(reason: CloseReason): void
}

export interface LinkCapabilities {
  /** Frames arrive in the order they were sent. */
  readonly ordered: boolean
  /** Every frame arrives once, or the link closes. */
  readonly reliable: boolean
  /** The largest frame the link carries. */
  readonly frameBytesMax: number
}

/** A message-preserving duplex between two ends. */
export interface Link {
  /** `group`: the address group (netblock, origin) that limits before the handshake count by. */
  readonly remote: { readonly address?: string; readonly group?: string }
  readonly capabilities: LinkCapabilities
  /** Channel binding, the same on both ends (for WebRTC both DTLS fingerprints, the dialler's first). */
  readonly binding?: Uint8Array
  /** Once, and no frame is delivered before: what arrived earlier waits. */
  attach(receiver: LinkReceiver): void
  /**
   * Always accepts the frame, and owns its bytes from now on. False: above the high-water mark, wait for `drain`.
   * After the link closed it does nothing and returns false.
   */
  send(frame: Uint8Array): boolean
  /** Bytes that `send` accepted and that have not left yet: how far behind the other end is. */
  readonly queuedBytes: number
  /** Inbound backpressure: stop delivering frames (a few already read may still come). */
  pause(): void
  resume(): void
  /** Idempotent. Frames accepted before are still delivered where the medium allows it. */
  close(reason?: CloseReason): Promise<void>
  /**
   * Ends the link at once: no goodbye, nothing more is delivered, no waiting for the other end. For those that have to make way.
   * A transport whose `close` never waits for the other end needs none.
   */
  abandon?(): void
}

export interface DialOptions {
  /** Aborting rejects the dial with `signal.reason` and leaves nothing open. */
  readonly signal?: AbortSignal | undefined
}

export interface ListenOptions {
  /** Called with every inbound link. Its owner attaches at once or closes it. */
  readonly accept: (link: Link) => void
  /** Asked before anything is spent on a newcomer; false turns it away. */
  readonly admit?: ((group: string | undefined) => boolean) | undefined
  /** Aborting before the listener is up rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined
}

export interface Listener {
  /** Where it can be dialled, with real ports in place of `:0`. */
  readonly addresses: readonly string[]
  /** Stops accepting. Links it accepted belong to their owners and live on. */
  close(): Promise<void>
}

export interface Transport {
  readonly name: string
  /** With the colon, as in `URL.protocol`: `['ws:', 'wss:']`. */
  readonly schemes: readonly string[]
  dial(address: string, options: DialOptions): Promise<Link>
  listen?(address: string, options: ListenOptions): Promise<Listener>
}

/** What core lends a transport. Relays and signalling speak a protocol of their own through it. */
export interface TransportHost {
  readonly env: Env
  readonly peerId: PeerId
  registerProtocol(handler: ProtocolHandler): void
  sendTo(peerId: PeerId, message: OutgoingMessage): Promise<void>
}

export type TransportFactory = (host: TransportHost) => Transport
