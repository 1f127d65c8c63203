import type { IncomingMessage } from 'node:http'
import { coreError, type Env, type Listener, type ListenOptions } from '@rondo/core'
import { WebSocketServer } from 'ws'
import { parseAddress } from './address.js'
import { clientAddress } from './client-address.js'
import { groupOf } from './group.js'
import { listenerAddresses } from './listener-addresses.js'
import { createNodeLink } from './node-link.js'
import type { WebSocketConfig } from './node-options.js'
import { isOriginAllowed } from './origin.js'
import { type OwnServer, startServer } from './own-server.js'
import { claimPath, type UpgradeHandler } from './upgrade-paths.js'
import { wsLimits } from './ws-limits.js'

/** Accepts links at the address, by a server of its own or by the one in the options. */
export async function listen(
  address: string,
  options: ListenOptions,
  config: WebSocketConfig,
  env: Env,
): Promise<Listener> {
  const url = parseAddress(address)
  options.signal?.throwIfAborted()
  if (config.path !== undefined) url.pathname = config.path
  const host = config.server === undefined ? await startServer(url, config, env, options.signal) : borrow(config.server)
  const { server } = host
  const gate = createGate(options, config, env, host)
  const release = claimPath(server, url.pathname, gate.handle)
  return {
    addresses: Object.freeze(listenerAddresses(url, server.address(), config.server !== undefined)),
    async close() {
      release()
      gate.close()
      host.close()
    },
  }
}

/** Somebody else's server stays up when our listener closes, and has deadlines of its own. */
function borrow(server: OwnServer['server']): OwnServer {
  if (!server.listening) throw coreError('LISTEN_FAILED', { detail: 'start the server first, then listen by it' })
  return { server, settle() {}, close() {} }
}

/** Screens each request, upgrades it and hands the link over. */
function createGate(
  { accept, admit }: ListenOptions,
  config: WebSocketConfig,
  env: Env,
  host: OwnServer,
): { handle: UpgradeHandler; close(): void } {
  const upgrader = new WebSocketServer({
    ...wsLimits(config),
    noServer: true,
    clientTracking: false,
    verifyClient: ({ origin, req }, answer) => {
      const status = screen(req, origin)
      if (status === undefined) answer(true)
      else answer(false, status)
    },
  })

  /** The status to refuse the request with, if any. `admit` comes last: it may count whom it lets in. */
  function screen(request: IncomingMessage, origin: string | undefined): number | undefined {
    if (!isOriginAllowed(origin, request.headers.host, config.origins)) {
      const fields = { origin: origin?.slice(0, 256), option: 'origins' }
      env.log('info', 'refused a web page whose origin is not allowed', fields)
      return 403
    }
    if (!request.socket.writable) return 400
    return admit?.(groupOf(clientAddress(request, config.proxies), config)) === false ? 503 : undefined
  }

  return {
    handle(request, socket, head) {
      upgrader.handleUpgrade(request, socket, head, (upgraded) => {
        host.settle(request.socket)
        const address = clientAddress(request, config.proxies)
        const group = groupOf(address, config)
        const remote = Object.freeze({ ...(address && { address }), ...(group && { group }) })
        accept(createNodeLink(upgraded, remote, config, env))
      })
    },
    close: () => upgrader.close(),
  }
}
