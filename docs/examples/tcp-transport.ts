// A transport in a screenful: frames over TCP, each behind its length. docs/write-a-transport.md explains its rules, the
// conformance suite holds it to them (docs/test), and run as it is, this file moves a sealed message.

import { connect, createServer, type Socket } from 'node:net'
import {
  type CloseReason,
  coreError,
  createCoordinator,
  type Env,
  generateIdentity,
  type Link,
  type LinkReceiver,
  type TransportFactory,
} from '@rondo/core'

const frameBytesMax = 65_535
const headBytes = 4
const closeTimeoutMs = 1_000

export const tcp: TransportFactory = ({ env }) => ({
  name: 'tcp',
  schemes: ['tcp:'],

  async dial(address, { signal }) {
    signal?.throwIfAborted()
    const target = parseAddress(address)
    return new Promise((resolve, reject) => {
      const socket = connect(target)
      const abort = (): void => void socket.destroy(signal?.reason)
      signal?.addEventListener('abort', abort, { once: true })
      socket.once('close', () =>
        reject(signal?.aborted ? signal.reason : coreError('DIAL_FAILED', { detail: address })),
      )
      socket.once('error', (cause) => reject(signal?.aborted ? signal.reason : coreError('DIAL_FAILED', { cause })))
      socket.once('connect', () => {
        signal?.removeEventListener('abort', abort)
        resolve(linkOver(socket, env, address))
      })
    })
  },

  async listen(address, { accept, admit, signal }) {
    signal?.throwIfAborted()
    const target = parseAddress(address)
    return new Promise((resolve, reject) => {
      const server = createServer((socket) => {
        if (admit?.(socket.remoteAddress) === false) socket.destroy()
        else accept(linkOver(socket, env))
      })
      const abort = (): void => {
        server.close()
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', abort, { once: true })
      server.once('error', (cause) => reject(coreError('LISTEN_FAILED', { detail: address, cause })))
      server.listen(target, () => {
        signal?.removeEventListener('abort', abort)
        const bound = server.address()
        const port = typeof bound === 'object' && bound !== null ? bound.port : target.port
        // No waiting for its links: they live on.
        resolve({ addresses: [`tcp://${target.host}:${port}`], close: async () => void server.close() })
      })
    })
  },
})

function linkOver(socket: Socket, env: Env, address?: string): Link {
  let receiver: LinkReceiver | undefined
  let closing: CloseReason | undefined
  let isPaused = false
  let unread = Buffer.alloc(0)
  const ended = new Promise<CloseReason>((resolve) => {
    socket.once('close', () => resolve(closing ?? { code: 'LINK_CLOSED' }))
  })

  const deliver = (): void => {
    while (!isPaused && closing === undefined && unread.length >= headBytes) {
      const end = headBytes + unread.readUInt32BE(0)
      if (end > headBytes + frameBytesMax) return void socket.destroy()
      if (unread.length < end) return
      const frame = Uint8Array.from(unread.subarray(headBytes, end)) // the receiver owns it
      unread = unread.subarray(end)
      receiver?.frame(frame)
    }
  }
  socket.setNoDelay(true)
  socket.pause() // until somebody is attached
  socket.on('error', () => {}) // 'close' comes next, and counts
  socket.on('drain', () => receiver?.drain())
  socket.on('data', (chunk) => {
    unread = unread.length === 0 ? chunk : Buffer.concat([unread, chunk])
    deliver()
  })

  return {
    remote: {
      ...(address === undefined ? {} : { address }),
      ...(socket.remoteAddress === undefined ? {} : { group: socket.remoteAddress }),
    },
    capabilities: { ordered: true, reliable: true, frameBytesMax },
    attach(to) {
      if (receiver !== undefined) throw new TypeError('a link is attached once')
      receiver = to
      void ended.then((reason) => to.closed(reason))
      if (!isPaused) socket.resume()
    },
    send(frame) {
      if (frame.length > frameBytesMax) throw new TypeError(`a frame has at most ${frameBytesMax} bytes`)
      if (closing !== undefined || socket.destroyed) return false
      const head = Buffer.alloc(headBytes)
      head.writeUInt32BE(frame.length)
      socket.cork()
      socket.write(head)
      const isBelowHighWater = socket.write(frame)
      socket.uncork()
      return isBelowHighWater
    },
    get queuedBytes() {
      return socket.writableLength
    },
    pause() {
      isPaused = true
      socket.pause()
    },
    resume() {
      isPaused = false
      deliver()
      if (!isPaused && receiver !== undefined) socket.resume()
    },
    async close(reason = { code: 'LINK_CLOSED' }) {
      closing ??= reason
      socket.end()
      socket.resume() // what comes now is dropped, so that the other end's goodbye is read
      const cancel = env.schedule(closeTimeoutMs, () => socket.destroy())
      await ended
      cancel()
    },
  }
}

function parseAddress(address: string): { host: string; port: number } {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url?.protocol !== 'tcp:' || url.port === '') throw coreError('ADDRESS_INVALID', { detail: address })
  return { host: url.hostname, port: Number(url.port) }
}

if (import.meta.main) {
  const alice = createCoordinator({ identity: generateIdentity(), transports: [tcp] })
  const bob = createCoordinator({ identity: generateIdentity(), transports: [tcp] })
  const { addresses } = await alice.listen('tcp://127.0.0.1:0')
  const heard = new Promise((resolve) => alice.once('message', ({ payload }) => resolve(payload)))
  await bob.connectToPeer({ peerId: alice.peerId, addresses })
  await bob.sendTo(alice.peerId, { type: 'greeting', payload: 'by pigeon, well, by TCP' })
  console.log(await heard)
  await Promise.all([alice.stop(), bob.stop()])
}
