import { createMemoryBackend, createMemoryStore, createStore } from '@rondo/core'
import { createCrashableStore } from '@rondo/testkit/store'
import { describe, expect, test } from 'vitest'
import {
  articleOf,
  expiryMs,
  headOf,
  idOf,
  journalOn,
  keysOf,
  neighbour,
  ofOthers,
  own,
  recordsOf,
} from './journal-setting.ts'

const dayMs = 86_400_000
const [room, other, parent, attempt] = [idOf(1), idOf(2), idOf(3), idOf(4)]
const bytesOf = (numbers: readonly number[]) => numbers.map((number) => articleOf(number).bytes)

describe('what was kept', () => {
  test('is there in the next life, in the order of keeping, and only for rooms that have not expired', async () => {
    const store = createMemoryStore({ durability: 'durable' })
    const { journal } = journalOn(store)
    journal.open(headOf(1))
    journal.open({ ...headOf(2), expiresMs: 10 })
    await journal.keep(room, [articleOf(9), articleOf(5)], ofOthers)
    await journal.keep(room, [articleOf(7)], own)
    await journal.keep(other, [articleOf(6)], own)
    const { journal: next, reports } = journalOn(store)
    expect(await next.load(10)).toEqual([{ ...headOf(1), articles: bytesOf([9, 5, 7]) }])
    expect(await keysOf(store)).toEqual([...[5, 7, 9].map((hash) => `article/${room}/${idOf(hash)}`), `room/${room}`])
    expect(reports).toEqual([])
  })

  test('begins with the first article: a room in which nothing was said leaves nothing', async () => {
    const store = createMemoryStore({ durability: 'durable' })
    const { journal } = journalOn(store)
    journal.open(headOf(1))
    await journal.keep(room, [], own)
    expect(await keysOf(store)).toEqual([])
  })

  test('is not what this life has open, whenever it asks', async () => {
    const store = createMemoryStore({ durability: 'durable' })
    const { journal } = journalOn(store)
    journal.open(headOf(1))
    await journal.keep(room, [articleOf(9)], own)
    expect(await journal.load(0)).toEqual([])
    const { journal: next } = journalOn(store)
    const loading = next.load(expiryMs + 1)
    next.open(headOf(1, 2))
    await next.keep(room, [articleOf(8)], own)
    expect(await loading).toEqual([])
    expect(await journalOn(store).journal.load(0)).toEqual([{ ...headOf(1, 2), articles: bytesOf([8, 9]) }])
  })

  test('may be added to by a life that watches it', async () => {
    const store = createMemoryStore({ durability: 'durable' })
    const first = journalOn(store).journal
    first.open(headOf(1))
    await first.keep(room, [articleOf(9)], own)
    const second = journalOn(store).journal
    await second.load(0)
    await second.keep(room, [articleOf(2), articleOf(9)], ofOthers)
    const found = [{ ...headOf(1), articles: bytesOf([9, 2]) }]
    expect(await second.load(0)).toEqual(found)
    expect(await journalOn(store).journal.load(0)).toEqual(found)
  })

  test('is written once, however often it is said', async () => {
    const place = createCrashableStore()
    const store = await place.open()
    const { journal } = journalOn(store)
    journal.open(headOf(1))
    await Promise.all([1, 2, 3].map(() => journal.keep(room, [articleOf(9), articleOf(9)], own)))
    const before = place.writes
    await journal.keep(room, [articleOf(9)], own)
    await journal.keep(room, [articleOf(9)], ofOthers)
    expect(place.writes).toBe(before)
    await store.close()
  })

  test('survives a crash with its room where it is durable, though the room was not', async () => {
    const place = createCrashableStore()
    const { journal } = journalOn(await place.open())
    journal.open(headOf(1))
    await journal.keep(room, [articleOf(9)], ofOthers)
    await journal.keep(room, [articleOf(5)], own)
    place.crash()
    const store = await place.open()
    expect(await journalOn(store).journal.load(0)).toEqual([{ ...headOf(1), articles: bytesOf([5]) }])
    await store.close()
  })

  test('is made durable where it was not', async () => {
    const place = createCrashableStore()
    const { journal } = journalOn(await place.open())
    journal.open(headOf(1))
    await journal.keep(room, [articleOf(9)], ofOthers)
    await journal.keep(room, [articleOf(9)], own)
    place.crash()
    const store = await place.open()
    expect(await journalOn(store).journal.load(0)).toEqual([{ ...headOf(1), articles: bytesOf([9]) }])
    await store.close()
  })

  test('can be written again after a write that failed', async () => {
    const place = createCrashableStore()
    const store = await place.open()
    const { journal } = journalOn(store)
    journal.open(headOf(1))
    place.failAt(1, 'full')
    const failed = journal.keep(room, [articleOf(9)], own)
    await expect(failed).rejects.toMatchObject({ code: 'STORE_QUOTA' })
    await journal.keep(room, [articleOf(9)], own)
    expect(await journalOn(store).journal.load(0)).toEqual([{ ...headOf(1), articles: bytesOf([9]) }])
    await store.close()
  })

  test('waits for the disk together: a hundred rooms, two writes', async () => {
    const place = createCrashableStore()
    const store = await place.open()
    const { journal } = journalOn(store)
    const numbers = Array.from({ length: 100 }, (_, index) => index)
    for (const number of numbers) journal.open(headOf(number))
    const before = place.writes
    await Promise.all(numbers.map((number) => journal.keep(idOf(number), [articleOf(number)], own)))
    expect(place.writes - before).toBeLessThanOrEqual(2)
    await store.close()
  })
})

