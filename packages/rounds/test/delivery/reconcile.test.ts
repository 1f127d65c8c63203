import fc from 'fast-check'
import { expect, test } from 'vitest'
import { articlesPerMessageMax, heldMax, roundsProtocol } from '../../src/delivery/messages.js'
import { chunksOf, heldOf, knowsMore, lackingIn, offsetOf } from '../../src/delivery/reconcile.js'
import { sheetOf } from './delivery-model.js'

const sheets = (count: number) => Array.from({ length: count }, (_, number) => sheetOf(number & 255, number))
const all = sheets(200)
const offsets = fc.constantFrom(0, 8, 16, 24)
const parts = fc.subarray(all)

test('the answer is what the asker lacks, in the order in which it came, and nothing else', () => {
  fc.assert(
    fc.property(parts, parts, offsets, (mine, theirs, offset) => {
      const held = heldOf(theirs, offset)
      const theirHashes = new Set(theirs.map(({ hash }) => hash))
      const myHashes = new Set(mine.map(({ hash }) => hash))
      expect(lackingIn(mine, held, offset)).toEqual(mine.filter(({ hash }) => !theirHashes.has(hash)))
      expect(knowsMore(mine, held, offset)).toBe(theirs.some(({ hash }) => !myHashes.has(hash)))
    }),
  )
})

test('what is held does not tell in which order it came', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray(all), offsets, (shuffled, offset) => {
      const plain = all.filter((sheet) => shuffled.includes(sheet))
      expect(heldOf(shuffled, offset)).toEqual(heldOf(plain, offset))
      expect(heldOf(shuffled, offset).length).toBe(8 * shuffled.length)
    }),
  )
})

test('whatever bytes somebody claims to hold, it gets no more than there is', () => {
  fc.assert(
    fc.property(parts, fc.uint8Array({ maxLength: 100 }), fc.integer(), (mine, held, offset) => {
      const lacking = lackingIn(mine, held, offset)
      expect(lacking.length).toBeLessThanOrEqual(mine.length)
      expect(typeof knowsMore(mine, held, offset)).toBe('boolean')
    }),
  )
})

test('parts that are said twice or cut short are no more than said once and nothing', () => {
  const held = heldOf(all, 0)
  expect(lackingIn(all, Uint8Array.of(...held, ...held, 1, 2, 3), 0)).toEqual([])
  expect(knowsMore(all, Uint8Array.of(...held, ...held, 1, 2, 3), 0)).toBe(false)
  expect(lackingIn(all, held.subarray(0, held.length - 1), 0).length).toBe(1)
})

test('two statements made to agree in one part are told apart by the next ask', () => {
  const shown = { hash: '11'.repeat(8) + '22'.repeat(24) }
  const hidden = { hash: '11'.repeat(8) + '33'.repeat(24) }
  const offsetsAsked = [0, 1, 2, 3, 4].map(offsetOf)
  expect(offsetsAsked).toEqual([0, 8, 16, 24, 0])
  expect(offsetsAsked.map((offset) => lackingIn([hidden], heldOf([shown], offset), offset).length)).toEqual([
    0, 1, 1, 1, 0,
  ])
})

test('of more than an ask can name, the latest are named', () => {
  const many = sheets(heldMax + 3)
  const held = heldOf(many, 0)
  expect(held.length).toBe(8 * heldMax)
  expect(lackingIn(many, held, 0)).toEqual(many.slice(0, 3))
  expect(knowsMore(many, held, 0)).toBe(false)
})

const bodies = fc.array(
  fc.integer({ min: 0, max: 3_000 }).map((length) => ({ bytes: new Uint8Array(length) })),
  { maxLength: 60 },
)

test('articles are cut into messages in their order, as few as fit', () => {
  fc.assert(
    fc.property(bodies, fc.integer({ min: 1, max: 10_000 }), (articles, bytesMax) => {
      const chunks = chunksOf(articles, bytesMax)
      expect(chunks.flat()).toEqual(articles.map(({ bytes }) => bytes))
      const costs = chunks.map((chunk) => chunk.reduce((sum, { length }) => sum + 5 + length, 64))
      for (const [at, chunk] of chunks.entries()) {
        expect(chunk.length).toBeGreaterThan(0)
        if (chunk.length > 1) expect(costs[at]).toBeLessThanOrEqual(bytesMax)
        const next = chunks[at + 1]?.[0]
        if (next !== undefined) expect((costs[at] ?? 0) + 5 + next.length).toBeGreaterThan(bytesMax)
      }
    }),
  )
})

test('no message carries more articles than its schema takes', () => {
  const chunks = chunksOf(Array(2_500).fill({ bytes: new Uint8Array(1) }), 1_000_000)
  expect(chunks.map(({ length }) => length)).toEqual([articlesPerMessageMax, articlesPerMessageMax, 452])
  expect(
    roundsProtocol.messages.articles.payload['~standard'].validate({ room: new Uint8Array(32), articles: chunks[0] }),
  ).toHaveProperty('value')
})
