import { createSeededRandom } from '@rondo/testkit/memory'
import { type CrashableStore, createCrashableStore, type StoreFault } from '@rondo/testkit/store'
import { describe, expect, test } from 'vitest'
import type { Journal } from '../../src/journal/journal.js'
import { articleOf, headOf, idOf, journalOn, ofOthers, own } from './journal-setting.ts'

const seeds = process.env['RONDO_TIER'] === 'full' ? 20 : 1
const rooms = [1, 2, 3]
const steps = 6
const parent = idOf(90)
const attempt = idOf(91)

/** What was asked for, and what of it was acknowledged. */
class Heard {
  readonly asked = new Map<string, Uint8Array>()
  readonly kept = new Map<string, Uint8Array>()
  readonly claimed = new Set<number>()
  readonly spent = new Set<string>()
  readonly unsure = new Set<string>()

  async keep(journal: Journal, room: number, number: number, options: { durable: boolean; claim?: string }) {
    const article = articleOf(number)
    const name = `${room}/${number}`
    this.asked.set(name, article.bytes)
    await journal.keep(idOf(room), [article], options)
    if (options.durable) this.kept.set(name, article.bytes)
    if (options.claim !== undefined) this.claimed.add(room)
  }

  async spend(journal: Journal, room: number, secret: string) {
    this.unsure.add(`${room}/${secret}`)
    const isFirst = await journal.spend(idOf(room), attempt, secret)
    this.unsure.delete(`${room}/${secret}`)
    expect(isFirst).toBe(true)
    this.spent.add(`${room}/${secret}`)
  }

  async forget(journal: Journal, room: number) {
    for (const name of [...this.kept.keys()]) if (name.startsWith(`${room}/`)) this.kept.delete(name)
    await journal.forget(idOf(room), 0)
  }
}

/** Three rounds, each a little ahead of the next, the first of them forgotten at the end; whatever fails, the rest goes on. */
async function play(journal: Journal, heard: Heard): Promise<void> {
  for (const room of rooms) journal.open(headOf(room))
  for (let step = 0; step < steps; step += 1) {
    const calls = rooms.flatMap((room) => {
      const own0 = { durable: true, ...(step === 1 ? { claim: parent } : {}) }
      return [
        () => heard.keep(journal, room, 10 * step, ofOthers),
        () => heard.keep(journal, room, 10 * step + 1, own0),
        () => heard.keep(journal, room, 10 * step, step === 3 ? own : ofOthers),
        () => heard.spend(journal, room, `s${step}`),
      ]
    })
    // Some of them meet in one write, and some have one to themselves.
    await Promise.allSettled(calls.slice(0, 5).map((call) => call()))
    for (const call of calls.slice(5)) await call().catch(() => {})
  }
  await heard.forget(journal, 1).catch(() => {})
}

/** A next life on the same place, which has crashed. */
async function check(place: CrashableStore, heard: Heard): Promise<void> {
  const store = await place.open()
  const { journal, reports } = journalOn(store)
  const found = new Map<string, Uint8Array>()
  for (const { room, articles, ...head } of await journal.load(0)) {
    const { room: _, ...expected } = headOf(Number.parseInt(room, 16))
    expect(head).toEqual(expected)
    for (const bytes of articles) found.set(`${Number.parseInt(room, 16)}/${bytes[0]}`, bytes)
  }
  expect(reports).toEqual([])
  for (const [name, bytes] of found) expect(bytes).toEqual(heard.asked.get(name))
  for (const [name, bytes] of heard.kept) expect(found.get(name), name).toEqual(bytes)
  for (const room of rooms) journal.open(headOf(room, 2))
  for (const room of heard.claimed) {
    const again = journal.keep(idOf(room), [articleOf(99)], { durable: true, claim: parent })
    await expect(again).rejects.toMatchObject({ code: 'ROUND_TAKEN' })
  }
  const spend = (name: string) => {
    const [room, secret = ''] = name.split('/')
    return journal.spend(idOf(Number(room)), attempt, secret)
  }
  for (const name of heard.spent) expect(await spend(name), name).toBe(false)
  // Those that nobody heard of may be either, once.
  for (const name of heard.unsure) {
    await spend(name)
    heard.spent.add(name)
  }
  heard.unsure.clear()
  expect(await journal.load(0)).toEqual([])
  await store.close()
}

/** How many writes it takes where nothing fails. */
async function countWrites(): Promise<number> {
  const place = createCrashableStore()
  const store = await place.open()
  const before = place.writes
  await play(journalOn(store).journal, new Heard())
  await store.close()
  return place.writes - before
}

describe.each<StoreFault>(['crash-before', 'crash-after', 'full'])('at every write: %s', (fault) => {
  test('what was acknowledged is there in every later life, and what was spent stays spent', async () => {
    const writes = await countWrites()
    expect(writes).toBeGreaterThan(40)
    for (let seed = 1; seed <= seeds; seed += 1) {
      for (let write = 1; write <= writes; write += 1) {
        const place = createCrashableStore({ random: createSeededRandom(seed) })
        const store = await place.open()
        place.failAt(write, fault)
        const heard = new Heard()
        await play(journalOn(store).journal, heard)
        for (let life = 2; life <= 3; life += 1) {
          place.crash()
          await check(place, heard)
        }
      }
    }
  })
})
