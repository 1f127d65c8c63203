import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import type { Target } from '../contestants/contestant.ts'

// Sockets that say nothing: half of them never ask for an upgrade, the others are WebSockets on which no handshake begins.

const opensAtOnce = 64
const pollMs = 20

export function createHalfOpen() {
  let sockets: (Socket | WebSocket)[] = []
  let closed = 0

  async function openTcp(address: string): Promise<void> {
    const { hostname, port } = new URL(address)
    const socket = connect(Number(port), hostname)
    socket.on('error', () => {})
    socket.once('close', () => {
      closed += 1
    })
    sockets.push(socket)
    await once(socket, 'connect')
  }

  async function openWebSocket(address: string): Promise<void> {
    const socket = new WebSocket(address, { perMessageDeflate: false })
    socket.on('error', () => {})
    socket.once('close', () => {
      closed += 1
    })
    sockets.push(socket)
    // A stranger that has to make way may be gone before it was quite there.
    await Promise.race([once(socket, 'open'), once(socket, 'close')])
  }

  return {
    /** So many of both kinds together. */
    async open({ target, count }: { readonly target: Target; readonly count: number }): Promise<void> {
      for (let made = 0; made < count; made += opensAtOnce) {
        const opens = Array.from({ length: Math.min(opensAtOnce, count - made) }, (_, index) =>
          index % 2 === 0 ? openTcp(target.address) : openWebSocket(target.address),
        )
        await Promise.all(opens)
      }
    },
    /** Waits until the other end has closed them all, or the time is up. */
    async reaped({ withinMs }: { readonly withinMs: number }): Promise<{ closed: number; opened: number }> {
      const untilMs = performance.now() + withinMs
      while (closed < sockets.length && performance.now() < untilMs) await sleep(pollMs)
      const result = { closed, opened: sockets.length }
      for (const socket of sockets) socket instanceof WebSocket ? socket.terminate() : socket.destroy()
      sockets = []
      closed = 0
      return result
    },
  }
}
