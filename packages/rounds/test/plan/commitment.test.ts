import { checkSchema, createCborCodec } from '@rondo/core'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { commitment, committed, type Opening, opening, opens } from '../../src/plan/commitment.js'
import { decodeValue, encodeValue } from '../../src/plan/encode-value.js'
import { hashMod } from '../../src/plan/hash-mod.js'
import { bytes } from '../../src/plan/schemas.js'
import { alice, bob, idOf, memberOf, parts, viewOf } from './samples.js'

const under = { ...parts, phase: 'commit' }
const made = committed(under, memberOf(alice.peerId), { bid: 5n })

/** Whether `shown` opens what alice committed to, seen from a view that differs in `changes`. */
function opensFor(shown: Opening<unknown>, changes: Partial<typeof parts> = {}, from = alice.peerId): boolean {
  const said = new Map([
    ['commit', [made.commitment, made.commitment]],
    ['other', [made.commitment, made.commitment]],
  ])
  return opens(viewOf({ said, ...changes }), 'commit', from, shown)
}

describe('a commitment opens', () => {
  test('by its opening, sent and received', () => {
    const received = decodeValue(encodeValue(made.opening))
    expect(received.ok && opensFor(received.value as Opening<unknown>)).toBe(true)
    expect(opensFor(made.opening)).toBe(true)
  })

  test('for nobody else, who copied both', () => {
    expect(opensFor(made.opening, {}, bob.peerId)).toBe(false)
  })

  test.each([
    ['in another round', { round: idOf('c') }],
    ['in another attempt', { attempt: idOf('c') }],
    ['in a round and an attempt that changed places', { round: parts.attempt, attempt: parts.round }],
  ])('not %s', (_, changes) => {
    expect(opensFor(made.opening, changes)).toBe(false)
  })

  test('not in another phase of commitments', () => {
    const said = new Map([['other', [made.commitment, made.commitment]]])
    expect(opens(viewOf({ said }), 'other', alice.peerId, made.opening)).toBe(false)
  })

  test('not by another salt, or by another value', () => {
    expect(opensFor({ ...made.opening, salt: new Uint8Array(32).fill(8) })).toBe(false)
    expect(opensFor({ ...made.opening, value: { bid: 6n } })).toBe(false)
    expect(opensFor({ ...made.opening, value: { bid: 5 } })).toBe(false)
    expect(opensFor({ ...made.opening, value: made.opening })).toBe(false)
  })

  test('not where something shorter was said', () => {
    const said = new Map([['commit', [made.commitment.subarray(0, 31), made.commitment]]])
    expect(opens(viewOf({ said }), 'commit', alice.peerId, made.opening)).toBe(false)
  })

  test('in a phase of commitments only', () => {
    const said = new Map([['commit', ['text', 'text']]])
    expect(() => opens(viewOf({ said }), 'commit', alice.peerId, made.opening)).toThrow(/no phase of commitments/)
  })
})

describe('a commitment', () => {
  test('tells nothing: equal values give different ones', () => {
    const [one, two] = [1, 2].map((salt) => committed(under, memberOf(alice.peerId, salt), 'heads').commitment)
    expect(one).not.toEqual(two)
    expect(committed(under, memberOf(bob.peerId), { bid: 5n }).commitment).not.toEqual(made.commitment)
  })

  test('asks for a salt of 32 bytes, and keeps it in the opening', () => {
    expect(made.opening).toEqual({ salt: new Uint8Array(32).fill(7), value: { bid: 5n } })
    expect(checkSchema(commitment, made.commitment).ok).toBe(true)
  })

  test('is to something that can be sent', () => {
    expect(() => committed(under, memberOf(alice.peerId), undefined)).toThrow(TypeError)
    expect(() => committed(under, memberOf(alice.peerId), new Date(0))).toThrow(/CODEC_VALUE_UNSUPPORTED/)
  })

  test('may be to whatever a contribution can carry: as deep, as long', () => {
    const nested = (depth: number): unknown => (depth === 0 ? 0 : [nested(depth - 1)])
    for (const value of [nested(30), new Array(65_532).fill(0)]) {
      const large = committed(under, memberOf(alice.peerId), value)
      const sent = createCborCodec().decode(encodeValue([new Uint8Array(32), large.opening]))
      expect(sent.ok).toBe(true)
      const said = new Map([['commit', [large.commitment, large.commitment]]])
      expect(opens(viewOf({ said }), 'commit', alice.peerId, large.opening)).toBe(true)
    }
  })
})

describe('an opening', () => {
  const schema = opening(bytes(2))
  const salt = new Uint8Array(32)
  const value = new Uint8Array(2)

  test('is a salt and a value, and comes out as it went in', () => {
    const shown = { salt, value }
    expect(checkSchema(schema, shown)).toEqual({ ok: true, value: shown })
    const transforming = opening(v.pipe(v.string(), v.transform(Number)))
    expect(checkSchema(transforming, { salt, value: '5' })).toEqual({ ok: true, value: { salt, value: '5' } })
  })

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['bytes', salt],
    ['a list', [salt, value]],
    ['no salt', { value }],
    ['no value', { salt }],
    ['a salt that is text', { salt: 'salt', value }],
    ['a salt of 31 bytes', { salt: salt.subarray(1), value }],
    ['a salt of 33 bytes', { salt: new Uint8Array(33), value }],
    ['another value', { salt, value: new Uint8Array(3) }],
    ['something beside the two', { salt, value, more: 1 }],
  ])('is not %s', (_, shown) => {
    expect(checkSchema(schema, shown).ok).toBe(false)
  })

  test('says what is wrong with the value in it', () => {
    const path = 'value'
    const issue = { path, message: 'expected 2 bytes' }
    const refused = { ok: false, code: 'SCHEMA_REFUSED', issues: [issue] }
    expect(checkSchema(schema, { salt, value: new Uint8Array(3) })).toEqual(refused)
  })

  test('leaves the last to open no room for what would make the result his', () => {
    const honest = { salt, value }
    const tried = Array.from({ length: 64 }, (_, more) => ({ ...made.opening, more }))
    expect(new Set(tried.map((mine) => hashMod([honest, mine], 6))).size).toBe(6)
    expect(tried.filter((mine) => checkSchema(opening(v.any()), mine).ok)).toEqual([])
  })
})
