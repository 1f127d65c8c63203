import { describe, expect, test } from 'vitest'
import { resolveWebSocketOptions } from '../src/node-options.js'
import type { WebSocketOptions } from '../src/options.js'

describe('resolveWebSocketOptions', () => {
  test('gives every limit a finite default and freezes the result', () => {
    const config = resolveWebSocketOptions()
    expect(Object.isFrozen(config)).toBe(true)
    expect(config.frameBytesMax).toBe(65_535)
    expect(config.highWaterBytes).toBe(1_048_576)
    for (const [name, value] of Object.entries(config))
      if (/(Max|Ms|Bytes)$/.test(name)) expect(Number.isSafeInteger(value) && value > 0, name).toBe(true)
  })

  test('refuses zero, fractions, infinities and nonsense for every limit', () => {
    const limits: readonly (keyof WebSocketOptions)[] = [
      'frameBytesMax',
      'highWaterBytes',
      'pausedBytesMax',
      'drainPollMs',
      'dialTimeoutMs',
      'closeTimeoutMs',
      'pingIntervalMs',
      'pongTimeoutMs',
      'fragmentsMax',
      'chunksMax',
      'upgradeTimeoutMs',
      'upgradesPendingMax',
      'headerBytesMax',
      'groupBitsIpv4',
      'groupBitsIpv6',
      'trustProxy',
    ]
    for (const limit of limits)
      for (const value of [0, -1, 1.5, Number.POSITIVE_INFINITY, Number.NaN])
        expect(() => resolveWebSocketOptions({ [limit]: value }), `${limit} ${value}`).toThrow(TypeError)
  })

  test('refuses frames too small for a handshake', () => {
    expect(() => resolveWebSocketOptions({ frameBytesMax: 1_023 })).toThrow('frameBytesMax')
    expect(resolveWebSocketOptions({ frameBytesMax: 1_024 }).frameBytesMax).toBe(1_024)
  })

  test('lets more reads make up a frame where frames are larger', () => {
    const { chunksMax } = resolveWebSocketOptions({ frameBytesMax: 1_048_576 })
    expect(chunksMax).toBeGreaterThan(resolveWebSocketOptions().chunksMax)
  })

  test('counts one proxy for true and none for false', () => {
    expect(resolveWebSocketOptions().proxyHops).toBe(0)
    expect(resolveWebSocketOptions({ trustProxy: true }).proxyHops).toBe(1)
    expect(resolveWebSocketOptions({ trustProxy: 2 }).proxyHops).toBe(2)
  })

  test('refuses paths and origins that could never match', () => {
    for (const path of ['', 'rondo', '/a?b', '/a#b', '/a b'])
      expect(() => resolveWebSocketOptions({ path }), path).toThrow(TypeError)
    for (const origin of ['app.example', 'https://app.example/', ''])
      expect(() => resolveWebSocketOptions({ origins: [origin] }), origin).toThrow(TypeError)
    expect(resolveWebSocketOptions({ origins: ['*', 'HTTPS://App.example'] }).origins).toEqual([
      '*',
      'https://app.example',
    ])
  })
})
