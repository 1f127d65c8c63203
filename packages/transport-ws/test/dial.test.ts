import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { webSocket } from '../src/index.js'
import { attach, createHost } from './host.js'
import { createManualEnv } from './manual-env.js'

const cleanUp: (() => unknown)[] = []

afterEach(async () => {
  for (const run of cleanUp.splice(0).reverse()) await run()
})

/** A server that does with each connection what the test says. */
async function serve(connected: (socket: Socket) => void): Promise<{ address: string; server: Server }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    connected(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanUp.push(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('it listens on no port')
  return { address: `ws://127.0.0.1:${bound.port}/`, server }
}

const dial = (address: string) => webSocket()(createHost()).dial(address, {})

describe('a dial', () => {
  test('that is refused says by what', async () => {
    const { address, server } = await serve(() => {})
    server.close()
    await expect(dial(address)).rejects.toMatchObject({
      code: 'DIAL_FAILED',
      message: expect.stringContaining('ECONNREFUSED'),
      cause: { code: 'ECONNREFUSED' },
    })
  })

  test.each([
    ['no HTTP at all', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['an error', 'HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n'],
    ['a page', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'],
    [
      'a redirect, which is not followed',
      'HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n',
    ],
    [
      'an upgrade with the wrong answer',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: x\r\n\r\n',
    ],
    ['nothing but the end', ''],
  ])('that is answered with %s fails', async (_, answer) => {
    const { address } = await serve((socket) => socket.end(answer))
    await expect(dial(address)).rejects.toMatchObject({ code: 'DIAL_FAILED' })
  })

  test('that is never answered fails by its deadline, and hangs up', async () => {
    const env = createManualEnv()
    let hungUp: Promise<unknown> | undefined
    const { address } = await serve((socket) => {
      hungUp = once(socket.resume(), 'close')
      env.advance(9_999)
      env.advance(1)
    })
    const dialling = webSocket({ dialTimeoutMs: 10_000 })(createHost(env)).dial(address, {})
    await expect(dialling).rejects.toMatchObject({
      code: 'DIAL_FAILED',
      message: expect.stringContaining('no answer in time'),
    })
    await hungUp
    expect(env.scheduled).toBe(0)
  })

  test('that is aborted while the other end stays silent hangs up', async () => {
    const controller = new AbortController()
    const reason = new Error('changed my mind')
    let hungUp: Promise<unknown> | undefined
    const { address } = await serve((socket) => {
      hungUp = once(socket.resume(), 'close')
      controller.abort(reason)
    })
    const dialling = webSocket()(createHost()).dial(address, { signal: controller.signal })
    await expect(dialling).rejects.toBe(reason)
    await hungUp
  })

  test('to an address with credentials or a fragment is refused', async () => {
    for (const address of ['ws://user@127.0.0.1/', 'ws://:secret@127.0.0.1/', 'ws://127.0.0.1/#part', 'ws:', 'ws://'])
      await expect(dial(address), address).rejects.toMatchObject({ code: 'ADDRESS_INVALID' })
    await expect(dial('http://127.0.0.1/')).rejects.toMatchObject({ code: 'ADDRESS_UNSUPPORTED' })
  })

  test('with a broken certificate in `dialTls` is rejected, not thrown', async () => {
    const transport = webSocket({ dialTls: { cert: 'x', key: 'y' } })(createHost())
    await expect(transport.dial('wss://127.0.0.1:1/', {})).rejects.toMatchObject({ code: 'DIAL_FAILED' })
  })

  test('knows the group of who answered, and reads the reason it is closed with', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
    await once(server, 'listening')
    cleanUp.push(() => server.close())
    server.on('connection', (socket) => socket.close(4_000, 'LINK_SLOTS_FULL: come back later'))
    const bound = server.address()
    if (bound === null || typeof bound === 'string') throw new Error('it listens on no port')
    const address = `ws://127.0.0.1:${bound.port}/`
    const end = attach(await dial(address))
    expect(end.link.remote).toEqual({ address, group: '127.0.0.0/24' })
    expect(await end.closed).toEqual({ code: 'LINK_SLOTS_FULL', detail: 'come back later' })
  })
})