describe('a room that is forgotten', () => {
  test('takes with it what is still being written', async () => {
    const memory = createMemoryBackend('durable')
    let letGo = (): void => {}
    const gate = new Promise<void>((resolve) => {
      letGo = resolve
    })
    const store = createStore({
      ...memory,
      async write(changes, durable) {
        await gate
        await memory.write(changes, durable)
      },
    })
    const { journal } = journalOn(store)
    journal.open(headOf(1))
    const kept = Promise.all([
      journal.keep(room, [articleOf(9)], own),
      journal.keep(room, [articleOf(5)], { durable: true, claim: parent }),
    ])
    const forgotten = journal.forget(room, 0)
    // Long enough for one that does not wait to have looked.
    for (let turn = 0; turn < 50; turn += 1) await Promise.resolve()
    letGo()
    await Promise.all([kept, forgotten])
    expect(await keysOf(store)).toEqual([`claimed/${room}/${parent}`])
  })

  test('is not brought back by a load that had seen it', async () => {
    const store = createMemoryStore({ durability: 'durable' })
    const { journal } = journalOn(store)
    journal.open(headOf(1))
    await journal.keep(room, [articleOf(9)], own)
    for (let turns = 0; turns < 12; turns += 1) {
      const { journal: next } = journalOn(store)
      await next.load(0)
      const loading = next.load(0)
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve()
      await Promise.all([loading, next.forget(room, 0)])
      await expect(next.keep(room, [articleOf(8)], own)).rejects.toThrow(TypeError)
      expect(await keysOf(store)).toEqual([])
      next.open(headOf(1))
      await next.keep(room, [articleOf(9)], own)
    }
  })
})

