import { type CreateHandler, type ProtocolSamples, protocolConformance } from '@rondo/testkit/conformance/protocol'
import { describe, expect, test } from 'vitest'
import { brokenProtocols } from './broken-protocols.js'
import { createWeather, Echo, echoSamples, weatherSamples } from './protocol-fixtures.js'

/** Short, because some broken protocols never do what is awaited. */
const patienceMs = 150

interface Verdict {
  readonly title: string
  /** Undefined for a case that passed. */
  readonly failure: string | undefined
}

/** Runs the suite against a protocol and returns what became of each case, in place of reporting it. */
async function judge(create: CreateHandler, samples: ProtocolSamples, wanted = ''): Promise<readonly Verdict[]> {
  const cases: { readonly title: string; readonly run: () => Promise<void> }[] = []
  const collecting = {
    describe: (_: string, define: () => void) => define(),
    test: (title: string, run: () => Promise<void>) => cases.push({ title, run }),
    expect,
  }
  protocolConformance(collecting, create, samples)
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

describe('the protocol suite', () => {
  test('passes protocols that keep their promises', async () => {
    const verdicts = [...(await judge(createWeather, weatherSamples)), ...(await judge(() => new Echo(), echoSamples))]
    expect(verdicts.filter(({ failure }) => failure !== undefined)).toEqual([])
  })

  for (const [fault, { create, samples, caughtBy }] of Object.entries(brokenProtocols))
    test(`catches a protocol that ${fault}`, async () => {
      const verdicts = await judge(create, { ...samples, patienceMs }, caughtBy)
      expect(verdicts.map(({ failure }) => failure !== undefined)).toEqual([true])
    })

  test('passes a protocol whose handler is frozen', async () => {
    const verdicts = await judge(() => Object.freeze(createWeather()), weatherSamples)
    expect(verdicts.filter(({ failure }) => failure !== undefined)).toEqual([])
  })

  test('says in its titles which cases the samples leave nothing to do for', async () => {
    const titles = (await judge(() => new Echo(), { valid: { hint: ['psst'] } }, 'skipped')).map(({ title }) => title)
    expect(titles.filter((title) => title.includes('it has no samples of requests')).length).toBe(2)
    expect(titles.filter((title) => title.includes('does not declare its message types')).length).toBe(5)
  })

  test('refuses to run without a sample', () => {
    expect(() => protocolConformance({ describe, test, expect }, createWeather, { valid: {} })).toThrow(TypeError)
  })
})
