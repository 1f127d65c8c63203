import { describe, expect, test } from 'vitest'
import { createBrowserLink } from '../src/browser-link.js'
import { resolveWebSocketOptions } from '../src/node-options.js'
import type { WebSocketOptions } from '../src/options.js'
import { attach } from './host.js'
import { createManualEnv } from './manual-env.js'

/** As much of a browser's WebSocket as a link touches, worked by hand. */
class HandSocket extends EventTarget {
  bufferedAmount = 0
  closedWith: readonly [code?: number, reason?: string] | undefined
  onmessage: ((event: { data: unknown }) => void) | null = null
  onclose: ((event: { code: number; reason: string }) => void) | null = null
  send(frame: Uint8Array) {
    this.bufferedAmount += frame.length
  }
  close(...how: readonly [code?: number, reason?: string]) {
    this.closedWith = how
  }
  receive(size: number) {
    this.onmessage?.({ data: new ArrayBuffer(size) })
  }
}

function openLink(options: WebSocketOptions = {}) {
  const env = createManualEnv()
  const socket = new HandSocket()
  const link = createBrowserLink(socket as unknown as WebSocket, {}, resolveWebSocketOptions(options), env)
  return { env, socket, link, turn: () => new Promise<void>((resolve) => env.defer(resolve)) }
}

describe('a link in a browser', () => {
  test('looks for room only while it is full, and then once a poll', () => {
    const { env, socket, link } = openLink({ highWaterBytes: 1_000, drainPollMs: 10 })
    let drains = 0
    link.attach({
      frame() {},
      drain() {
        drains += 1
      },
      closed() {},
    })
    expect(link.send(new Uint8Array(1_000))).toBe(true)
    expect(env.scheduled).toBe(0)
    expect(link.send(new Uint8Array(1))).toBe(false)
    expect(link.send(new Uint8Array(1))).toBe(false)
    expect(env.scheduled).toBe(1)
    env.advance(30)
    expect(drains).toBe(0)
    socket.bufferedAmount = 1_000
    env.advance(10)
    expect(drains).toBe(1)
    expect(env.scheduled).toBe(0)
  })

  test('ends when more comes during a pause than it may keep', async () => {
    const { env, socket, link } = openLink({ pausedBytesMax: 10_000 })
    const end = attach(link)
    link.pause()
    for (let count = 0; count < 9; count += 1) socket.receive(1_000)
    expect(socket.closedWith).toBeUndefined()
    socket.receive(1_000)
    expect(socket.closedWith).toEqual([1_000, 'WS_PAUSED_FULL'])
    socket.receive(1_000)
    env.advance(5_000)
    expect((await end.closed).code).toBe('WS_PAUSED_FULL')
    expect(end.frames).toEqual([])
  })

  test('counts empty frames too', () => {
    const { socket, link } = openLink({ pausedBytesMax: 10_000 })
    attach(link)
    link.pause()
    for (let count = 0; count < 1_000; count += 1) socket.receive(0)
    expect(socket.closedWith?.[1]).toBe('WS_PAUSED_FULL')
  })

  test('delivers what it kept before it tells that the other end closed', async () => {
    const { socket, link, turn } = openLink()
    socket.receive(1)
    socket.receive(2)
    socket.onclose?.({ code: 1_000, reason: '' })
    const end = attach(link)
    await turn()
    expect(end.frames.map(({ length }) => length)).toEqual([1, 2])
    expect((await end.closed).code).toBe('LINK_CLOSED')
  })

  test('closes on text, and on frames above the largest, by codes that pages may use', async () => {
    for (const [data, code] of [
      ['text', 'WS_TEXT_REFUSED'],
      [new ArrayBuffer(65_536), 'WS_FRAME_OVERSIZED'],
    ]) {
      const { env, socket, link, turn } = openLink()
      const end = attach(link)
      await turn()
      socket.onmessage?.({ data })
      expect(socket.closedWith).toEqual([1_000, code])
      env.advance(5_000)
      expect((await end.closed).code).toBe(code)
    }
  })
})
