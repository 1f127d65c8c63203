import { expect, test } from 'vitest'
import { ByteReader } from '../../src/bytes/byte-reader.js'
import { ByteWriter } from '../../src/bytes/byte-writer.js'
import { ReplayWindow, sequenceMax } from '../../src/replay/replay-window.js'

function windowOf(sequences: readonly number[], width = 8_160): ReplayWindow {
  const window = new ReplayWindow(width)
  for (const sequence of sequences) window.mark(sequence)
  return window
}

function reread(window: ReplayWindow, width: number): ReplayWindow {
  const writer = new ByteWriter()
  window.encode(writer)
  const reader = new ByteReader(writer.slice())
  const read = ReplayWindow.decode(reader, width)
  expect([reader.failed, reader.remaining]).toEqual([false, 0])
  return read
}

test('order does not matter within the window, and matters behind it', () => {
  const window = windowOf([10_000])
  expect(window.look(10_000)).toBe('seen')
  expect(window.look(10_000 - 8_159)).toBe('fresh')
  expect(window.look(10_000 - 8_160)).toBe('old')
  expect(window.mark(10_000 - 8_159)).toBe(true)
  expect(window.look(10_000 - 8_159)).toBe('seen')
})

test('sequences go up to 2^48 - 1', () => {
  const window = windowOf([0, sequenceMax - 1])
  expect([window.look(0), window.look(sequenceMax - 1), window.look(sequenceMax)]).toEqual(['old', 'seen', 'fresh'])
  window.mark(sequenceMax)
  expect(window.look(sequenceMax)).toBe('seen')
})

test('memory follows the marks: one word for few, never more than the window takes', () => {
  expect(windowOf([3, 1, 2]).words).toBe(1)
  expect(windowOf([1_000_000, 1_000_010]).words).toBe(1)
  expect(windowOf([0, 40]).words).toBe(2)
  expect(windowOf(Array.from({ length: 50_000 }, (_, sequence) => sequence)).words).toBe(256)
})

test('without room to grow, the window moves up, and what it no longer covers counts as seen', () => {
  const window = windowOf([5])
  expect(window.mark(70, 1)).toBe(true)
  expect([window.words, window.look(5), window.look(63), window.look(64), window.look(70)]).toEqual([
    1,
    'old',
    'old',
    'fresh',
    'seen',
  ])
})

test('without room to grow, a mark further down than the words reach is refused, and nothing changes', () => {
  const window = windowOf([100])
  expect(window.mark(7, 1)).toBe(false)
  expect(window.look(7)).toBe('fresh')
  expect(window.mark(7)).toBe(true)
  expect(window.look(7)).toBe('seen')
})

test('a window that was kept narrow does not become forgiving when it is read as a wider one', () => {
  const kept = windowOf([0, 1_000], 100)
  expect(kept.look(0)).toBe('old')
  expect(reread(kept, 8_160).look(0)).toBe('old')
})

test('a window that was kept wide is as narrow as the one that reads it', () => {
  const read = reread(windowOf([0, 950, 1_000]), 100)
  expect([read.look(0), read.look(900), read.look(901), read.look(950)]).toEqual(['old', 'old', 'fresh', 'seen'])
  expect(read.words).toBeLessThanOrEqual(4)
})

test('bytes that are no window are refused before anything is allocated for them', () => {
  const writer = new ByteWriter()
  writer.u48(0)
  writer.u48(sequenceMax)
  writer.u24(0xffffff)
  const reader = new ByteReader(writer.slice())
  expect(ReplayWindow.decode(reader, 8_160).words).toBe(1)
  expect(reader.failed).toBe(true)
})
