import { createCborCodec } from '@rondo/core'
import { expect, test } from 'vitest'
import { decodeValue, encodeValue, valueCodec } from '../../src/plan/encode-value.js'

test('a value comes back as it went', () => {
  for (const value of [null, undefined, true, -0, Number.NaN, 2 ** 60, 5n, 'text', [1, undefined], { a: [{}] }]) {
    expect(decodeValue(encodeValue(value))).toEqual({ ok: true, value })
  }
})

test('an encoding is nobody else’s memory', () => {
  const [one, two] = [encodeValue('one'), encodeValue('two')]
  expect(one.buffer).not.toBe(two.buffer)
  expect(decodeValue(one)).toEqual({ ok: true, value: 'one' })
})

test('equal values have equal encodings, in whatever order they were written', () => {
  expect(encodeValue({ a: 1, b: 2, c: undefined })).toEqual(encodeValue({ b: 2, a: 1 }))
})

test('what has no encoding is misuse, what is none is refused', () => {
  expect(() => encodeValue(new Date(0))).toThrow(/CODEC_VALUE_UNSUPPORTED/)
  expect(() => encodeValue(() => 1)).toThrow(/CODEC_VALUE_UNSUPPORTED/)
  expect(decodeValue(new Uint8Array([0xff])).ok).toBe(false)
  expect(decodeValue(new Uint8Array(0)).ok).toBe(false)
})

test('the codec is the one that everybody has', () => {
  expect(valueCodec.id).toBe(createCborCodec().id)
})
