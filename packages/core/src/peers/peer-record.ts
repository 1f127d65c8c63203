import type { Channel } from '../flow/channel.js'
import type { PeerId } from '../identity/peer-id.js'
import type { Offer } from '../protocol/registry.js'
import type { PeerInfo } from './peer-info.js'

/** What this node knows of a proven peer, from its handshake on. The session that comes of it keeps it up to date. */
export class PeerRecord {
  readonly peerId: PeerId
  /** What everybody else sees of it. */
  readonly info: PeerInfo
  state: PeerInfo['state'] = 'connected'
  /** The last one, where there is none now. */
  channel: Channel
  transport: string
  offer: Offer = new Map()

  constructor(channel: Channel, transport: string, connectedAt: number) {
    this.peerId = channel.peerId
    this.channel = channel
    this.transport = transport
    this.info = describe(this, connectedAt)
  }
}

function describe(record: PeerRecord, connectedAt: number): PeerInfo {
  return Object.freeze<PeerInfo>({
    peerId: record.peerId,
    connectedAt,
    get state() {
      return record.state
    },
    get direction() {
      return record.channel.role === 'dialler' ? 'outbound' : 'inbound'
    },
    get transport() {
      return record.transport
    },
    get address() {
      return record.channel.link.remote.address
    },
    get protocols() {
      return record.offer
    },
  })
}
