import { checkSchema } from '@rondo/core'
import { expect, test } from 'vitest'
import { bytes, schemaOf } from '../../src/plan/schemas.js'

test('bytes are exactly so many', () => {
  const schema = bytes(2)
  const value = new Uint8Array(2)
  expect(checkSchema(schema, value)).toEqual({ ok: true, value })
  for (const other of [new Uint8Array(1), new Uint8Array(3), [0, 0], 'ab', new Uint16Array(2), undefined, null])
    expect(checkSchema(schema, other)).toMatchObject({ ok: false, issues: [{ message: 'expected 2 bytes' }] })
  expect(checkSchema(bytes(0), new Uint8Array(0)).ok).toBe(true)
})

test.each([-1, 1.5, Number.NaN, 2 ** 53, '5' as never])('bytes(%j) is misuse', (length) => {
  expect(() => bytes(length)).toThrow(TypeError)
})

test('a guard that throws refuses', () => {
  const schema = schemaOf((_): _ is never => {
    throw new Error('no')
  }, 'nothing')
  expect(checkSchema(schema, 1).ok).toBe(false)
})
