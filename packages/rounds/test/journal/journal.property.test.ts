import { createMemoryStore, type Store } from '@rondo/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Journal, KeptRoom } from '../../src/journal/journal.js'
import { articleOf, headOf, idOf, journalOn } from './journal-setting.ts'

const full = process.env['RONDO_TIER'] === 'full'
const marginMs = 400

/** What is called in one go; each call waits a few turns first, so that all of them interleave. */
type Call = { readonly room: number; readonly turns: number } & (
  | { readonly kind: 'keep'; readonly articles: readonly number[]; readonly durable: boolean }
  | { readonly kind: 'claim'; readonly article: number; readonly claim: number; readonly byClone: boolean }
  | { readonly kind: 'spend'; readonly attempt: number; readonly secret: string; readonly byClone: boolean }
  | { readonly kind: 'forget' }
  | { readonly kind: 'load' }
)

interface Group {
  /** A new life begins, so much later; with `reopen` it takes up the rooms of the one before. */
  readonly restart: { readonly laterMs: number; readonly reopen: boolean } | undefined
  readonly calls: readonly Call[]
}

const small = fc.nat(3)
const place = { room: small, turns: fc.nat(12) }
const call: fc.Arbitrary<Call> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('keep'), ...place, articles: fc.array(fc.nat(9)), durable: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('claim'),
      ...place,
      article: fc.nat(9),
      claim: small,
      byClone: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('spend'),
      ...place,
      attempt: small,
      secret: fc.constantFrom('a', 'b'),
      byClone: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('forget'), ...place }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('load'), ...place }) },
)
const restart = fc.record({ laterMs: fc.nat(500), reopen: fc.boolean() })
const group: fc.Arbitrary<Group> = fc.record({
  restart: fc.option(restart, { nil: undefined }),
  calls: fc.array(call, { maxLength: 12 }),
})

const expiresMs = (room: number): number => 300 * (room + 1)
const roomHead = (room: number, life: number) => ({ ...headOf(room, life), expiresMs: expiresMs(room) })

/** The plain reference: what must be there, what may be there, and what happened once. */
class Model {
  /** By room and article: whether a call that forgets the room left that open. */
  readonly articles = new Map<number, Map<number, 'there' | 'either'>>()
  /** By room. */
  readonly once = new Map<number, Set<string>>()

  note(room: number, article: number): void {
    const kept = this.articles.get(room) ?? new Map<number, 'there' | 'either'>()
    this.articles.set(room, kept.set(article, 'there'))
  }

  /** Whether it happens for the first time. */
  first(room: number, what: string): boolean {
    const happened = this.once.get(room) ?? new Set()
    const isFirst = !happened.has(what)
    this.once.set(room, happened.add(what))
    return isFirst
  }

  /** Compares with what a new life finds, and takes it over. */
  meet(found: readonly KeptRoom[], nowMs: number): void {
    for (let room = 0; room <= 3; room += 1) {
      if (expiresMs(room) <= nowMs) this.articles.delete(room)
      if (expiresMs(room) + marginMs <= nowMs) this.once.delete(room)
      const kept = [...(this.articles.get(room) ?? [])]
      const bytes = found.find((each) => each.room === idOf(room))?.articles ?? []
      const numbers = bytes.map((each) => Array.from({ length: 10 }, (_, n) => n).find((n) => isArticle(each, n)))
      expect(kept.map(([article]) => article)).toEqual(expect.arrayContaining(numbers))
      const must = kept.flatMap(([article, state]) => (state === 'there' ? [article] : []))
      expect(numbers).toEqual(expect.arrayContaining(must))
      this.articles.set(room, new Map(numbers.map((article) => [article ?? -1, 'there'])))
    }
  }
}

const isArticle = (bytes: Uint8Array, number: number) => Buffer.compare(bytes, articleOf(number).bytes) === 0

class Run {
  readonly model = new Model()
  readonly store: Store = createMemoryStore({ durability: 'durable' })
  readonly clone = this.begin()
  journal = this.begin()
  life = 1
  nowMs = 0
  readonly open = { journal: new Set<number>(), clone: new Set<number>() }

