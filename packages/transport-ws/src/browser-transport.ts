import type { TransportFactory } from '@rondo/core'
import { parseAddress, schemes } from './address.js'
import { dialBrowser } from './browser-dial.js'
import { resolveLinkOptions, type WebSocketOptions } from './options.js'

/**
 * WebSocket links from a browser, by the platform's own WebSocket: dialled only, for a page cannot listen.
 *
 * @example
 * const node = createCoordinator({ identity: generateIdentity(), transports: [webSocket()] })
 */
export function webSocket(options?: WebSocketOptions): TransportFactory {
  const config = resolveLinkOptions(options)
  return ({ env }) => ({
    name: 'websocket',
    schemes,
    async dial(address, { signal }) {
      const url = parseAddress(address)
      signal?.throwIfAborted()
      return dialBrowser(url, config, env, signal)
    },
  })
}