describe('a secret', () => {
  test('is spent once, in this life and in every other', async () => {
    const store = createMemoryStore({ durability: 'durable' })
    const { journal } = journalOn(store)
    journal.open(headOf(1))
    const spent = await Promise.all([1, 2, 3].map(() => journal.spend(room, attempt, 'nonce')))
    expect(spent).toEqual([true, false, false])
    const { journal: next } = journalOn(store)
    next.open(headOf(1, 2))
    expect(await next.spend(room, attempt, 'nonce')).toBe(false)
    expect(await next.spend(room, attempt, 'other')).toBe(true)
    expect(await next.spend(room, idOf(5), 'nonce')).toBe(true)
  })

  test('stays spent when its room is forgotten, until a margin after the expiry', async () => {
    const store = createMemoryStore({ durability: 'durable' })
    const { journal } = journalOn(store)
    journal.open(headOf(1))
    await journal.keep(room, [articleOf(9)], { durable: true, claim: parent })
    await journal.spend(room, attempt, 'nonce')
    await journal.forget(room, 0)
    const markers = [`claimed/${room}/${parent}`, `spent/${room}/${attempt}/${Buffer.from('nonce').toString('hex')}`]
    expect(await keysOf(store)).toEqual(markers)
    journal.open(headOf(1))
    expect(await journal.spend(room, attempt, 'nonce')).toBe(false)
    await journal.forget(room, expiryMs + dayMs - 1)
    expect(await keysOf(store)).toEqual(markers)
    await journal.forget(room, expiryMs + 3 * dayMs)
    expect(await keysOf(store)).toEqual([])
  })

  test('stays spent when its room has expired and a next life has cleared it away', async () => {
    const store = createMemoryStore({ durability: 'durable' })
    const { journal } = journalOn(store)
    journal.open(headOf(1))
    await journal.keep(room, [articleOf(9)], own)
    await journal.spend(room, attempt, 'nonce')
    const { journal: next } = journalOn(store)
    expect(await next.load(expiryMs)).toEqual([])
    expect(await keysOf(store)).toHaveLength(1)
    // It is not swept from under a room that is open.
    next.open(headOf(1))
    await next.load(expiryMs + dayMs)
    expect(await next.spend(room, attempt, 'nonce')).toBe(false)
    await journalOn(store).journal.load(expiryMs + dayMs)
    expect(await keysOf(store)).toEqual([])
  })

  test('is durable before anybody may use it', async () => {
    const place = createCrashableStore()
    const { journal } = journalOn(await place.open())
    journal.open(headOf(1))
    expect(await journal.spend(room, attempt, 'nonce')).toBe(true)
    place.crash()
    const store = await place.open()
    const { journal: next } = journalOn(store)
    next.open(headOf(1))
    expect(await next.spend(room, attempt, 'nonce')).toBe(false)
    await store.close()
  })

  test('is not handed out by a store that fails', async () => {
    const place = createCrashableStore()
    const store = await place.open()
    const { journal } = journalOn(store)
    journal.open(headOf(1))
    place.failAt(1, 'full')
    await expect(journal.spend(room, attempt, 'nonce')).rejects.toMatchObject({ code: 'STORE_QUOTA' })
    await store.close()
  })
})

describe('a claim', () => {
  test('is made once: a second process is refused, and nothing of it is kept', async () => {
    const store = createMemoryStore({ durability: 'durable' })
    const [{ journal }, { journal: clone }] = [journalOn(store), journalOn(store)]
    for (const each of [journal, clone]) each.open(headOf(1))
    await journal.keep(room, [articleOf(9)], { durable: true, claim: parent })
    const refused = clone.keep(room, [articleOf(8)], { durable: true, claim: parent })
    await expect(refused).rejects.toMatchObject({ code: 'ROUND_TAKEN' })
    expect(await journalOn(store).journal.load(0)).toEqual([{ ...headOf(1), articles: bytesOf([9]) }])
    await clone.keep(room, [articleOf(8)], { durable: true, claim: attempt })
  })

  test('goes to one of two that write at once', async () => {
    const store = createMemoryStore({ durability: 'durable' })
    const journals = [1, 2].map(() => journalOn(store).journal)
    const kept = journals.map((journal, index) => {
      journal.open(headOf(1, index))
      return journal.keep(room, [articleOf(index)], { durable: true, claim: parent })
    })
    const statuses = (await Promise.allSettled(kept)).map(({ status }) => status)
    expect(statuses).toEqual(['fulfilled', 'rejected'])
  })
})

describe('where nothing lasts', () => {
  test('without a store nothing is kept, and this process still spends and claims once', async () => {
    const { journal } = journalOn(undefined)
    expect(journal.isDurable).toBe(false)
    journal.open(headOf(1))
    await journal.keep(room, [articleOf(9)], { durable: true, claim: parent })
    const again = journal.keep(room, [articleOf(9)], { durable: true, claim: parent })
    await expect(again).rejects.toMatchObject({ code: 'ROUND_TAKEN' })
    expect([await journal.spend(room, attempt, 'a'), await journal.spend(room, attempt, 'a')]).toEqual([true, false])
    expect(await journal.load(0)).toEqual([])
    await journal.forget(room, expiryMs)
    await expect(journal.spend(room, attempt, 'a')).rejects.toThrow(TypeError)
    journal.open(headOf(1))
    expect(await journal.spend(room, attempt, 'a')).toBe(false)
  })

  test('a volatile store is asked for nothing durable, and keeps what it can', async () => {
    const store = createMemoryStore()
    const { journal } = journalOn(store)
    expect(journal.isDurable).toBe(false)
    journal.open(headOf(1))
    await journal.keep(room, [articleOf(9)], { durable: true, claim: parent })
    expect(await journal.spend(room, attempt, 'a')).toBe(true)
    const { journal: next } = journalOn(store)
    expect(await next.load(0)).toEqual([{ ...headOf(1), articles: bytesOf([9]) }])
    expect(await next.spend(room, attempt, 'a')).toBe(false)
  })
})

