import type { PeerId } from '../identity/peer-id.js'

/** A connected peer, proven by its handshake. */
export interface PeerInfo {
  readonly peerId: PeerId
  /** Who dialled the link: `outbound` is us. */
  readonly direction: 'inbound' | 'outbound'
  readonly transport: string
  readonly address?: string
  /** Wall clock, milliseconds. */
  readonly connectedAt: number
  /** What it serves: protocol name to versions, ascending. */
  readonly protocols: ReadonlyMap<string, readonly number[]>
}
