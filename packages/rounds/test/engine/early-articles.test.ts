import { encodePeerId } from '@rondo/core'
import { describe, expect, test } from 'vitest'
import { EarlyArticles } from '../../src/engine/early-articles.js'
import { resolveRoundsLimits } from '../../src/options.js'

const [alice, bob] = [1, 2].map((fill) => encodePeerId(new Uint8Array(32).fill(fill)))
const limits = resolveRoundsLimits({ earlyBytesMax: 100, earlyBytesPerPeerMax: 60, earlyMs: 1_000 })
const of = (fill: number, length = 20): Uint8Array => new Uint8Array(length).fill(fill)

function early() {
  let nowMs = 0
  const articles = new EarlyArticles({ monotonicMs: () => nowMs }, limits)
  return {
    articles,
    pass(ms: number): void {
      nowMs += ms
    },
  }
}

describe('what overtakes its invitation', () => {
  if (alice === undefined || bob === undefined) throw new Error('there are two')

  test('is kept by room, in its order, and taken once', () => {
    const { articles } = early()
    articles.add('a', alice, of(1))
    articles.add('b', bob, of(2))
    articles.add('a', bob, of(3))
    expect(articles.take('a').map(({ from, bytes }) => [from, bytes[0]])).toEqual([
      [alice, 1],
      [bob, 3],
    ])
    expect(articles.take('a')).toEqual([])
    expect(articles.take('b')).toHaveLength(1)
  })

  test('is a copy: what was received may be written over', () => {
    const { articles } = early()
    const received = of(1)
    articles.add('a', alice, received)
    received.fill(9)
    expect(articles.take('a')[0]?.bytes).toEqual(of(1))
  })

  test('is not new when the same peer brings it again', () => {
    const { articles } = early()
    articles.add('a', alice, of(1))
    expect(articles.isNew('a', alice, of(1))).toBe(false)
    expect(articles.isNew('a', bob, of(1))).toBe(true)
    expect(articles.isNew('a', alice, of(2))).toBe(true)
    expect(articles.isNew('b', alice, of(1))).toBe(true)
  })

  test('has bounds for each peer and for all, and what is taken makes room', () => {
    const { articles } = early()
    for (let at = 0; at < 10; at += 1) articles.add(`room ${at}`, alice, of(at))
    expect(articles.take('room 2')).toHaveLength(1)
    expect(articles.take('room 3')).toHaveLength(0)
    for (let at = 0; at < 10; at += 1) articles.add(`other ${at}`, bob, of(at))
    articles.add('more', alice, of(7))
    // 40 bytes of alice, and 60 of bob: that is all there may be.
    expect(articles.take('more')).toHaveLength(0)
    expect(articles.take('room 0')).toHaveLength(1)
    articles.add('more', alice, of(7))
    expect(articles.take('more')).toHaveLength(1)
  })

  test('is dropped when it has waited for too long, and makes room as well', () => {
    const { articles, pass } = early()
    for (let at = 0; at < 3; at += 1) articles.add('old', alice, of(at))
    pass(1_001)
    articles.add('new', alice, of(9))
    expect(articles.take('old')).toEqual([])
    expect(articles.take('new')).toHaveLength(1)
  })

  test('is gone when the node stops', () => {
    const { articles } = early()
    articles.add('a', alice, of(1, 60))
    articles.clear()
    expect(articles.take('a')).toEqual([])
    articles.add('a', alice, of(2, 60))
    expect(articles.take('a')).toHaveLength(1)
  })
})
