import { describe, expect, test } from 'vitest'
import { decodeCloseFrame, encodeCloseFrame } from '../src/close-frame.js'

describe('close frames', () => {
  test('carry a reason there and back', () => {
    for (const reason of [{ code: 'PEER_SLOW' }, { code: 'PEER_SLOW', detail: 'it did not read: at all' }]) {
      const { code, text } = encodeCloseFrame(reason)
      expect(code).toBe(4_000)
      expect(decodeCloseFrame(code, text)).toEqual(reason)
    }
    expect(encodeCloseFrame(undefined)).toEqual({ code: 1_000, text: '' })
  })

  test('are never longer than the protocol allows, and keep characters whole', () => {
    for (const character of ['a', 'é', '語', '🐦'])
      for (let length = 0; length < 130; length += 1) {
        const detail = `${'x'.repeat(length % 4)}${character.repeat(length)}`
        const { text } = encodeCloseFrame({ code: 'LINK_CLOSED', detail })
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(123)
        expect(`LINK_CLOSED: ${detail}`.startsWith(text)).toBe(true)
        expect(text).toBe(Buffer.from(text).toString())
      }
  })

  test.each([
    [1_000, '', 'closed by the other end'],
    [1_005, '', 'closed by the other end without a code'],
    [1_006, '', 'the connection broke'],
    [1_002, '', 'closed by the other end (1002)'],
    [1_011, 'out of memory', 'closed by the other end (1011: out of memory)'],
    [4_000, 'not a code', 'closed by the other end (4000: not a code)'],
    [4_000, '__proto__: x', 'closed by the other end (4000: __proto__: x)'],
    [4_001, 'PEER_SLOW', 'closed by the other end (4001: PEER_SLOW)'],
  ])('%i %j become LINK_CLOSED with a word on it', (code, text, detail) => {
    expect(decodeCloseFrame(code, text)).toEqual({ code: 'LINK_CLOSED', detail })
  })
})
