// The contract below `defineProtocol`, written by hand: a counter that several peers add to. It checks its payloads itself.

import {
  createCoordinator,
  generateIdentity,
  type HandlerContext,
  type Message,
  type PeerInfo,
  type ProtocolHandler,
} from '@rondo/core'
import { webSocket } from '@rondo/transport-ws'

class Counter implements ProtocolHandler {
  readonly protocolName = 'counter'
  readonly version = 1
  readonly #added = new Map<string, number>()

  /** What is returned answers a request; for a plain message nobody waits. */
  handleMessage({ type, payload }: Message, from: PeerInfo, { signal }: HandlerContext): unknown {
    if (signal.aborted) return undefined
    if (type === 'add' && typeof payload === 'number') {
      this.#added.set(from.peerId, (this.#added.get(from.peerId) ?? 0) + payload)
    }
    return [...this.#added.values()].reduce((sum, each) => sum + each, 0)
  }

  onPeerConnected(peer: PeerInfo): void {
    console.log(peer.peerId.slice(0, 12), 'can count')
  }

  onPeerDisconnected(peer: PeerInfo): void {
    this.#added.delete(peer.peerId)
  }
}

const server = createCoordinator({ identity: generateIdentity(), transports: [webSocket()] })
const client = createCoordinator({ identity: generateIdentity(), transports: [webSocket()] })
server.registerProtocol(new Counter())
client.registerProtocol(new Counter()) // hooks fire where both ends serve a protocol

const { addresses } = await server.listen('ws://127.0.0.1:0')
await client.connectToPeer({ peerId: server.peerId, addresses })

await client.sendTo(server.peerId, { protocol: 'counter', type: 'add', payload: 40 })
const total = await client.request(server.peerId, { protocol: 'counter', type: 'add', payload: 2 })
console.log('total:', total) // 42: messages and requests to one peer keep their order

await Promise.all([server.stop(), client.stop()])
