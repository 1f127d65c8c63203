import type { TransportFactory } from '@rondo/core'
import { parseAddress, schemes } from './address.js'
import { listen } from './listener.js'
import { dialNode } from './node-dial.js'
import { resolveWebSocketOptions } from './node-options.js'
import type { WebSocketOptions } from './options.js'

/**
 * WebSocket links: `ws://host:port` and `wss://host`, dialled and listened on.
 *
 * @example
 * const node = createCoordinator({ identity: generateIdentity(), transports: [webSocket()] })
 * const { addresses } = await node.listen('ws://127.0.0.1:0')
 */
export function webSocket(options?: WebSocketOptions): TransportFactory {
  const config = resolveWebSocketOptions(options)
  return ({ env }) => ({
    name: 'websocket',
    schemes,
    async dial(address, { signal }) {
      const url = parseAddress(address)
      signal?.throwIfAborted()
      return dialNode(url, config, env, signal)
    },
    listen: (address, options) => listen(address, options, config, env),
  })
}
