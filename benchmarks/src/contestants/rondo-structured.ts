import type { TransportName } from '../bench-case.ts'
import type { Contestant, Take } from './contestant.ts'
import { type Quote, quotePayloads, quotes } from './quote-payloads.ts'
import { connectToTarget, createNode, listenAsTarget } from './rondo-node.ts'

// Rondo with a defined protocol: objects in CBOR, checked against a valibot schema before they leave and when they arrive.

export function createRondoStructured(transport: TransportName): Contestant<Quote> {
  const handlerOf = (take: Take<Quote>) => quotes.handler({ quote: take })
  return {
    payloads: quotePayloads,
    async listen({ take }) {
      const node = await createNode(transport)
      node.registerProtocol(handlerOf(take))
      const client = quotes.client(node)
      const target = await listenAsTarget(node, transport)
      return { target, broadcast: (quote) => client.broadcast('quote', quote), close: () => node.stop() }
    },
    async createDialler(take) {
      const node = await createNode(transport)
      node.registerProtocol(handlerOf(take))
      const client = quotes.client(node)
      return {
        async dial(target) {
          const { peerId } = await connectToTarget(node, target)
          return {
            send: (quote) => client.send(peerId, 'quote', quote),
            ask: () => Promise.reject(new TypeError('quotes are not answered')),
            close: () => node.disconnectFromPeer(peerId),
          }
        },
        close: () => node.stop(),
      }
    },
  }
}
