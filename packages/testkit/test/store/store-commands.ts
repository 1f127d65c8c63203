import { type OpenStore, RondoError } from '@rondo/core'
import fc from 'fast-check'
import { expect } from 'vitest'

// What can be done to a store, next to what a plain map makes of it.

/** Values as text of their numbers. */
export interface Model {
  readonly seen: Map<string, string>
  /** What was written durably, and so outlives a crash. */
  readonly settled: Map<string, string>
}

export interface Real {
  store: OpenStore
  reopen(): Promise<OpenStore>
  /** Where there is none, a crash is a clean restart that keeps everything. */
  crash?(): void
}

type Command = fc.AsyncCommand<Model, Real>
type Write = { readonly key: string; readonly value: Uint8Array | undefined }

const key = fc.constantFrom('a', 'a/', 'a/b', 'b', '\uffff', '\u{1f511}')
const value = fc.uint8Array({ maxLength: 2, max: 2 })
const write = fc.record({ key, value: fc.option(value, { nil: undefined }) })

const batch = fc
  .record({
    writes: fc.array(write, { maxLength: 4 }),
    expect: fc.array(write, { maxLength: 2 }),
    durable: fc.boolean(),
  })
  .map(
    ({ writes, expect: expected, durable }): Command => ({
      check: () => true,
      toString: () => `batch ${show(writes)} where ${show(expected)}${durable ? ', durable' : ''}`,
      async run(model, { store }) {
        const operations = writes.map(({ key, value }) =>
          value === undefined ? ({ type: 'delete', key } as const) : ({ type: 'put', key, value } as const),
        )
        const surprises = expected.filter(({ key, value }) => model.seen.get(key) !== value?.join())
        const outcome = await store.batch(operations, { expect: expected, durable }).then(
          () => undefined,
          (error: unknown) => error,
        )
        if (surprises.length === 0) {
          expect(outcome).toBeUndefined()
          apply(model.seen, writes)
          if (durable) apply(model.settled, writes)
        } else {
          expect(outcome).toBeInstanceOf(RondoError)
          expect(outcome).toMatchObject({ code: 'STORE_CONFLICT', details: { keys: surprises.map(({ key }) => key) } })
        }
      },
    }),
  )

const look = fc.record({ prefix: fc.constantFrom('', 'a', 'a/', 'zz'), reverse: fc.boolean() }).map(
  ({ prefix, reverse }): Command => ({
    check: () => true,
    toString: () => `look at ${JSON.stringify(prefix)}${reverse ? ' backwards' : ''}`,
    async run({ seen }, { store }) {
      const found: string[] = []
      for await (const { key, value } of store.range(prefix, { reverse })) {
        found.push(key)
        expect(value.join()).toBe(seen.get(key))
      }
      const wanted = ['a', 'a/', 'a/b', 'b', '\uffff', '\u{1f511}'].filter(
        (each) => seen.has(each) && each.startsWith(prefix),
      )
      expect(found).toEqual(reverse ? wanted.reverse() : wanted)
    },
  }),
)

const restart = fc.constant<Command>({
  check: () => true,
  toString: () => 'restart',
  async run(_, real) {
    await real.store.close()
    real.store = await real.reopen()
  },
})

const crash = fc.constant<Command>({
  check: () => true,
  toString: () => 'crash',
  async run({ seen, settled }, real) {
    if (real.crash === undefined) return
    real.crash()
    real.store = await real.reopen()
    seen.clear()
    for (const [key, value] of settled) seen.set(key, value)
  },
})

export const storeCommands = fc.commands([batch, look, restart, crash], { maxCommands: 40 })

function apply(entries: Map<string, string>, writes: readonly Write[]): void {
  for (const { key, value } of writes) {
    if (value === undefined) entries.delete(key)
    else entries.set(key, value.join())
  }
}

const show = (writes: readonly Write[]): string => writes.map(({ key, value }) => `${key}=[${value?.join()}]`).join(' ')