describe('a store that is shared', () => {
  test('gives each node a journal of its own', async () => {
    const store = createMemoryStore({ durability: 'durable' })
    const [{ journal }, { journal: theirs }] = [journalOn(store), journalOn(store, { owner: neighbour })]
    for (const each of [journal, theirs]) each.open(headOf(1))
    await journal.keep(room, [articleOf(9)], { durable: true, claim: parent })
    await theirs.keep(room, [articleOf(8)], { durable: true, claim: parent })
    expect([await journal.spend(room, attempt, 'a'), await theirs.spend(room, attempt, 'a')]).toEqual([true, true])
    expect(await journalOn(store).journal.load(0)).toEqual([{ ...headOf(1), articles: bytesOf([9]) }])
    await theirs.forget(room, 0)
    expect(await journalOn(store).journal.load(0)).toHaveLength(1)
  })
})

describe('what is too much', () => {
  test('is refused of others, and never of this member', async () => {
    for (const limits of [{ roomArticlesMax: 2 }, { roomBytesMax: 90 }, { bytesMax: 90 }]) {
      const { journal } = journalOn(createMemoryStore(), { limits })
      journal.open(headOf(1))
      await journal.keep(room, [articleOf(0), articleOf(1)], ofOthers)
      const refused = journal.keep(room, [articleOf(2)], ofOthers)
      await expect(refused).rejects.toMatchObject({ code: 'JOURNAL_FULL', retryable: true })
      await journal.keep(room, [articleOf(1)], ofOthers)
      await journal.keep(room, [articleOf(2)], own)
    }
  })

  test('makes room when a room is forgotten', async () => {
    const { journal } = journalOn(createMemoryStore(), { limits: { bytesMax: 50, roomsMax: 2 } })
    journal.open(headOf(1))
    journal.open(headOf(2))
    expect(() => journal.open(headOf(3))).toThrow(expect.objectContaining({ code: 'JOURNAL_FULL' }))
    await journal.keep(room, [articleOf(0)], ofOthers)
    await expect(journal.keep(other, [articleOf(1)], ofOthers)).rejects.toMatchObject({ code: 'JOURNAL_FULL' })
    await journal.forget(room, 0)
    await journal.keep(other, [articleOf(1)], ofOthers)
    journal.open(headOf(3))
  })

  test('does not count what could not be written', async () => {
    const place = createCrashableStore()
    const store = await place.open()
    const { journal } = journalOn(store, { limits: { bytesMax: 50 } })
    journal.open(headOf(1))
    place.failAt(1, 'full')
    await expect(journal.keep(room, [articleOf(0)], ofOthers)).rejects.toMatchObject({ code: 'STORE_QUOTA' })
    await journal.keep(room, [articleOf(1)], ofOthers)
    await store.close()
  })

  test('is refused of anybody where it is one article', async () => {
    const { journal } = journalOn(createMemoryStore(), { limits: { articleBytesMax: 10 } })
    journal.open(headOf(1))
    await journal.keep(room, [articleOf(1, 10)], own)
    await expect(journal.keep(room, [articleOf(2, 11)], own)).rejects.toMatchObject({ code: 'JOURNAL_FULL' })
  })

  test('of former lives is left where it is, and reported', async () => {
    const store = createMemoryStore({ durability: 'durable' })
    const { journal } = journalOn(store)
    for (const number of [1, 2]) {
      journal.open(headOf(number))
      await journal.keep(idOf(number), [articleOf(10 * number), articleOf(10 * number + 1)], own)
    }
    const before = await keysOf(store)
    const fewRooms = journalOn(store, { limits: { roomsMax: 1 } })
    expect(await fewRooms.journal.load(0)).toEqual([{ ...headOf(1), articles: bytesOf([10, 11]) }])
    expect(fewRooms.reports).toEqual([{ code: 'JOURNAL_FULL', details: { rooms: 1, articles: 0 } }])
    const fewArticles = journalOn(store, { limits: { roomArticlesMax: 1 } })
    expect((await fewArticles.journal.load(0)).map(({ articles }) => articles)).toEqual([bytesOf([10]), bytesOf([20])])
    expect(fewArticles.reports).toEqual([{ code: 'JOURNAL_FULL', details: { rooms: 0, articles: 2 } }])
    expect(await keysOf(store)).toEqual(before)
  })
})

