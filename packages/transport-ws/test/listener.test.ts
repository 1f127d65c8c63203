import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Link, Listener, ListenOptions } from '@rondo/core'
import { afterEach, describe, expect, test } from 'vitest'
import { type WebSocketOptions, webSocket } from '../src/index.js'
import { cert, key } from './certificate.js'
import { attach, createHost } from './host.js'
import { createManualEnv, type ManualEnv } from './manual-env.js'
import { clientFrame, createRawClient, statusOf, upgradeRequest } from './raw-client.js'

const cleanUp: (() => unknown)[] = []

afterEach(async () => {
  for (const run of cleanUp.splice(0).reverse()) await run()
})

interface Gate {
  readonly listener: Listener
  readonly address: string
  readonly accepted: readonly Link[]
  next(): Promise<Link>
}

async function open(
  options: WebSocketOptions = {},
  { address = 'ws://127.0.0.1:0', env = createManualEnv(), ...listening }: OpenOptions = {},
): Promise<Gate> {
  const { listen } = webSocket(options)(createHost(env))
  if (listen === undefined) throw new Error('it cannot listen')
  const accepted: Link[] = []
  let arrived: (link: Link) => void = () => {}
  const accept = (link: Link) => {
    accepted.push(link)
    arrived(link)
  }
  const listener = await listen(address, { ...listening, accept })
  cleanUp.push(async () => {
    await listener.close()
    for (const link of accepted) void link.close()
    env.advance(3_600_000)
  })
  const next = async () =>
    accepted.at(-1) ??
    new Promise<Link>((resolve) => {
      arrived = resolve
    })
  return { listener, accepted, next, address: listener.addresses[0] ?? '' }
}

interface OpenOptions extends Partial<ListenOptions> {
  readonly address?: string
  readonly env?: ManualEnv
}

