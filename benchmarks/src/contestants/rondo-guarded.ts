import { type Coordinator, createCoordinator, generateIdentity, type Limits, type ProtocolHandler } from '@rondo/core'
import type { TransportName } from '../bench-case.ts'
import { bytesPayloads } from './bytes-payloads.ts'
import type { Contestant, ServerOptions } from './contestant.ts'
import { bytesOf, connectToTarget, listenAsTarget } from './rondo-node.ts'
import { openTransport } from './transports.ts'

// Rondo under attack: as rondo-sealed, with its limits as they come. What one peer may send in a second is raised, or the honest
// pair would be held back by its own rate and no loss could be seen; and whoever reads nothing is cut after five seconds instead
// of thirty, so that a run sees the end of it.

const protocol = 'bench-bytes'

const limits: Partial<Limits> = {
  messagesPerSecond: 1_000_000_000,
  messagesBurst: 1_000_000_000,
  protocolMessagesPerSecond: 1_000_000_000,
  protocolMessagesBurst: 1_000_000_000,
  sendTimeoutMs: 5_000,
}

export function createRondoGuarded(transport: TransportName): Contestant<Uint8Array> {
  return {
    payloads: bytesPayloads,
    async listen(options) {
      const node = await createGuardedNode(transport)
      node.registerProtocol(handlerOf(options))
      return {
        target: await listenAsTarget(node, transport),
        broadcast(payload) {
          // It waits for nobody: who awaits every broadcast goes at the pace of the slowest until that one is cut.
          node.broadcast({ protocol, type: 'push', payload }).catch(() => {})
          return undefined
        },
        close: () => node.stop(),
      }
    },
    async createDialler(take) {
      const node = await createGuardedNode(transport)
      node.registerProtocol(handlerOf({ take, answers: false }))
      return {
        async dial(target) {
          const { peerId } = await connectToTarget(node, target)
          return {
            send: (payload) => node.sendTo(peerId, { protocol, type: 'push', payload }),
            ask: async (payload) => bytesOf(await node.request(peerId, { protocol, type: 'ask', payload })),
            close: () => node.disconnectFromPeer(peerId),
          }
        },
        close: () => node.stop(),
      }
    },
  }
}

/** What attackers break is reported as an error, and no reason to end. */
async function createGuardedNode(transport: TransportName): Promise<Coordinator> {
  const node = createCoordinator({ identity: generateIdentity(), transports: [await openTransport(transport)], limits })
  node.on('error', () => {})
  return node
}

function handlerOf({ take, answers }: ServerOptions<Uint8Array>): ProtocolHandler {
  return {
    protocolName: protocol,
    messages: new Map([
      ['push', { kind: 'message' }],
      ['ask', { kind: 'request' }],
    ]),
    handleMessage: ({ payload }) => (answers ? payload : take(bytesOf(payload))),
  }
}
