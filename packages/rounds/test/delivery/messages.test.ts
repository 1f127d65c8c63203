import { ByteWriter, checkSchema, createCborCodec } from '@rondo/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { articlesPerMessageMax, heldMax, roundsProtocol, sequenceMax } from '../../src/delivery/messages.js'
import { chunksOf } from '../../src/delivery/reconcile.js'

const { articles, ask, links } = roundsProtocol.messages
const room = new Uint8Array(32).fill(7)
const body = new Uint8Array(100)
const codec = createCborCodec()

function encode(payload: unknown): Uint8Array {
  const writer = new ByteWriter()
  codec.encode(payload, writer)
  return writer.slice()
}

const isOk = (definition: typeof articles | typeof ask | typeof links, value: unknown): boolean =>
  checkSchema(definition.payload, value).ok

test.each([
  ['articles', articles, { room, articles: [body, body] }],
  ['as many articles as may be', articles, { room, articles: Array(articlesPerMessageMax).fill(body) }],
  ['an ask of who holds nothing', ask, { room, offset: 0, held: new Uint8Array(0) }],
  ['an ask of who holds the most', ask, { room, offset: 24, held: new Uint8Array(8 * heldMax) }],
  ['links of the first', links, { room, member: 0, sequence: 1, linked: new Uint8Array(1) }],
  ['links of the last', links, { room, member: 99, sequence: sequenceMax, linked: new Uint8Array(13) }],
] as const)('%s go through the codec, the schema and the cap as they are', (_, definition, payload) => {
  const encoded = encode(payload)
  expect(encoded.length).toBeLessThanOrEqual(definition.bytesMax ?? 1_048_576)
  const decoded = codec.decode(encoded)
  expect(decoded).toEqual({ ok: true, value: payload })
  expect(checkSchema(definition.payload, decoded.ok && decoded.value)).toEqual({ ok: true, value: payload })
})

const fields = {
  articles: [body],
  offset: 8,
  held: new Uint8Array(8),
  member: 1,
  sequence: 1,
  linked: new Uint8Array(2),
}

test.each([
  ['a room that is too short', articles, { room: new Uint8Array(31) }],
  ['a room that is too long', ask, { room: new Uint8Array(33) }],
  ['a room that is text', links, { room: '7'.repeat(32) }],
  ['no articles', articles, { articles: [] }],
  ['too many articles', articles, { articles: Array(articlesPerMessageMax + 1).fill(body) }],
  ['an article that is none', articles, { articles: [body, 'x'] }],
  ['articles that are no list', articles, { articles: body }],
  ['half a part', ask, { held: new Uint8Array(12) }],
  ['too many parts', ask, { held: new Uint8Array(8 * (heldMax + 1)) }],
  ['an offset between two parts', ask, { offset: 4 }],
  ['an offset beyond the hash', ask, { offset: 32 }],
  ['an offset before it', ask, { offset: -8 }],
  ['a member too high', links, { member: 100 }],
  ['a member below none', links, { member: -1 }],
  ['half a member', links, { member: 0.5 }],
  ['a sequence of nothing', links, { sequence: 0 }],
  ['a sequence beyond 48 bits', links, { sequence: sequenceMax + 1 }],
  ['a sequence of another kind', links, { sequence: 1n }],
  ['no bits', links, { linked: new Uint8Array(0) }],
  ['too many bits', links, { linked: new Uint8Array(14) }],
] as const)('%s is refused', (_, definition, wrong) => {
  expect(isOk(definition, { room, ...fields })).toBe(true)
  expect(isOk(definition, { room, ...fields, ...wrong })).toBe(false)
})

test('a field that is missing is refused', () => {
  for (const [definition, names] of [
    [articles, ['room', 'articles']],
    [ask, ['room', 'offset', 'held']],
    [links, ['room', 'member', 'sequence', 'linked']],
  ] as const) {
    for (const name of names) {
      const rest = Object.fromEntries(Object.entries({ room, ...fields }).filter(([each]) => each !== name))
      expect(isOk(definition, rest)).toBe(false)
    }
  }
})

test('anything else is refused, and nothing throws', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      for (const definition of [articles, ask, links]) expect(isOk(definition, value)).toBe(false)
    }),
  )
})

test('messages of articles, encoded, are no longer than they were to be', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 7_000 }), { maxLength: 20 }),
      fc.integer({ min: 7_100, max: 20_000 }),
      (lengths, bytesMax) => {
        for (const chunk of chunksOf(
          lengths.map((length) => ({ bytes: new Uint8Array(length) })),
          bytesMax,
        ))
          expect(encode({ room, articles: chunk }).length).toBeLessThanOrEqual(bytesMax)
      },
    ),
    { numRuns: 30 },
  )
})
