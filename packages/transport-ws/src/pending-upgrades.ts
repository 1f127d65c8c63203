import type { Server as HttpServer } from 'node:http'
import { Server as HttpsServer } from 'node:https'
import type { Socket } from 'node:net'
import type { Env } from '@rondo/core'
import type { WebSocketConfig } from './node-options.js'

// Connections on their way to an upgrade: each has a deadline, and when there are too many the oldest one goes. An
// honest dialler is through within milliseconds, so a crowd that opens sockets and stays silent shuts nobody out.

export interface PendingUpgrades {
  /** The socket belongs to a link now. */
  settle(socket: Socket): void
  /** Destroys those that are left. */
  clear(): void
}

export function limitPending(server: HttpServer | HttpsServer, config: WebSocketConfig, env: Env): PendingUpgrades {
  const deadlines = new Map<Socket, () => void>()

  function settle(socket: Socket): void {
    deadlines.get(socket)?.()
    deadlines.delete(socket)
  }

  function drop(socket: Socket): void {
    settle(socket)
    socket.destroy()
  }

  function begin(socket: Socket): void {
    deadlines.set(
      socket,
      env.schedule(config.upgradeTimeoutMs, () => drop(socket)),
    )
    socket.once('close', () => settle(socket))
    const [oldest] = deadlines.keys()
    if (deadlines.size > config.upgradesPendingMax && oldest !== undefined) drop(oldest)
  }

  // Under TLS the plain connection has the handshake timeout of the server, and this begins behind it.
  server.on(server instanceof HttpsServer ? 'secureConnection' : 'connection', begin)
  return {
    settle,
    clear() {
      for (const socket of [...deadlines.keys()]) drop(socket)
    },
  }
}