async function startServer(): Promise<Server> {
  const server = createServer((_, response) => response.end('a page'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanUp.push(() => server.close())
  return server
}

function rawClient(address: string) {
  const client = createRawClient(address)
  cleanUp.push(() => client.socket.destroy())
  return client
}

/** The status that an upgrade request gets. */
async function knock(address: string, path?: string, headers?: Readonly<Record<string, string>>): Promise<number> {
  const client = rawClient(address)
  client.write(upgradeRequest(path, headers))
  return statusOf(await client.until((seen) => seen.includes('\r\n\r\n')))
}

/** A link of a raw client, with its listening end. */
async function rawLink(options: WebSocketOptions = {}, env = createManualEnv()) {
  const gate = await open(options, { env })
  const client = rawClient(gate.address)
  client.write(upgradeRequest())
  const end = attach(await gate.next())
  await client.until((seen) => seen.includes('\r\n\r\n'))
  return { client, end, gate, env }
}

const dialler = (options?: WebSocketOptions) => webSocket(options)(createHost())

describe('who may connect', () => {
  test('a page of another host may not, a program and a page of the own host may', async () => {
    const { address, accepted } = await open()
    expect(await knock(address, '/', { Origin: 'https://evil.example' })).toBe(403)
    expect(accepted.length).toBe(0)
    expect(await knock(address, '/', { Origin: 'http://localhost:5173' })).toBe(101)
    expect(await knock(address)).toBe(101)
  })

  test('the allow-list of origins decides where there is one', async () => {
    const { address } = await open({ origins: ['https://app.example'] })
    expect(await knock(address, '/', { Origin: 'https://app.example' })).toBe(101)
    expect(await knock(address, '/', { Origin: 'http://127.0.0.1' })).toBe(403)
  })

  test('whoever is not admitted gets a 503, and admit is told the group', async () => {
    const groups: (string | undefined)[] = []
    const admit = (group: string | undefined) => {
      groups.push(group)
      return groups.length > 1
    }
    const { address, accepted } = await open({}, { admit })
    expect(await knock(address)).toBe(503)
    expect(accepted.length).toBe(0)
    expect(await knock(address)).toBe(101)
    expect(groups).toEqual(['127.0.0.0/24', '127.0.0.0/24'])
  })

  test('a request that is no proper upgrade is refused before admit is asked', async () => {
    let asked = 0
    const admit = () => {
      asked += 1
      return true
    }
    const { address } = await open({}, { admit })
    expect(await knock(address, '/', { 'Sec-WebSocket-Key': 'short' })).toBe(400)
    expect(await knock(address, '/', { 'Sec-WebSocket-Version': '1' })).toBe(400)
    expect(await knock(address, '/', { Origin: 'https://evil.example' })).toBe(403)
    expect(asked).toBe(0)
  })

  test('the address behind a trusted proxy counts, and a forged one does not', async () => {
    const headers = { 'X-Forwarded-For': '198.51.100.1, 203.0.113.7' }
    const groupWith = async (options: WebSocketOptions, sent: Readonly<Record<string, string>> = headers) => {
      const gate = await open(options)
      await knock(gate.address, '/', sent)
      return (await gate.next()).remote
    }
    expect((await groupWith({})).group).toBe('127.0.0.0/24')
    const trustProxy = ['127.0.0.1']
    expect(await groupWith({ trustProxy })).toEqual({ address: '203.0.113.7', group: '203.0.113.0/24' })
    expect((await groupWith({ trustProxy: ['127.0.0.0/8', '203.0.113.7'] })).group).toBe('198.51.100.0/24')
    expect((await groupWith({ trustProxy: ['127.0.0.0/8', '128.0.0.0/1'] })).address).toBe('198.51.100.1')
    expect((await groupWith({ trustProxy }, {})).group).toBe('127.0.0.0/24')
    expect((await groupWith({ trustProxy }, { 'X-Forwarded-For': 'x' })).group).toBe('127.0.0.0/24')
    const ported = { 'X-Forwarded-For': '[2001:db8::1]:4711' }
    expect((await groupWith({ trustProxy }, ported)).group).toBe('2001:db8::/56')
  })

  test('whoever comes past the proxy cannot choose an address', async () => {
    const gate = await open({ trustProxy: ['10.0.0.2', '127.0.0.2'] })
    await knock(gate.address, '/', { 'X-Forwarded-For': '203.0.113.7, 10.0.0.2' })
    expect((await gate.next()).remote.group).toBe('127.0.0.0/24')
  })
})

describe('a link that has to make way', () => {
  test('is gone at once, however mute its other end, and whether or not it was closing', async () => {
    for (const isClosing of [false, true]) {
      const env = createManualEnv()
      const { address, next } = await open({}, { env })
      const client = createRawClient(address)
      cleanUp.push(() => client.socket.destroy())
      client.socket.write(upgradeRequest())
      const link = await next()
      const { closed } = attach(link)
      const beganMs = env.monotonicMs()
      if (isClosing) void link.close()
      link.abandon?.()
      expect((await closed).code).toBe('LINK_CLOSED')
      expect(env.monotonicMs()).toBe(beganMs)
    }
  })
})

describe('where it listens', () => {
  test('a path other than its own is not found', async () => {
    const { address } = await open({}, { address: 'ws://127.0.0.1:0/rondo' })
    expect(address).toMatch(/\/rondo$/)
    expect(await knock(address, '/')).toBe(404)
    expect(await knock(address, '/rondo/')).toBe(404)
    expect(await knock(address, '/rondo?token=1')).toBe(101)
  })

  test('the path of the options wins over that of the address', async () => {
    const { address } = await open({ path: '/peers' })
    expect(address).toMatch(/\/peers$/)
    expect(await knock(address, '/peers')).toBe(101)
  })

  test('an open address lists the interfaces, loopback last', async () => {
    const { listener } = await open({}, { address: 'ws://0.0.0.0:0' })
    expect(listener.addresses.at(-1)).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/$/)
    expect(listener.addresses.join()).not.toContain('0.0.0.0')
    for (const address of listener.addresses) expect(new URL(address).port).not.toBe('0')
  })

  test('a port that is taken, and a certificate that is missing or broken, are told apart from a bad address', async () => {
    const { address } = await open()
    await expect(open({}, { address })).rejects.toMatchObject({ code: 'LISTEN_FAILED', cause: { code: 'EADDRINUSE' } })
    await expect(open({}, { address: 'wss://127.0.0.1:0' })).rejects.toMatchObject({ code: 'LISTEN_FAILED' })
    const broken = open({ tls: { key: 'x', cert: 'y' } }, { address: 'wss://127.0.0.1:0' })
    await expect(broken).rejects.toMatchObject({ code: 'LISTEN_FAILED' })
    await expect(open({}, { address: 'ws://user:password@127.0.0.1:0' })).rejects.toMatchObject({
      code: 'ADDRESS_INVALID',
    })
    await expect(open({}, { address: 'http://127.0.0.1:0' })).rejects.toMatchObject({ code: 'ADDRESS_UNSUPPORTED' })
  })

  test('wss works with a certificate, and a dialler that does not trust it is refused', async () => {
    const { address, next } = await open({ tls: { key, cert } }, { address: 'wss://localhost:0' })
    expect(address).toMatch(/^wss:\/\/localhost:\d+\/$/)
    await expect(dialler().dial(address, {})).rejects.toMatchObject({ code: 'DIAL_FAILED' })
    const near = attach(await dialler({ dialTls: { ca: cert } }).dial(address, {}))
    const far = attach(await next())
    const arrived = far.nextFrame()
    near.link.send(new Uint8Array([1, 2, 3]))
    expect([...(await arrived)]).toEqual([1, 2, 3])
    await near.link.close()
  })
})

describe('on a server of somebody else', () => {
  test('it takes its path, leaves the pages alone, and the server outlives it', async () => {
    const server = await startServer()
    const { port } = server.address() as AddressInfo
    const { address, listener } = await open({ server }, { address: 'ws://127.0.0.1:0/rondo' })
    expect(address).toBe(`ws://127.0.0.1:${port}/rondo`)
    expect(await knock(address, '/rondo')).toBe(101)
    expect(await knock(address, '/')).toBe(404)
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('a page')
    await listener.close()
    expect(server.listening).toBe(true)
    expect(server.listenerCount('upgrade')).toBe(0)
  })

  test('two paths go side by side, and one path goes to one listener', async () => {
    const server = await startServer()
    const first = await open({ server }, { address: 'ws://127.0.0.1:0/a' })
    const second = await open({ server }, { address: 'ws://127.0.0.1:0/b' })
    await expect(open({ server }, { address: 'ws://127.0.0.1:0/a' })).rejects.toMatchObject({ code: 'LISTEN_FAILED' })
    expect(await knock(first.address, '/a')).toBe(101)
    expect(await knock(second.address, '/b')).toBe(101)
    expect([first.accepted.length, second.accepted.length]).toEqual([1, 1])
    await first.listener.close()
    expect(await knock(second.address, '/a')).toBe(404)
    expect(await knock(second.address, '/b')).toBe(101)
  })

  test('a path that another upgrade listener may want is left to it', async () => {
    const server = await startServer()
    const { address } = await open({ server }, { address: 'ws://127.0.0.1:0/rondo' })
    server.on('upgrade', (request, socket) => {
      if (request.url === '/other') socket.end('HTTP/1.1 418 Teapot\r\n\r\n')
    })
    expect(await knock(address, '/other')).toBe(418)
    expect(await knock(address, '/rondo')).toBe(101)
  })

  test('an address that says how it is reached from outside stays as it is', async () => {
    const server = await startServer()
    const { address } = await open({ server }, { address: 'wss://node.example/rondo' })
    expect(address).toBe('wss://node.example/rondo')
  })

  test('a server that was not started yet is refused', async () => {
    await expect(open({ server: createServer() })).rejects.toMatchObject({ code: 'LISTEN_FAILED' })
  })
})

describe('hostile clients', () => {
  test('garbage in place of HTTP is answered with 400 and harms nobody', async () => {
    const { address } = await open()
    const client = rawClient(address)
    client.write('\u0000\u0001 garbage \r\n\r\n')
    expect(statusOf(await client.closed)).toBe(400)
    expect(await knock(address)).toBe(101)
  })

  test('headers beyond the bound are answered with 431', async () => {
    const { address } = await open()
    const client = rawClient(address)
    client.write(upgradeRequest('/', { 'X-Padding': 'x'.repeat(9_000) }))
    expect(statusOf(await client.closed)).toBe(431)
  })

  test('a plain request is told to upgrade', async () => {
    const { address } = await open()
    const response = await fetch(address.replace('ws:', 'http:'))
    expect(response.status).toBe(426)
  })

  test('a text message closes the link with 1003', async () => {
    const { client, end, env } = await rawLink()
    client.write(clientFrame(1, new TextEncoder().encode('hello')))
    await client.until((seen) => closeCodeIn(seen) === 1_003)
    env.advance(5_000)
    expect((await end.closed).code).toBe('WS_TEXT_REFUSED')
    expect(end.frames).toEqual([])
  })

  test('a frame above the largest closes the link with 1009 before it is read', async () => {
    const { client, end, env } = await rawLink({ frameBytesMax: 2_048 })
    client.write(clientFrame(2, new Uint8Array(2_049)).subarray(0, 8))
    await client.until((seen) => closeCodeIn(seen) === 1_009)
    env.advance(5_000)
    expect((await end.closed).code).toBe('WS_FRAME_OVERSIZED')
    expect(end.frames).toEqual([])
  })

  test('a frame in too many fragments closes the link with 1008', async () => {
    const { client, end, env } = await rawLink({ fragmentsMax: 4 })
    client.write(clientFrame(2, new Uint8Array(1), { last: false }))
    for (let piece = 0; piece < 5; piece += 1) client.write(clientFrame(0, new Uint8Array(1), { last: false }))
    await client.until((seen) => closeCodeIn(seen) === 1_008)
    env.advance(5_000)
    expect((await end.closed).code).toBe('WS_FRAME_SPLINTERED')
  })

  test('fragments within the bound make one frame', async () => {
    const { client, end } = await rawLink({ fragmentsMax: 4 })
    const arrived = end.nextFrame()
    client.write(clientFrame(2, new Uint8Array([1]), { last: false }))
    client.write(clientFrame(0, new Uint8Array([2]), { last: false }))
    client.write(clientFrame(0, new Uint8Array([3])))
    expect([...(await arrived)]).toEqual([1, 2, 3])
  })

  test('a frame without a mask breaks the protocol', async () => {
    const { client, end, env } = await rawLink()
    client.write(new Uint8Array([0x82, 1, 1]))
    await client.until((seen) => closeCodeIn(seen) === 1_002)
    env.advance(5_000)
    expect((await end.closed).code).toBe('WS_PROTOCOL_VIOLATED')
  })

  test('connections that never upgrade are dropped by their deadline, while others connect at once', async () => {
    const env = createManualEnv()
    const { address } = await open({ upgradeTimeoutMs: 10_000 }, { env })
    const idle = Array.from({ length: 200 }, () => rawClient(address))
    for (const client of idle) client.write('GET / HTTP/1.1\r\n')
    expect(await knock(address)).toBe(101)
    env.advance(9_999)
    expect(await knock(address)).toBe(101)
    env.advance(1)
    for (const client of idle) expect(await client.closed).toBe('')
  })

  test('when too many connections wait for their upgrade the oldest ones go', async () => {
    const { address } = await open({ upgradesPendingMax: 10 })
    const oldest = rawClient(address)
    oldest.write('GET / HTTP/1.1\r\n')
    const idle = Array.from({ length: 10 }, () => rawClient(address))
    for (const client of idle) client.write('GET / HTTP/1.1\r\n')
    await oldest.closed
    expect(await knock(address)).toBe(101)
  })
})

describe('half-open connections', () => {
  test('one that does not answer a ping is given up', async () => {
    const { client, end, env } = await rawLink({ pingIntervalMs: 30_000, pongTimeoutMs: 10_000 })
    env.advance(30_000)
    await client.until((seen) => seen.endsWith('\x89\x00'))
    env.advance(9_999)
    expect(end.link.send(new Uint8Array(1))).toBe(true)
    env.advance(1)
    expect((await end.closed).code).toBe('WS_SILENT')
    await client.closed
    expect(env.scheduled).toBe(0)
  })

  test('one that answers, or says anything, lives on', async () => {
    const { client, end, env } = await rawLink({ pingIntervalMs: 30_000, pongTimeoutMs: 10_000 })
    for (let round = 0; round < 3; round += 1) {
      const arrived = end.nextFrame()
      env.advance(30_000)
      client.write(clientFrame(10, new Uint8Array(0)))
      client.write(clientFrame(2, new Uint8Array([round])))
      await arrived
      env.advance(10_000)
    }
    expect(end.link.send(new Uint8Array(1))).toBe(true)
  })

  test('one that is paused is not blamed for its silence', async () => {
    const { end, env } = await rawLink({ pingIntervalMs: 30_000, pongTimeoutMs: 10_000 })
    end.link.pause()
    env.advance(300_000)
    expect(end.link.send(new Uint8Array(1))).toBe(true)
  })

  test('a goodbye that is never answered ends by its deadline', async () => {
    const { client, end, env } = await rawLink({ closeTimeoutMs: 5_000 })
    void end.link.close({ code: 'PEER_SLOW' })
    await client.until((seen) => closeCodeIn(seen) === 4_000)
    env.advance(5_000)
    expect((await end.closed).code).toBe('PEER_SLOW')
    await client.closed
  })
})

/** The code of the close frame that a server sent last, if it did. */
function closeCodeIn(seen: string): number | undefined {
  const at = seen.lastIndexOf('\x88')
  return at === -1 ? undefined : seen.charCodeAt(at + 2) * 256 + seen.charCodeAt(at + 3)
}
