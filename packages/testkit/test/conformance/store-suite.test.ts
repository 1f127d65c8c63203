import { type StoreFixture, type StoreTraits, storeConformance } from '@rondo/testkit/conformance/store'
import { createCrashableStore } from '@rondo/testkit/store'
import { describe, expect, test } from 'vitest'
import { brokenStores, pretender } from './broken-stores.js'

interface Verdict {
  readonly title: string
  /** Undefined for a case that passed. */
  readonly failure: string | undefined
}

/** Runs the suite against a store and returns what became of each case, in place of reporting it. */
async function judge(createFixture: () => StoreFixture, traits: StoreTraits, wanted = ''): Promise<readonly Verdict[]> {
  const cases: { readonly title: string; readonly run: () => Promise<void> }[] = []
  const collecting = {
    describe: (_: string, define: () => void) => define(),
    test: (title: string, run: () => Promise<void>) => cases.push({ title, run }),
    expect,
  }
  storeConformance(collecting, createFixture, traits)
  const verdicts: Verdict[] = []
  for (const { title, run } of cases.filter((each) => each.title.includes(wanted))) {
    const failure = await run().then(
      () => undefined,
      (error: unknown) => String(error),
    )
    verdicts.push({ title, failure })
  }
  return verdicts
}

describe('the store suite', () => {
  test('passes a store that keeps its promises', async () => {
    const verdicts = await judge(createCrashableStore, { crashes: true })
    expect(verdicts.filter(({ failure }) => failure !== undefined)).toEqual([])
    expect(verdicts.length).toBeGreaterThan(45)
  })

  for (const [fault, { fixture, caughtBy }] of Object.entries(brokenStores))
    test(`catches a store that ${fault}`, async () => {
      const verdicts = await judge(fixture, { crashes: true }, caughtBy)
      expect(verdicts.map(({ failure }) => failure !== undefined)).toEqual([true])
    })

  test('catches a volatile store that takes durable writes', async () => {
    const traits = { durability: 'volatile', persists: false, locks: false } as const
    const verdicts = await judge(pretender, traits, 'refuses durable writes rather than pretend')
    expect(verdicts.map(({ failure }) => failure !== undefined)).toEqual([true])
  })

  test('says in its titles why cases were skipped', async () => {
    const titles: string[] = []
    const runner = {
      describe: (_: string, define: () => void) => define(),
      test: (title: string) => titles.push(title),
      expect,
    }
    storeConformance(runner, pretender, { durability: 'volatile', persists: false, locks: false })
    for (const reason of ['it is volatile', 'keeps nothing after close', 'opened twice'])
      expect(titles.some((title) => title.includes(`(skipped: `) && title.includes(reason))).toBe(true)
  })
})
