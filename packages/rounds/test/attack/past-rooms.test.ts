import { expect, test } from 'vitest'
import { PastRooms } from '../../src/engine/past-rooms.js'
import { alice, bob, idOf } from '../plan/samples.js'

const past = (author: typeof alice.peerId, digit: string, createdMs: number) => ({
  author,
  room: idOf(digit),
  createdMs,
})

test('what was let go of is known, and nothing else', () => {
  const rooms = new PastRooms(10)
  rooms.add(past(alice.peerId, '1', 5))
  expect(rooms.has(past(alice.peerId, '1', 5))).toBe(true)
  expect(rooms.has(past(alice.peerId, '2', 5))).toBe(false)
  expect(rooms.has(past(bob.peerId, '1', 5))).toBe(false)
})

test('whoever makes too many loses what it made before, and harms nobody else', () => {
  const rooms = new PastRooms(3)
  rooms.add(past(bob.peerId, '9', 1))
  for (const digit of ['1', '2', '3', '4']) rooms.add(past(alice.peerId, digit, 10 * Number(digit)))
  for (const digit of ['1', '2', '3', '4']) expect(rooms.has(past(alice.peerId, digit, 10 * Number(digit)))).toBe(true)
  expect(rooms.has(past(alice.peerId, '7', 20))).toBe(true)
  expect(rooms.has(past(alice.peerId, '7', 21))).toBe(false)
  expect(rooms.has(past(bob.peerId, '9', 1))).toBe(true)
  expect(rooms.has(past(bob.peerId, '8', 1))).toBe(false)
})
