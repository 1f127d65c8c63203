import { transportConformance } from '@rondo/testkit/conformance/transport'
import { createMemoryNetwork } from '@rondo/testkit/memory'
import { describe, expect, test } from 'vitest'
import { brokenTransports } from './broken-transports.js'
import { judge } from './collecting-runner.js'

/** Enough for what happens within a process, and short, because some broken transports never do what is awaited. */
const patienceMs = 150

describe('the transport suite', () => {
  test('passes a transport that keeps its promises', async () => {
    const verdicts = await judge(() => createMemoryNetwork().transport(), 4_000)
    expect(verdicts.filter(({ failure }) => failure !== undefined)).toEqual([])
    expect(verdicts.length).toBeGreaterThan(100)
  })

  for (const [fault, { transport, caughtBy }] of Object.entries(brokenTransports))
    test(`catches a transport that ${fault}`, async () => {
      const verdicts = await judge(transport, patienceMs, caughtBy)
      expect(verdicts.length).toBeGreaterThan(0)
      expect(verdicts.filter(({ failure }) => failure !== undefined).length).toBeGreaterThan(0)
    })

  test('says in its title why a case was skipped', () => {
    const titles: string[] = []
    const runner = {
      describe: (_: string, define: () => void) => define(),
      test: (title: string) => titles.push(title),
    }
    transportConformance({ ...runner, expect }, () => ({ transport: createMemoryNetwork().transport(), address: '' }), {
      ordered: false,
    })
    const skipped = titles.filter((title) => title.includes('(skipped: it declares that frames may be reordered)'))
    expect(skipped.length).toBeGreaterThan(0)
    expect(titles.some((title) => title.includes('its fixture cannot cut a link'))).toBe(true)
  })
})
