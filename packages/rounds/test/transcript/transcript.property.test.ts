import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeTranscript, encodeTranscript } from '../../src/transcript/transcript.js'
import { begin, gather, play } from './players.js'

const isFull = process.env['RONDO_TIER'] === 'full'
const { articles } = await play(await begin(await gather({ players: 3 })))
const bytes = encodeTranscript(articles)

test('a set of articles has one transcript, in whatever order and however often each is given', () => {
  const some = fc.uniqueArray(fc.nat(articles.length - 1), { minLength: 1 })
  fc.assert(
    fc.property(some, fc.infiniteStream(fc.nat()), (chosen, random) => {
      const given = chosen.flatMap((at) => articles[at] ?? [])
      const again = given.filter(() => Number(random.next().value) % 2 === 0)
      const shuffled = [...given, ...again].map((article) => ({ article, at: Number(random.next().value) }))
      shuffled.sort((a, b) => a.at - b.at)
      const transcript = encodeTranscript(shuffled.map(({ article }) => article))
      expect(Buffer.compare(transcript, encodeTranscript(given))).toBe(0)
      const read = decodeTranscript(transcript)
      expect(read.ok && read.articles.length).toBe(given.length)
    }),
    { numRuns: isFull ? 2_000 : 100 },
  )
})

test('nothing can be cut off or added', () => {
  for (let length = 0; length < bytes.length; length += isFull ? 1 : 13)
    expect(decodeTranscript(bytes.subarray(0, length)).ok, `${length} bytes`).toBe(false)
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 500 }), (more) => {
      expect(decodeTranscript(Uint8Array.from([...bytes, ...more])).ok).toBe(false)
    }),
  )
})

test('what is read is written again as it was, whatever was bent', () => {
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, difference) => {
      const bent = bytes.slice()
      bent[at]! ^= difference
      const read = decodeTranscript(bent)
      if (read.ok)
        expect(Buffer.compare(encodeTranscript(read.articles.map((each) => ({ bytes: each }))), bent)).toBe(0)
    }),
    { numRuns: isFull ? 20_000 : 1_000 },
  )
})

test('random bytes never throw', () => {
  const tag = bytes.subarray(0, 24)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2_000 }), (random) => {
      expect(decodeTranscript(random).ok).toBe(false)
      expect(decodeTranscript(Uint8Array.from([...tag, ...random])).ok).toBe(false)
      expect(decodeTranscript(Uint8Array.from([...tag, 0, 0, 0, 1, ...random])).ok).toBe(false)
    }),
    { numRuns: isFull ? 10_000 : 500 },
  )
})
