import { type Coordinator, createCoordinator, generateIdentity } from '@rondo/core'
import { onTestFinished } from 'vitest'
import { type WebSocketOptions, webSocket } from '../../src/index.js'
import type { Target } from './page-script.js'
import { parcels, weigh } from './parcels.js'

export interface NodePeer {
  readonly node: Coordinator
  /** What a page needs to connect. */
  readonly target: Target
}

/** A coordinator in Node that listens and weighs parcels until its test ends. */
export async function startNode(options?: WebSocketOptions): Promise<NodePeer> {
  const node = createCoordinator({ identity: generateIdentity(), transports: [webSocket(options)] })
  onTestFinished(() => node.stop())
  node.registerProtocol(parcels.handler({ weigh }))
  const { addresses } = await node.listen('ws://127.0.0.1:0')
  return { node, target: { peerId: node.peerId, addresses } }
}
