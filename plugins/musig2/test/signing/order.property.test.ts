import { ByteWriter, createCborCodec } from '@rondo/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isOrder } from '../../src/signing/order.js'
import { signingTask } from '../../src/signing/task.js'
import { arbitraryOrder } from './arbitrary-order.js'

const codec = createCborCodec()

/** As the others read it. */
function sent(value: unknown): unknown {
  const writer = new ByteWriter()
  codec.encode(value, writer)
  const read = codec.decode(writer.slice())
  if (!read.ok) throw new Error(read.code)
  return read.value
}

describe('an order', () => {
  test('is the same when it was sent', () => {
    fc.assert(
      fc.property(arbitraryOrder, (order) => {
        expect(isOrder(order)).toBe(true)
        const read = sent(order)
        expect(isOrder(read)).toBe(true)
        expect(read).toEqual(order)
      }),
    )
  })

  test('is told from anything else, and nothing that it could be makes it throw', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withTypedArray: true, withNullPrototype: true }), (value) => {
        expect(isOrder(value)).toBe(false)
        const verdict = signingTask['~standard'].validate(value)
        expect(verdict).not.toBeInstanceOf(Promise)
        expect(verdict).toHaveProperty('issues')
      }),
    )
  })

  test('of which one thing is anything is judged without a throw', () => {
    const spoiled = fc
      .tuple(arbitraryOrder, fc.nat(), fc.anything())
      .map(([order, at, value]) => spoil(order, at, value))
    fc.assert(
      fc.property(spoiled, (value) => {
        expect(isOrder(value)).toBeTypeOf('boolean')
        // Whatever passes can be looked at more closely: that gives a task or a reason.
        expect(Object.keys(signingTask['~standard'].validate(value))).toHaveLength(1)
      }),
    )
  })
})

/** One of all the places in a value, counted through, is something else. */
function spoil(value: unknown, at: number, other: unknown): unknown {
  const paths = pathsOf(value)
  return replaced(value, paths[at % paths.length] ?? [], other)
}

function pathsOf(value: unknown): (readonly string[])[] {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [[]]
  return [[], ...Object.entries(value).flatMap(([key, each]) => pathsOf(each).map((path) => [key, ...path]))]
}

function replaced(value: unknown, [key, ...rest]: readonly string[], other: unknown): unknown {
  if (key === undefined || typeof value !== 'object' || value === null) return other
  const entries = Object.entries(value).map(([name, each]) => [name, name === key ? replaced(each, rest, other) : each])
  return Array.isArray(value) ? entries.map(([, each]) => each) : Object.fromEntries(entries)
}
