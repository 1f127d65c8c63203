import { once } from 'node:events'
import { type RawData, WebSocket, WebSocketServer } from 'ws'
import { bytesPayloads } from './bytes-payloads.ts'
import type { Connection, Contestant, Send, Take } from './contestant.ts'
import type { PayloadKind } from './payload-kind.ts'

// Bare ws, one message a frame. It waits as Rondo's senders do: above a high-water mark, until what waits has left.

/** The same as the default of the WebSocket transport. */
const highWaterBytesDefault = 1_048_576
const frameBytesMax = 1_048_576

/** How messages become frames, and frames messages again. */
export interface Framing {
  createSender(socket: WebSocket): (payload: Uint8Array) => void
  takeFrame(frame: Uint8Array, take: Take<Uint8Array>): void
}

export const oneByOne: Framing = {
  createSender: (socket) => (payload) => socket.send(payload),
  takeFrame: (frame, take) => take(frame),
}

export interface RawWsOptions {
  readonly framing: Framing
  readonly payloads?: PayloadKind<Uint8Array>
  readonly questions?: PayloadKind<Uint8Array>
  /** What is sent back even by a server that takes the rest. */
  readonly isQuestion?: (frame: Uint8Array) => boolean
  readonly highWaterBytes?: number
}

export const rawWs = createRawWs({ framing: oneByOne })

export function createRawWs(options: RawWsOptions): Contestant<Uint8Array> {
  const { framing, payloads = bytesPayloads, questions = payloads, isQuestion = () => false } = options
  const highWaterBytes = options.highWaterBytes ?? highWaterBytesDefault
  return {
    payloads,
    questions,
    async listen({ take, answers }) {
      const server = new WebSocketServer({
        host: '127.0.0.1',
        port: 0,
        perMessageDeflate: false,
        maxPayload: frameBytesMax,
      })
      const clients = new Map<WebSocket, Send<Uint8Array>>()
      server.on('connection', (socket) => {
        clients.set(socket, sendBelowHighWater(framing, socket, highWaterBytes))
        socket.on('close', () => clients.delete(socket))
        socket.on('message', (frame) => {
          const bytes = bytesOf(frame)
          if (answers || isQuestion(bytes)) socket.send(bytes)
          else framing.takeFrame(bytes, take)
        })
      })
      await once(server, 'listening')
      const { port } = portOf(server)
      return {
        target: { address: `ws://127.0.0.1:${port}` },
        broadcast: (payload) => allOf([...clients.values()].map((send) => send(payload))),
        async close() {
          for (const socket of clients.keys()) socket.terminate()
          server.close()
          await once(server, 'close')
        },
      }
    },
    createDialler: async (take) => ({
      dial: ({ address }) => dial(framing, highWaterBytes, address, take),
      close: async () => {},
    }),
  }
}

async function dial(
  framing: Framing,
  highWaterBytes: number,
  address: string,
  take: Take<Uint8Array>,
): Promise<Connection<Uint8Array>> {
  const socket = new WebSocket(address, { perMessageDeflate: false, maxPayload: frameBytesMax })
  let answered: ((frame: Uint8Array) => void) | undefined
  socket.on('message', (frame) => {
    if (answered === undefined) framing.takeFrame(bytesOf(frame), take)
    else answered(bytesOf(frame))
  })
  await once(socket, 'open')
  let isClosing = false
  socket.on('close', (code, reason) => {
    if (!isClosing) throw new TypeError(`the server closed: ${code} ${reason}`)
  })
  return {
    send: sendBelowHighWater(framing, socket, highWaterBytes),
    ask: (payload) =>
      new Promise((resolve) => {
        answered = resolve
        socket.send(payload)
      }),
    async close() {
      isClosing = true
      socket.close()
      await once(socket, 'close')
    },
  }
}

function sendBelowHighWater(framing: Framing, socket: WebSocket, highWaterBytes: number): Send<Uint8Array> {
  const send = framing.createSender(socket)
  let draining: Promise<void> | undefined
  return (payload) => {
    send(payload)
    if (socket.bufferedAmount <= highWaterBytes) return undefined
    // One for all who send meanwhile: ws hangs up on whoever pings faster than it is answered.
    draining ??= drained(socket).finally(() => {
      draining = undefined
    })
    return draining
  }
}

/** An empty ping goes out behind all that waits, and says when it has left. */
function drained(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => socket.ping('', undefined, (error) => (error ? reject(error) : resolve())))
}

function allOf(waiting: readonly (Promise<unknown> | undefined)[]): Promise<unknown> | undefined {
  return waiting.some((each) => each !== undefined) ? Promise.all(waiting) : undefined
}

function bytesOf(frame: RawData): Uint8Array {
  if (frame instanceof Uint8Array) return frame
  throw new TypeError('ws hands out Buffers unless it is told otherwise')
}

function portOf(server: WebSocketServer): { readonly port: number } {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('the server has no port')
  return address
}
