import type { ProtocolHandler } from '@rondo/core'
import type { TransportName } from '../bench-case.ts'
import { bytesPayloads } from './bytes-payloads.ts'
import type { Contestant, ServerOptions } from './contestant.ts'
import { bytesOf, connectToTarget, createNode, listenAsTarget } from './rondo-node.ts'

// Rondo from `sendTo` to a hand-written handler: bytes, encrypted, authenticated, replay-checked, rate-limited.

const protocol = 'bench-bytes'

export function createRondoSealed(transport: TransportName): Contestant<Uint8Array> {
  return {
    payloads: bytesPayloads,
    async listen(options) {
      const node = await createNode(transport)
      node.registerProtocol(handlerOf(options))
      const target = await listenAsTarget(node, transport)
      return {
        target,
        async broadcast(payload) {
          const { failed } = await node.broadcast({ protocol, type: 'push', payload })
          if (failed[0] !== undefined) throw failed[0].error
        },
        close: () => node.stop(),
      }
    },
    async createDialler(take) {
      const node = await createNode(transport)
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

function handlerOf({ take, answers }: ServerOptions<Uint8Array>): ProtocolHandler {
  return {
    protocolName: protocol,
    handleMessage: ({ payload }) => (answers ? payload : take(bytesOf(payload))),
  }
}
