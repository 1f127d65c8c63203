import { expect, test } from 'vitest'
import { rememberKeys } from '../../src/crypto/key-memo.js'

test('one array is converted once', () => {
  const convert = rememberKeys((bytes) => ({ bytes }))
  const key = Uint8Array.of(1, 2)
  expect(convert(key)).toBe(convert(key))
  expect(convert(key)).not.toBe(convert(Uint8Array.of(1, 2)))
})

test('an array that was written to since is converted again, a Buffer like any other', () => {
  const convert = rememberKeys((bytes) => bytes.join())
  for (const key of [Uint8Array.of(1, 2), Buffer.of(1, 2)]) {
    convert(key)
    key[1] = 3
    expect(convert(key)).toBe('1,3')
  }
})
