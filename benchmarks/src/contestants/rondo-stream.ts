import type { TransportName } from '../bench-case.ts'
import { bytesPayloads } from './bytes-payloads.ts'
import type { Contestant } from './contestant.ts'
import { createPieceReader, piecePayloads } from './piece-payloads.ts'
import { bytesOf, connectToTarget, createNode, listenAsTarget } from './rondo-node.ts'

// Rondo with one long stream of bytes, and with questions as requests over the same session.

const protocol = 'bench-transfer'

export function createRondoStream(transport: TransportName): Contestant<Uint8Array> {
  return {
    payloads: piecePayloads,
    questions: bytesPayloads,
    async listen({ take }) {
      const node = await createNode(transport)
      node.registerProtocol({
        protocolName: protocol,
        handleMessage: ({ payload }) => payload,
        async handleStream(_message, stream) {
          const read = createPieceReader(take)
          for await (const portion of stream) read(portion)
        },
      })
      return {
        target: await listenAsTarget(node, transport),
        broadcast: () => Promise.reject(new TypeError('a stream goes to one peer')),
        close: () => node.stop(),
      }
    },
    async createDialler() {
      const node = await createNode(transport)
      node.registerProtocol({ protocolName: protocol, handleMessage: () => undefined })
      return {
        async dial(target) {
          const { peerId } = await connectToTarget(node, target)
          const stream = await node.openStream(peerId, { protocol, type: 'transfer', payload: undefined })
          return {
            send: (piece) => stream.write(piece),
            ask: async (question) => bytesOf(await node.request(peerId, { protocol, type: 'ask', payload: question })),
            close: () => node.disconnectFromPeer(peerId),
          }
        },
        close: () => node.stop(),
      }
    },
  }
}
