import type { MaybePromise } from '../crypto/crypto-provider.js'
import type { Env } from '../env/env.js'
import type { TypedEmitter } from '../events.js'
import type { PeerId } from '../identity/peer-id.js'
import type { MailboxStats } from '../peers/mailbox.js'
import type { PeerInfo } from '../peers/peer-info.js'
import type { ProtocolHandler } from '../protocol/handler.js'
import type { Messenger } from '../protocol/messenger.js'
import type { MessageDraft } from '../signing/sign-message.js'
import type { MessageVerifier } from '../signing/verify-message.js'
import type { Store } from '../store/store.js'
import type { Link } from '../transport/transport.js'
import type { CoordinatorState } from './lifecycle.js'

/** Where a peer can be reached. */
export interface PeerTarget {
  readonly peerId: PeerId
  /** Tried in order; the first that leads to the peer is used. */
  readonly addresses: readonly string[]
}

export interface Listening {
  /** Where peers can dial this node, with real ports in place of `:0`. */
  readonly addresses: readonly string[]
  close(): Promise<void>
}

export interface AdoptLinkOptions {
  /** Which end of the handshake to play: one of each. */
  readonly role: 'dialler' | 'listener'
  /** Refuses anybody else. */
  readonly expect?: PeerId | undefined
  readonly signal?: AbortSignal | undefined
}

export interface CoordinatorStats {
  readonly state: CoordinatorState
  readonly peers: number
  /** Links, those in their handshake included. */
  readonly connections: number
  /** Of these, inbound ones in their handshake. */
  readonly strangers: number
  /** Peers whose score is bad at present, connected or not. */
  readonly discouraged: number
  readonly messagesSent: number
  readonly messagesReceived: number
  readonly bytesSent: number
  readonly bytesReceived: number
  /** What the guards refused, by code. */
  readonly refused: Readonly<Record<string, number>>
  /** Inbound links that never became a peer, by code. */
  readonly failedHandshakes: Readonly<Record<string, number>>
  /** What is kept for peers until they have it. */
  readonly mailbox: MailboxStats
}

/** What this node is to sign: the author and the network are its own, and so are the numbers of what it says in sequence. */
export interface OwnMessageDraft extends Omit<MessageDraft, 'network'> {
  readonly position: { readonly slot: Uint8Array }
}

/** What a protocol that does more than to answer messages stands on: the node's clock, its store, its signature. */
export interface CoordinatorHost {
  readonly env: Env
  readonly network: string
  /** What survives a restart, where the node was given one. Everybody takes a scope of it. */
  readonly store: Store | undefined
  /** Signs one message outside of any session, in its transferable form. */
  signMessage(draft: OwnMessageDraft): MaybePromise<Uint8Array>
  /** `verifyMessage` with the suites and the codecs of this node. */
  verifyMessage: MessageVerifier
}

/** One node: its peers, its protocols, its transports. Nothing is open before `start`, `listen` or `connectToPeer`. */
export interface Coordinator extends Messenger, CoordinatorHost, TypedEmitter, AsyncDisposable {
  readonly peerId: PeerId
  readonly state: CoordinatorState

  start(): Promise<void>
  stop(): Promise<void>
  /** The same as `stop`. */
  shutdown(): Promise<void>

  registerProtocol(handler: ProtocolHandler): void
  /** One version, or all where it is left out. Returns whether any was registered. */
  unregisterProtocol(protocolName: string, version?: number): boolean

  listen(address: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<Listening>
  connectToPeer(peer: PeerTarget, options?: { readonly signal?: AbortSignal | undefined }): Promise<PeerInfo>
  /**
   * Moves the session with a peer to the first of these addresses that leads to it: nothing is lost on the way, and the old
   * link stays until the new one bears the session.
   */
  movePeer(peer: PeerTarget, options?: { readonly signal?: AbortSignal | undefined }): Promise<PeerInfo>
  /** Takes a link that was made by hand; to a peer that is connected, its session moves there. */
  adoptLink(link: Link, options: AdoptLinkOptions): Promise<PeerInfo>
  disconnectFromPeer(peerId: PeerId, detail?: string): Promise<void>

  getConnectedPeers(): readonly PeerInfo[]
  /** Also of a peer whose session waits for another link. */
  getPeer(peerId: PeerId): PeerInfo | undefined
  /** Whether there is a link to it now. */
  isConnected(peerId: PeerId): boolean
  getStats(): CoordinatorStats
  /** Drops what is out of date, such as peers that went silent. Runs by itself at every heartbeat. */
  cleanup(): void
}
