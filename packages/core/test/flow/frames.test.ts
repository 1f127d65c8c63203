import { describe, expect, test } from 'vitest'
import { FrameReader, frameKind } from '../../src/flow/frames.js'
import { plaintextOf, type RawFrame } from '../fake-peer.js'
import { recordOf } from '../fake-record.js'

const bodyBytesMax = 4_096

function createReader() {
  const reader = new FrameReader(bodyBytesMax)
  /** What the frames of one record come to: kind and body, or the code of what was refused. */
  const read = (plaintext: Uint8Array): unknown[] => {
    if (!reader.enter(recordOf(plaintext))) return ['FRAME_MALFORMED']
    const found: unknown[] = []
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
      if (!frame.ok) return [...found, frame.code]
      found.push([frame.kind, [...frame.bytes.subarray(frame.start, frame.end)]])
    }
    return found
  }
  return (...frames: readonly RawFrame[]) => read(plaintextOf(...frames))
}

function readPlaintext(plaintext: Uint8Array): unknown {
  const reader = new FrameReader(bodyBytesMax)
  return reader.enter(recordOf(plaintext)) ? reader.next() : 'FRAME_MALFORMED'
}

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values)

describe('frames', () => {
  test('the frames of a record come one by one', () => {
    expect(createReader()([frameKind.ping], [frameKind.message, bytes(1, 2)], [99, bytes(3)])).toEqual([
      [frameKind.ping, []],
      [frameKind.message, [1, 2]],
      [99, [3]],
    ])
  })

  test('a record of a head alone holds nothing', () => {
    expect(createReader()()).toEqual([])
  })

  test('the clock of the record is the clock of its frames', () => {
    const plaintext = plaintextOf([frameKind.ping])
    plaintext.set([0xff, 0xff, 0xff, 0xff, 0xff, 0xfe])
    expect(readPlaintext(plaintext)).toMatchObject({ timestamp: 2 ** 48 - 2 })
  })

  test('a record too short for its head is refused', () => {
    for (let length = 0; length < 12; length += 1) expect(readPlaintext(new Uint8Array(length))).toBe('FRAME_MALFORMED')
  })

  test('a frame that ends behind its record is refused, wherever it is cut', () => {
    const whole = plaintextOf([frameKind.message, bytes(1, 2, 3)])
    for (let length = 13; length < whole.length; length += 1) {
      expect(readPlaintext(whole.subarray(0, length))).toEqual({ ok: false, code: 'FRAME_MALFORMED' })
    }
  })

  test('a new record drops what was left of the one before', () => {
    const reader = new FrameReader(bodyBytesMax)
    reader.enter(recordOf(plaintextOf([frameKind.ping], [frameKind.ping])))
    reader.next()
    reader.enter(recordOf(plaintextOf([frameKind.rekey])))
    expect(reader.next()).toMatchObject({ kind: frameKind.rekey })
    expect(reader.next()).toBeUndefined()
  })
})

describe('parts', () => {
  test('parts across records join to the whole, whose first byte is its kind', () => {
    const read = createReader()
    expect(read([frameKind.part, bytes(frameKind.message, 1)])).toEqual([])
    expect(read([frameKind.part, bytes(2, 3)])).toEqual([])
    expect(read([frameKind.last, bytes(4)], [frameKind.ping])).toEqual([
      [frameKind.message, [1, 2, 3, 4]],
      [frameKind.ping, []],
    ])
  })

  test('other frames may come between parts', () => {
    const read = createReader()
    expect(read([frameKind.part, bytes(frameKind.message)], [frameKind.ping])).toEqual([[frameKind.ping, []]])
    expect(read([frameKind.last, bytes(1)])).toEqual([[frameKind.message, [1]]])
  })

  test('one large frame after another starts from nothing', () => {
    const read = createReader()
    for (let round = 0; round < 3; round += 1) {
      read([frameKind.part, bytes(frameKind.message, round)])
      expect(read([frameKind.last, bytes(9)])).toEqual([[frameKind.message, [round, 9]]])
    }
  })

  test('parts within parts and wholes of nothing are refused', () => {
    expect(createReader()([frameKind.last])).toEqual(['FRAME_MALFORMED'])
    expect(createReader()([frameKind.last, bytes(frameKind.part)])).toEqual(['FRAME_MALFORMED'])
    expect(createReader()([frameKind.last, bytes(frameKind.last, 1)])).toEqual(['FRAME_MALFORMED'])
  })

  test('a whole of exactly the size allowed is joined, and one byte more is refused before its end', () => {
    const body = new Uint8Array(bodyBytesMax + 1)
    body[0] = frameKind.message
    const fits = createReader()
    expect(fits([frameKind.part, body])).toEqual([])
    expect(fits([frameKind.last])).toHaveLength(1)
    const grows = createReader()
    expect(grows([frameKind.part, body])).toEqual([])
    expect(grows([frameKind.part, bytes(0)])).toEqual(['MESSAGE_OVERSIZED'])
  })

  test('a part is copied out of its record, so that one byte does not hold on to 64 kB', () => {
    const reader = new FrameReader(bodyBytesMax)
    const record = recordOf(plaintextOf([frameKind.part, bytes(frameKind.message, 7)]))
    reader.enter(record)
    expect(reader.next()).toBe(undefined)
    record.plaintext.fill(0)
    reader.enter(recordOf(plaintextOf([frameKind.last, bytes(8)])))
    const whole = reader.next()
    expect(whole).toMatchObject({ ok: true, kind: frameKind.message })
    expect(whole?.ok && [...whole.bytes.subarray(whole.start, whole.end)]).toEqual([7, 8])
  })
})
