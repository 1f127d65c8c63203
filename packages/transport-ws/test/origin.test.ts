import { describe, expect, test } from 'vitest'
import { isOriginAllowed } from '../src/origin.js'

describe('without an allow-list', () => {
  test.each([
    [undefined, '127.0.0.1:4100'],
    [undefined, 'node.example'],
    ['http://127.0.0.1:4100', '127.0.0.1:4100'],
    ['http://localhost:5173', '127.0.0.1:4100'],
    ['http://[::1]:5173', 'localhost:4100'],
    ['http://192.168.1.10:8080', '192.168.1.10:4100'],
    ['http://[2001:db8::1]', '[2001:db8::1]:4100'],
  ])('a page of %s may connect to %s', (origin, host) => {
    expect(isOriginAllowed(origin, host)).toBe(true)
  })

  test.each([
    ['https://evil.example', '127.0.0.1:4100'],
    ['https://evil.example', 'node.example'],
    // The name that the page came from may point to this node by now.
    ['http://evil.example:4100', 'evil.example:4100'],
    ['http://127.0.0.1:4100', '192.168.1.10:4100'],
    ['http://192.168.1.10', '127.0.0.1:4100'],
    ['http://192.168.1.11', '192.168.1.10'],
    ['http://127.0.0.1.evil.example', '127.0.0.1'],
    ['null', '127.0.0.1:4100'],
    ['', '127.0.0.1:4100'],
    ['file://', '127.0.0.1:4100'],
    ['http://127.0.0.1', undefined],
    ['http://127.0.0.1', 'not a host'],
  ])('a page of %j may not connect to %j', (origin, host) => {
    expect(isOriginAllowed(origin, host)).toBe(false)
  })
})

describe('with an allow-list', () => {
  test('pages on it may connect, other pages may not, programs always may', () => {
    const allowed = ['https://app.example']
    expect(isOriginAllowed('https://app.example', 'node.example', allowed)).toBe(true)
    expect(isOriginAllowed('https://App.Example', 'node.example', allowed)).toBe(true)
    expect(isOriginAllowed('http://app.example', 'node.example', allowed)).toBe(false)
    expect(isOriginAllowed('http://127.0.0.1:4100', '127.0.0.1:4100', allowed)).toBe(false)
    expect(isOriginAllowed(undefined, 'node.example', allowed)).toBe(true)
    expect(isOriginAllowed('https://anything.example', 'node.example', ['*'])).toBe(true)
    expect(isOriginAllowed('https://anything.example', 'node.example', [])).toBe(false)
  })
})
