import { type Server as HttpServer, type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Server as HttpsServer } from 'node:https'
import type { Duplex } from 'node:stream'
import { type Cancel, coreError } from '@rondo/core'

// Who answers an upgrade request: one listener a path, on a server of ours or somebody else's. On the latter others
// may wait for upgrades too, so a path that is nobody's here is refused only when nobody else could want it.

export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

const claims = new WeakMap<HttpServer | HttpsServer, Map<string, UpgradeHandler>>()

/** Gives the path to the handler until cancelled. Throws `LISTEN_FAILED` where it is taken. */
export function claimPath(server: HttpServer | HttpsServer, path: string, handler: UpgradeHandler): Cancel {
  const handlers = claims.get(server) ?? new Map<string, UpgradeHandler>()
  if (handlers.has(path)) throw coreError('LISTEN_FAILED', { detail: `the server has a listener at ${path} already` })

  function route(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const handler = handlers.get((request.url ?? '').replace(/\?.*$/s, ''))
    if (handler !== undefined) handler(request, socket, head)
    else if (server.listenerCount('upgrade') === 1) refuseUpgrade(socket, 404)
    // It may be nobody's: then nobody hears its errors, and one would end the process.
    else socket.on('error', () => socket.destroy())
  }

  if (handlers.size === 0) {
    claims.set(server, handlers)
    server.on('upgrade', route)
  }
  handlers.set(path, handler)
  return () => {
    if (handlers.get(path) !== handler) return
    handlers.delete(path)
    if (handlers.size > 0) return
    claims.delete(server)
    server.off('upgrade', route)
  }
}

/** Answers with a status in place of an upgrade. */
export function refuseUpgrade(socket: Duplex, status: number): void {
  socket.on('error', () => socket.destroy())
  socket.once('finish', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
