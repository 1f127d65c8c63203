import type { PeerId } from '../identity/peer-id.js'

/** A peer that this node shares a session with, proven by its handshake. What can change is read anew from this same object. */
export interface PeerInfo {
  readonly peerId: PeerId
  /** `recoverable`: its link is gone, and the session waits for another; what is sent to it meanwhile waits, too. */
  readonly state: 'connected' | 'recoverable' | 'ended'
  /** Who dialled the link: `outbound` is us. */
  readonly direction: 'inbound' | 'outbound'
  readonly transport: string
  readonly address?: string | undefined
  /** When the session began: wall clock, milliseconds. */
  readonly connectedAt: number
  /** What it serves: protocol name to versions, ascending. */
  readonly protocols: ReadonlyMap<string, readonly number[]>
}
