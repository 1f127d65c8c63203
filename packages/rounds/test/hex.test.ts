import { equalBytes } from '@rondo/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytesOfHex, hexOf } from '../src/hex.js'

test('bytes come back from their digits', () => {
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte)
  expect(hexOf(all)).toBe(Buffer.from(all).toString('hex'))
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => equalBytes(bytesOfHex(hexOf(bytes)), bytes)))
})

test('what is no such text is misuse', () => {
  for (const text of ['0', 'zz', '0x', 'AB', ' 1', '1g', 'ab\n0']) expect(() => bytesOfHex(text)).toThrow(TypeError)
  expect(() => bytesOfHex('abcd', 1)).toThrow(TypeError)
  expect(() => bytesOfHex('ab', 2)).toThrow(TypeError)
  expect(bytesOfHex('abcd', 2)).toEqual(new Uint8Array([0xab, 0xcd]))
})

test('bytes are the same where all of them are', () => {
  const bytes = (...list: number[]) => new Uint8Array(list)
  expect(equalBytes(bytes(1, 2), bytes(1, 2))).toBe(true)
  expect(equalBytes(bytes(), bytes())).toBe(true)
  expect(equalBytes(bytes(1, 2), bytes(1, 3))).toBe(false)
  expect(equalBytes(bytes(1, 2), bytes(1))).toBe(false)
  expect(equalBytes(bytes(1), bytes(1, 2))).toBe(false)
})
