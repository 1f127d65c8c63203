import { connect, type Socket } from 'node:net'

// A client that speaks to the socket itself, to say what no WebSocket library would.

export interface RawClient {
  readonly socket: Socket
  /** Everything that came so far, as Latin-1. */
  readonly seen: () => string
  /** Resolves when what came so far satisfies the condition. */
  until(holds: (seen: string) => boolean): Promise<string>
  /** Resolves when the other end is gone, with everything it said. */
  readonly closed: Promise<string>
  write(data: string | Uint8Array): void
}

export function createRawClient(address: string): RawClient {
  const { hostname, port } = new URL(address)
  const socket = connect(Number(port), hostname)
  const looks = new Set<() => void>()
  let text = ''
  socket.on('error', () => {})
  socket.on('data', (data) => {
    text += data.toString('latin1')
    for (const look of looks) look()
  })
  return {
    socket,
    seen: () => text,
    until: (holds) =>
      new Promise((resolve) => {
        const look = () => {
          if (holds(text)) resolve(text)
        }
        looks.add(look)
        look()
      }),
    closed: new Promise((resolve) => {
      socket.on('close', () => resolve(text))
    }),
    write: (data) => void socket.write(data),
  }
}

/** The request that opens a WebSocket, with headers of one's own. */
export function upgradeRequest(path = '/', headers: Readonly<Record<string, string>> = {}): string {
  const all = {
    Host: '127.0.0.1',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    ...headers,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`
}

/** A WebSocket frame from a client, masked with zeros. */
export function clientFrame(opcode: number, payload: Uint8Array, { last = true } = {}): Uint8Array {
  const head = payload.length < 126 ? [payload.length | 0x80] : [126 | 0x80, payload.length >> 8, payload.length & 0xff]
  return new Uint8Array([opcode | (last ? 0x80 : 0), ...head, 0, 0, 0, 0, ...payload])
}

/** The status of the first response. */
export function statusOf(response: string): number {
  return Number(/^HTTP\/1\.1 (\d+)/.exec(response)?.[1])
}
