import type { Server as HttpServer } from 'node:http'
import type { Server as HttpsServer } from 'node:https'
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
  const pending = new Map<string, { readonly socket: Socket; readonly cancel: () => void }>()

  function forget(name: string): void {
    pending.get(name)?.cancel()
    pending.delete(name)
  }

  function drop(name: string): void {
    pending.get(name)?.socket.destroy()
    forget(name)
  }

  function begin(socket: Socket): void {
    const name = nameOf(socket)
    pending.set(name, { socket, cancel: env.schedule(config.upgradeTimeoutMs, () => drop(name)) })
    socket.once('close', () => pending.get(name)?.socket === socket && forget(name))
    const [oldest] = pending.keys()
    if (pending.size > config.upgradesPendingMax && oldest !== undefined) drop(oldest)
  }

  // From the first packet on, under TLS too.
  server.on('connection', begin)
  return {
    settle: (socket) => forget(nameOf(socket)),
    clear() {
      for (const name of [...pending.keys()]) drop(name)
    },
  }
}

/** The same for a TLS socket and the plain one below it. */
function nameOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}
