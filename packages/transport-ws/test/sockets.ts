import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { Socket } from 'node:net'

/** Every socket that any server of this process accepts from now on, so that a test can pull the cables. */
export function watchSockets(): { sever(): void; stop(): void } {
  const sockets = new Set<Socket>()
  const note = (event: unknown) => {
    if (typeof event !== 'object' || event === null || !('socket' in event)) return
    if (event.socket instanceof Socket) sockets.add(event.socket)
  }
  subscribe('net.server.socket', note)
  return {
    sever() {
      for (const socket of sockets) socket.resetAndDestroy()
    },
    stop: () => unsubscribe('net.server.socket', note),
  }
}
