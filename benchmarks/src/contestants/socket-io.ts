import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server as IoServer } from 'socket.io'
import { io, type Socket } from 'socket.io-client'
import * as msgpackParser from 'socket.io-msgpack-parser'
import { bytesPayloads } from './bytes-payloads.ts'
import type { Connection, Contestant, Send, Take } from './contestant.ts'

// Socket.IO as its page on performance has it: WebSocket from the start, deflate off, the MessagePack parser, which puts an
// event with bytes into one frame where the default takes two, and no HTTP request kept for each connection. No native
// add-ons to ws, as nobody here has them. It has no backpressure; acknowledgements, its own means, keep the sender waiting.

const ackEvery = 2_048
/** Stretches of `ackEvery` messages that may be under way; 0.8 MB of payloads, somewhat less than the others' 1 MiB. */
const acksMissingMax = 2
/** To five hundred connections, sooner. */
const broadcastAckEvery = 16
const ackTimeoutMs = 20_000
/** Far above what the cases hold. */
const dialTimeoutMs = 20_000

type Ack = () => void
type Answer = (payload: Uint8Array) => void

export const socketIo: Contestant<Uint8Array> = {
  payloads: bytesPayloads,
  async listen({ take }) {
    const http = createServer()
    const server = new IoServer(http, {
      transports: ['websocket'],
      perMessageDeflate: false,
      httpCompression: false,
      serveClient: false,
      parser: msgpackParser,
    })
    server.engine.on('connection', (raw: { request: unknown }) => {
      raw.request = null
    })
    server.on('connection', (socket) => {
      socket.on('push', (payload: Uint8Array, ack?: Ack) => {
        take(payload)
        ack?.()
      })
      socket.on('ask', (payload: Uint8Array, answer: Answer) => answer(payload))
    })
    http.listen(0, '127.0.0.1')
    await once(http, 'listening')
    const { port } = http.address() as AddressInfo
    return {
      target: { address: `http://127.0.0.1:${port}` },
      broadcast: sendWithAcks(
        broadcastAckEvery,
        (bytes) => server.emit('push', bytes),
        (bytes) => server.timeout(ackTimeoutMs).emitWithAck('push', bytes),
      ),
      async close() {
        await server.close()
      },
    }
  },
  createDialler: async (take) => ({ dial: ({ address }) => dial(address, take), close: async () => {} }),
}

async function dial(address: string, take: Take<Uint8Array>): Promise<Connection<Uint8Array>> {
  const socket = io(address, {
    transports: ['websocket'],
    reconnection: false,
    // A connection of its own, not one shared with an earlier dial to the same place.
    forceNew: true,
    timeout: dialTimeoutMs,
    parser: msgpackParser,
  })
  socket.on('push', (payload: Uint8Array, ack?: Ack) => {
    take(payload)
    ack?.()
  })
  await connected(socket)
  return {
    send: sendWithAcks(
      ackEvery,
      (bytes) => socket.emit('push', bytes),
      (bytes) => socket.timeout(ackTimeoutMs).emitWithAck('push', bytes),
    ),
    ask: (payload) => socket.emitWithAck('ask', asBuffer(payload)),
    async close() {
      socket.disconnect()
    },
  }
}

function connected(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.on('connect', resolve)
    socket.on('connect_error', reject)
  })
}

function sendWithAcks(
  every: number,
  emit: (bytes: Buffer) => unknown,
  emitWithAck: (bytes: Buffer) => Promise<unknown>,
): Send<Uint8Array> {
  const missing: Promise<unknown>[] = []
  let count = 0
  return (payload) => {
    count += 1
    if (count % every !== 0) {
      emit(asBuffer(payload))
      return undefined
    }
    const acked = emitWithAck(asBuffer(payload))
    // Whoever waits for it gets the error; until then nobody does.
    acked.catch(() => {})
    missing.push(acked)
    return missing.length > acksMissingMax ? missing.shift() : undefined
  }
}

/** The parser is quicker with a Buffer, and of any other view sends all that lies behind it. */
function asBuffer({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length)
}
