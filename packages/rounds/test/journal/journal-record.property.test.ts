import { createMemoryStore } from '@rondo/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  decodeArticle,
  decodeMarker,
  decodeRoom,
  encodeArticle,
  encodeMarker,
  encodeRoom,
} from '../../src/journal/journal-record.js'
import { articleOf, headOf, idOf, journalOn, own, recordsOf } from './journal-setting.ts'

const numRuns = process.env['RONDO_TIER'] === 'full' ? 5_000 : 300
const time = fc.nat({ max: 2 ** 48 - 1 })
const hex = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => Buffer.from(bytes).toString('hex'))

test('a record is read as it was written', () => {
  const head = fc.record({
    name: fc.string({ minLength: 1, maxLength: 64, unit: 'grapheme-ascii' }),
    version: fc.integer({ min: 1, max: 65_535 }),
    incarnation: hex(16),
    expiresMs: time,
  })
  const number = fc.nat({ max: 2 ** 32 - 1 })
  fc.assert(
    fc.property(fc.string(), head, number, fc.uint8Array(), time, (key, of, place, bytes, untilMs) => {
      expect(decodeRoom(key, encodeRoom(key, { room: '', ...of }))).toEqual(of)
      expect(decodeArticle(key, encodeArticle(key, { number: place, bytes }))).toEqual({ number: place, bytes })
      expect(decodeMarker(key, encodeMarker(key, untilMs))).toBe(untilMs)
    }),
    { numRuns },
  )
})

const kinds = [
  { encode: (key: string) => encodeRoom(key, headOf(1)), decode: decodeRoom },
  { encode: (key: string) => encodeArticle(key, { number: 3, bytes: articleOf(1).bytes }), decode: decodeArticle },
  { encode: (key: string) => encodeMarker(key, 5), decode: decodeMarker },
]

test('a record that was changed, cut or moved to another key is not read, and nothing throws', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...kinds),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      ({ encode, decode }, at, change) => {
        const value = encode('key')
        const place = at % value.length
        expect(
          decode(
            'key',
            value.map((byte, index) => (index === place ? byte ^ change : byte)),
          ),
        ).toBeUndefined()
        expect(decode('key', value.subarray(0, place))).toBeUndefined()
        expect(decode('key', Uint8Array.of(...value, change))).toBeUndefined()
        expect(decode('kez', value)).toBeUndefined()
      },
    ),
    { numRuns },
  )
  fc.assert(
    fc.property(fc.constantFrom(...kinds), fc.uint8Array(), ({ decode }, value) => {
      expect(decode('key', value)).toBeUndefined()
    }),
    { numRuns },
  )
})

test('whatever lies under its keys, a journal opens, and what it finds marked is spent', async () => {
  const part = fc.oneof(
    fc.constantFrom(idOf(1), idOf(2), idOf(4), '', '..', 'A0'),
    hex(32),
    fc.string({ maxLength: 8 }),
  )
  const kind = fc.constantFrom('room', 'article', 'claimed', 'spent')
  const key = fc.tuple(kind, fc.array(part, { maxLength: 4 })).map(([of, parts]) => `${of}/${parts.join('/')}`)
  const value = fc.oneof(
    fc.uint8Array(),
    fc.constantFrom(...kinds).map(({ encode }) => encode('key')),
  )
  const secrets = fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.constantFrom(idOf(4), idOf(5)), value))
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(key, value)), secrets, time, async (records, marked, nowMs) => {
      const store = createMemoryStore({ durability: 'durable' })
      const spentKey = (secret: string, attempt: string) =>
        `spent/${idOf(1)}/${attempt}/${Buffer.from(secret).toString('hex')}`
      for (const [at, bytes] of records) await recordsOf(store).put(at, bytes)
      for (const [secret, attempt, bytes] of marked) await recordsOf(store).put(spentKey(secret, attempt), bytes)
      for (const record of [`claimed/${idOf(1)}/${idOf(2)}`, `article/${idOf(1)}/${idOf(9)}`])
        await recordsOf(store).put(record, Uint8Array.of(1))
      const { journal, reports } = journalOn(store)
      expect(await journal.load(nowMs)).toEqual([])
      expect(reports.map(({ code }) => code)).toEqual(['JOURNAL_DAMAGED'])
      journal.open(headOf(1))
      for (const [secret, attempt] of marked) expect(await journal.spend(idOf(1), attempt, secret)).toBe(false)
      const claimed = journal.keep(idOf(1), [articleOf(1)], { durable: true, claim: idOf(2) })
      await expect(claimed).rejects.toMatchObject({ code: 'ROUND_TAKEN' })
      await journal.keep(idOf(1), [articleOf(1)], own)
      await journal.forget(idOf(1), nowMs)
    }),
    { numRuns },
  )
})
