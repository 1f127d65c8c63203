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

  test('trusts the proxies that are named, and nobody by default', () => {
    const { proxies } = resolveWebSocketOptions({ trustProxy: ['10.0.0.2', '10.1.0.0/16', '2001:db8::/32'] })
    const trusted = (address: string) => proxies.check(address, address.includes(':') ? 'ipv6' : 'ipv4')
    expect(['10.0.0.2', '10.1.200.7', '2001:db8:1::1'].map(trusted)).toEqual([true, true, true])
    expect(['10.0.0.3', '10.2.0.1', '2001:db9::1', '::1'].map(trusted)).toEqual([false, false, false, false])
    expect(resolveWebSocketOptions().proxies.check('127.0.0.1')).toBe(false)
  })

  test('trusts no count of proxies, no names, and not all the world', () => {
    const bad: readonly unknown[] = [
      true,
      false,
      1,
      '10.0.0.2',
      ['proxy'],
      ['10.0.0.2/33'],
      ['0.0.0.0/0'],
      ['::/0'],
      [1],
      [''],
    ]
    for (const trustProxy of bad) {
      const options = { trustProxy } as WebSocketOptions
      expect(() => resolveWebSocketOptions(options), JSON.stringify(trustProxy)).toThrow(TypeError)
    }
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
