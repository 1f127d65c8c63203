import { hexToBytes } from '@noble/curves/utils.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeBase58, encodeBase58 } from '../../src/identity/base58.js'

test.each([
  ['', ''],
  ['48656c6c6f20576f726c6421', '2NEpo7TZRRrLZSi2U'],
  ['0000287fb4cd', '11233QC4'],
  ['00', '1'],
  ['ff', '5Q'],
])('the bytes %j are written as the draft for base58 has it', (hex, encoded) => {
  expect(encodeBase58(hexToBytes(hex))).toBe(encoded)
  expect(decodeBase58(encoded)).toEqual(hexToBytes(hex))
})

test('characters outside the alphabet are refused', () => {
  for (const character of ['0', 'O', 'I', 'l', ' ', '+', '\u{1f600}', 'é', '\0']) {
    expect(decodeBase58(`abc${character}def`)).toBeUndefined()
  }
})

test('every array of bytes comes back, its leading zeros too', () => {
  const bytes = fc.tuple(fc.nat({ max: 4 }), fc.uint8Array({ maxLength: 64 }))
  fc.assert(
    fc.property(bytes, ([zeros, rest]) => {
      const whole = new Uint8Array([...new Uint8Array(zeros), ...rest])
      expect(decodeBase58(encodeBase58(whole))).toEqual(whole)
    }),
  )
})

test('no two texts give the same bytes', () => {
  const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 64 }), (encoded) => {
      const bytes = decodeBase58(encoded)
      expect(bytes && encodeBase58(bytes)).toBe(encoded)
    }),
  )
})
