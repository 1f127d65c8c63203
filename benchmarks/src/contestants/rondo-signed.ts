import { defineProtocol, message } from '@rondo/core'
import * as v from 'valibot'
import type { TransportName } from '../bench-case.ts'
import { bytesPayloads } from './bytes-payloads.ts'
import type { Contestant, Take } from './contestant.ts'
import { connectToTarget, createNode, listenAsTarget } from './rondo-node.ts'

// Rondo with a type that is declared signed. Each message arrives with what proves it to others; nobody here asks for the bytes.

const pushes = defineProtocol({
  name: 'bench-signed',
  messages: { push: message({ payload: v.custom<Uint8Array>((value) => value instanceof Uint8Array), signed: true }) },
})

export function createRondoSigned(transport: TransportName): Contestant<Uint8Array> {
  const handlerOf = (take: Take<Uint8Array>) => pushes.handler({ push: (payload) => take(payload) })
  return {
    payloads: bytesPayloads,
    async listen({ take }) {
      const node = await createNode(transport)
      node.registerProtocol(handlerOf(take))
      const client = pushes.client(node)
      const target = await listenAsTarget(node, transport)
      return { target, broadcast: (payload) => client.broadcast('push', payload), close: () => node.stop() }
    },
    async createDialler(take) {
      const node = await createNode(transport)
      node.registerProtocol(handlerOf(take))
      const client = pushes.client(node)
      return {
        async dial(target) {
          const { peerId } = await connectToTarget(node, target)
          return {
            send: (payload) => client.send(peerId, 'push', payload),
            ask: () => Promise.reject(new TypeError('signed messages are not answered')),
            close: () => node.disconnectFromPeer(peerId),
          }
        },
        close: () => node.stop(),
      }
    },
  }
}
