import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytesOfText, byteText, compareBytes, successor } from '../../src/store/byte-order.js'
import { createKeySpace } from '../../src/store/key-space.js'

const keys = createKeySpace(1_024)
const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 })
const name = text.filter((each) => !/\p{Cc}/u.test(each))

const codePoints = (key: string) => Array.from(key, (character) => character.codePointAt(0) ?? 0)

/** By the numbers of the characters, the shorter first. */
function compareCodePoints(a: string, b: string): number {
  const [left, right] = [codePoints(a), codePoints(b)]
  const at = left.findIndex((point, index) => point !== right[index])
  if (at === -1) return left.length - right.length
  return (left[at] ?? 0) - (right[at] ?? -1)
}

test('keys sort by code points, and come back as they were', () => {
  fc.assert(
    fc.property(text, text, (a, b) => {
      const [left, right] = [keys.encode(a), keys.encode(b)]
      expect(Math.sign(compareBytes(left, right))).toBe(Math.sign(compareCodePoints(a, b)))
      expect(byteText(left) < byteText(right)).toBe(compareBytes(left, right) < 0)
      expect(keys.decode(left)).toBe(a)
      expect(bytesOfText(byteText(left))).toEqual(left)
    }),
  )
})

test('a key lies in the span of a prefix when it begins with it, and behind `after` when it is greater', () => {
  fc.assert(
    fc.property(text, fc.nat(12), fc.boolean(), text, (key, length, foreign, other) => {
      const prefix = foreign ? other : Array.from(key).slice(0, length).join('')
      const encoded = keys.encode(key)
      const inside = ({ from, to }: ReturnType<typeof keys.span>) =>
        compareBytes(from, encoded) <= 0 && compareBytes(encoded, to) < 0
      expect(inside(keys.span(prefix, {}))).toBe(key.startsWith(prefix))
      const order = compareBytes(encoded, keys.encode(other))
      expect(inside(keys.span(prefix, { after: other }))).toBe(key.startsWith(prefix) && order > 0)
      expect(inside(keys.span(prefix, { after: other, reverse: true }))).toBe(key.startsWith(prefix) && order < 0)
    }),
  )
})

test('no key of a scope is one of another, nor lies in the span of another', () => {
  fc.assert(
    fc.property(fc.array(name, { maxLength: 3 }), fc.array(name, { maxLength: 3 }), text, text, (here, there, a, b) => {
      const within = (names: readonly string[]) => names.reduce((space, each) => space.within(each), keys)
      const same = JSON.stringify(here) === JSON.stringify(there)
      const key = within(here).encode(a)
      expect(compareBytes(key, within(there).encode(b)) === 0).toBe(same && a === b)
      const { from, to } = within(there).span('', {})
      expect(compareBytes(from, key) <= 0 && compareBytes(key, to) < 0).toBe(same)
      expect(key[0]).not.toBe(0)
    }),
  )
})

test('nothing lies between a key and its successor', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4, max: 2 }), fc.uint8Array({ maxLength: 5, max: 2 }), (key, other) => {
      const between = compareBytes(key, other) < 0 && compareBytes(other, successor(key)) < 0
      expect(between).toBe(false)
    }),
  )
})