describe('damage', () => {
  test('is reported; what it touched is deleted, and a marker that cannot be read stays spent for good', async () => {
    const store = createMemoryStore({ durability: 'durable' })
    const { journal } = journalOn(store)
    for (const number of [1, 2]) {
      journal.open(headOf(number))
      await journal.keep(idOf(number), [articleOf(10 * number), articleOf(10 * number + 1)], own)
    }
    await journal.spend(room, attempt, 'nonce')
    const records = recordsOf(store)
    const spentKey = `spent/${room}/${attempt}/${Buffer.from('nonce').toString('hex')}`
    for (const key of [`room/${other}`, `article/${room}/${idOf(10)}`, spentKey]) {
      const value = (await records.get(key)) ?? new Uint8Array()
      await records.put(
        key,
        value.map((byte, index) => (index === value.length - 1 ? byte ^ 1 : byte)),
      )
    }
    await records.put('room/nobody', new Uint8Array([1]))
    const next = journalOn(store)
    expect(await next.journal.load(0)).toEqual([{ ...headOf(1), articles: bytesOf([11]) }])
    expect(next.reports).toEqual([{ code: 'JOURNAL_DAMAGED', details: { rooms: 2, articles: 1, markers: 1 } }])
    expect(await keysOf(store)).toEqual([`article/${room}/${idOf(11)}`, `room/${room}`, spentKey])
    const late = journalOn(store)
    expect(await late.journal.load(expiryMs + 100 * dayMs)).toEqual([])
    late.journal.open(headOf(1))
    expect(await late.journal.spend(room, attempt, 'nonce')).toBe(false)
  })
})

test('what no program should ask is a TypeError', async () => {
  const { journal } = journalOn(createMemoryStore())
  journal.open(headOf(1))
  for (const wrong of [
    { room: 'x' },
    { incarnation: '' },
    { name: '' },
    { version: 0 },
    { version: 65_536 },
    { expiresMs: -1 },
    { expiresMs: 1.5 },
    { expiresMs: Number.POSITIVE_INFINITY },
  ]) {
    expect(() => journal.open({ ...headOf(2), ...wrong })).toThrow(TypeError)
  }
  expect(() => journal.open(headOf(1))).toThrow(TypeError)
  await expect(journal.keep(other, [articleOf(1)], own)).rejects.toThrow(TypeError)
  await expect(journal.keep(room, [{ hash: '../x', bytes: new Uint8Array(1) }], own)).rejects.toThrow(TypeError)
  await expect(journal.keep(room, [], { durable: true, claim: 'A0' })).rejects.toThrow(TypeError)
  await expect(journal.spend(other, attempt, 'a')).rejects.toThrow(TypeError)
  await expect(journal.spend(room, 'attempt', 'a')).rejects.toThrow(TypeError)
  for (const secret of ['', 'a'.repeat(129)])
    await expect(journal.spend(room, attempt, secret)).rejects.toThrow(TypeError)
  await expect(journal.load(Number.NaN)).rejects.toThrow(TypeError)
  await expect(journal.forget(room, Number.NaN)).rejects.toThrow(TypeError)
  await expect(journal.forget('/', 0)).rejects.toThrow(TypeError)
  expect(() => journalOn(undefined, { limits: { roomsMax: 0 } })).toThrow(TypeError)
  // @ts-expect-error: plain JavaScript may pass anything
  expect(() => journalOn(undefined, { limits: { rooms: 1 } })).toThrow(TypeError)
})
