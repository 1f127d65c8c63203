import { ByteWriter, createCborCodec } from '@rondo/core'
import { expect, test } from 'vitest'
import { bytesPayloads, payloadBytes } from '../src/contestants/bytes-payloads.ts'
import { createPieceReader, pieceBytes, piecePayloads } from '../src/contestants/piece-payloads.ts'
import { quotePayloads } from '../src/contestants/quote-payloads.ts'

test('bytes have the size that the rows name, and a digest that is known in advance', () => {
  for (const index of [0, 1, 1_023, 1_024]) {
    expect(bytesPayloads.at(index)).toHaveLength(payloadBytes)
    expect(bytesPayloads.digest(bytesPayloads.at(index))).toBe(bytesPayloads.digestAt(index))
  }
})

test('a digest does not cover the time, and covers every other byte', () => {
  const stamped = bytesPayloads.stamped(5, 1_234_567.25)
  expect(bytesPayloads.sentAtMs(stamped)).toBe(1_234_567.25)
  expect(bytesPayloads.sentAtMs(bytesPayloads.at(5))).toBe(0)
  expect(bytesPayloads.digest(stamped)).toBe(bytesPayloads.digestAt(5))
  for (let at = 8; at < payloadBytes; at += 1) {
    const changed = stamped.with(at, stamped[at]! ^ 1)
    expect(bytesPayloads.digest(changed)).not.toBe(bytesPayloads.digestAt(5))
  }
  expect(bytesPayloads.digest(stamped.subarray(0, 199))).not.toBe(bytesPayloads.digestAt(5))
})

test('a quote that differs anywhere has another digest', () => {
  const quote = quotePayloads.at(7)
  const others = [
    { ...quote, sequence: 3 },
    { ...quote, sequence: quote.sequence + 1 },
    { ...quote, symbol: 'RND' },
    { ...quote, note: `${quote.note}!` },
    { ...quote, prices: quote.prices.slice(1) },
    { ...quote, prices: quote.prices.map((price) => price + 1) },
  ]
  for (const other of others) expect(quotePayloads.digest(other)).not.toBe(quotePayloads.digestAt(7))
})

test('quotes take about 200 bytes and survive the way there', () => {
  const codec = createCborCodec()
  for (const index of [0, 1, 1_023]) {
    const writer = new ByteWriter()
    const quote = quotePayloads.stamped(index, 1_234_567.25)
    codec.encode(quote, writer)
    expect(Math.abs(writer.length - 200)).toBeLessThanOrEqual(10)
    expect(codec.decode(writer.view())).toEqual({ ok: true, value: quote })
    expect(quotePayloads.digest(quote)).toBe(quotePayloads.digestAt(index))
  }
})

test('a piece has a digest that covers every byte of it but the time', () => {
  const stamped = piecePayloads.stamped(5, 1_234_567.25)
  expect(stamped).toHaveLength(pieceBytes)
  expect(piecePayloads.sentAtMs(stamped)).toBe(1_234_567.25)
  expect(piecePayloads.digest(stamped)).toBe(piecePayloads.digestAt(5))
  expect(piecePayloads.digestAt(5)).not.toBe(piecePayloads.digestAt(6))
  for (const at of [8, 11, 12, 500_000, pieceBytes - 1]) {
    expect(piecePayloads.digest(stamped.with(at, stamped[at]! ^ 1))).not.toBe(piecePayloads.digestAt(5))
  }
  expect(piecePayloads.digest(stamped.subarray(1))).not.toBe(piecePayloads.digestAt(5))
})

test('pieces come out whole, whatever portions a stream comes in', () => {
  const digests: number[] = []
  const read = createPieceReader((piece) => digests.push(piecePayloads.digest(piece)))
  const three = Buffer.concat([0, 1, 2].map((index) => piecePayloads.at(index)))
  for (let at = 0, size = 1; at < three.length; at += size, size = (size * 7 + 3) % 700_001) {
    read(three.subarray(at, at + size))
  }
  expect(digests).toEqual([0, 1, 2].map((index) => piecePayloads.digestAt(index)))
  read(three)
  expect(digests).toHaveLength(6)
})
