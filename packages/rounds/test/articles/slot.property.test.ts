import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeSlot, encodeSlot, type Slot } from '../../src/articles/slot.js'
import { idOf } from '../plan/samples.js'
import { arbitrarySlot } from './arbitrary-article.js'

test('a slot comes back as it went', () => {
  fc.assert(
    fc.property(arbitrarySlot, (slot) => {
      expect(decodeSlot(encodeSlot(slot))).toEqual(slot)
    }),
  )
})

test('bytes are one slot or none, and a slot has one encoding', () => {
  const likeSlots = fc
    .tuple(fc.integer({ min: 0, max: 6 }), fc.constantFrom(32, 48, 64, 65, 66), fc.nat(255))
    .chain(([kind, length]) =>
      fc.uint8Array({ minLength: length, maxLength: length }).map((rest) => new Uint8Array([kind, ...rest])),
    )
  let read = 0
  fc.assert(
    fc.property(fc.oneof(likeSlots, fc.uint8Array({ maxLength: 100 })), (bytes) => {
      const slot = decodeSlot(bytes)
      if (slot === undefined) return
      read += 1
      expect(encodeSlot(slot)).toEqual(bytes)
    }),
  )
  expect(read).toBeGreaterThan(0)
})

test('slots that differ in anything have different encodings', () => {
  fc.assert(
    fc.property(arbitrarySlot, arbitrarySlot, (one, two) => {
      const isSame = JSON.stringify(one) === JSON.stringify(two)
      expect(Buffer.from(encodeSlot(one)).equals(encodeSlot(two))).toBe(isSame)
    }),
  )
})

describe('no slot', () => {
  const contribution: Slot = { kind: 'contribution', round: idOf('1'), attempt: idOf('2'), phase: 1 }

  test('is cut short or longer than it is', () => {
    fc.assert(
      fc.property(arbitrarySlot, fc.nat(64), (slot, cut) => {
        const bytes = encodeSlot(slot)
        expect(decodeSlot(bytes.subarray(0, Math.min(cut, bytes.length - 1)))).toBeUndefined()
        expect(decodeSlot(new Uint8Array([...bytes, 0]))).toBeUndefined()
      }),
    )
  })

  test('is for a contribution to phase 0, which is the join and has a slot of its own', () => {
    const bytes = encodeSlot(contribution)
    bytes[bytes.length - 1] = 0
    expect(decodeSlot(bytes)).toBeUndefined()
  })

  test.each([0, -1, 1.5, 256, Number.NaN])('is made for phase %j', (phase) => {
    expect(() => encodeSlot({ ...contribution, phase })).toThrow(TypeError)
  })

  test.each(['', 'ab', idOf('1').slice(2), `${idOf('1')}00`, 'z'.repeat(64)])('is made of the id %j', (id) => {
    const incarnation = 'ab'.repeat(16)
    for (const slot of [
      { ...contribution, round: id },
      { ...contribution, attempt: id },
      { kind: 'invitation', nonce: id } as const,
      { kind: 'answer', room: id, incarnation } as const,
      { kind: 'join', parent: id, incarnation } as const,
      { kind: 'closing', attempt: id, incarnation } as const,
      { kind: 'closing', attempt: idOf('1'), incarnation: id } as const,
    ])
      expect(() => encodeSlot(slot)).toThrow(TypeError)
  })
})