  begin(): Journal {
    const { journal, reports } = journalOn(this.store, { limits: { markerMarginMs: marginMs } })
    expect(reports).toEqual([])
    return journal
  }

  async restart({ laterMs, reopen }: { readonly laterMs: number; readonly reopen: boolean }): Promise<void> {
    this.journal = this.begin()
    this.life += 1
    this.nowMs += laterMs
    this.open.journal.clear()
    const found = await this.journal.load(this.nowMs)
    this.model.meet(found, this.nowMs)
    for (let room = 0; room <= 3; room += 1)
      if (!reopen && found.some((each) => each.room === idOf(room))) this.open.journal.add(room)
  }

  async perform(group: Group): Promise<void> {
    // Nobody takes part in a room so long after its expiry, and what is remembered of it may go at any time.
    const calls = group.calls.filter(({ kind, room }) => kind === 'load' || expiresMs(room) + marginMs > this.nowMs)
    for (const { kind, room } of calls) if (kind !== 'load') this.ensure('journal', room)
    for (const each of calls) if ('byClone' in each && each.byClone) this.ensure('clone', each.room)
    const forgotten = new Set(calls.flatMap(({ kind, room }) => (kind === 'forget' ? [room] : [])))
    for (const room of forgotten) this.model.articles.delete(room)
    const spent = new Map<string, boolean[]>()
    await Promise.all(calls.map((each) => this.one(each, forgotten, spent)))
    for (const [what, results] of spent) {
      const [room = '', ...rest] = what.split(' ')
      const isFirst = this.model.first(Number(room), rest.join(' '))
      expect(results.filter(Boolean)).toHaveLength(isFirst ? 1 : 0)
    }
    for (const room of forgotten) this.open.journal.delete(room)
  }

  ensure(who: 'journal' | 'clone', room: number): void {
    if (this.open[who].has(room)) return
    this[who].open(roomHead(room, this.life))
    this.open[who].add(room)
  }

  async one(each: Call, forgotten: ReadonlySet<number>, once: Map<string, boolean[]>): Promise<void> {
    for (let turn = 0; turn < each.turns; turn += 1) await Promise.resolve()
    const { room } = each
    const id = idOf(room)
    const tell = (what: string, isFirst: boolean) => {
      once.set(`${room} ${what}`, [...(once.get(`${room} ${what}`) ?? []), isFirst])
    }
    const noteKept = (articles: readonly number[]) => {
      for (const article of articles) {
        this.model.note(room, article)
        if (forgotten.has(room)) this.model.articles.get(room)?.set(article, 'either')
      }
    }
    try {
      if (each.kind === 'keep') {
        await this.journal.keep(
          id,
          each.articles.map((article) => articleOf(article)),
          { durable: each.durable },
        )
        noteKept(each.articles)
      } else if (each.kind === 'claim') {
        const articles = each.byClone ? [] : [each.article]
        const options = { durable: true, claim: idOf(each.claim) }
        const journal = each.byClone ? this.clone : this.journal
        const isFirst = await journal
          .keep(
            id,
            articles.map((article) => articleOf(article)),
            options,
          )
          .then(
            () => true,
            (error: { code?: string }) => {
              if (error.code !== 'ROUND_TAKEN') throw error
              return false
            },
          )
        tell(`claim ${each.claim}`, isFirst)
        if (isFirst) noteKept(articles)
      } else if (each.kind === 'spend') {
        const journal = each.byClone ? this.clone : this.journal
        tell(`spend ${each.attempt} ${each.secret}`, await journal.spend(id, idOf(each.attempt), each.secret))
      } else if (each.kind === 'forget') await this.journal.forget(id, this.nowMs)
      else await this.journal.load(this.nowMs)
    } catch (error) {
      // A room that was forgotten meanwhile is not open.
      if (!(error instanceof TypeError && forgotten.has(room))) throw error
    }
  }
}

test('whatever is called, and in whatever order it ends, the journal says what a plain model says', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(group, { maxLength: 8 }), async (groups) => {
      const run = new Run()
      for (const each of groups) {
        if (each.restart !== undefined) await run.restart(each.restart)
        await run.perform(each)
      }
      await run.restart({ laterMs: 0, reopen: false })
    }),
    { numRuns: full ? 5_000 : 200 },
  )
})
