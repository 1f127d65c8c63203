import type { TransportFactory } from '@rondo/core'
import { type Runner, transportConformance } from '@rondo/testkit/conformance/transport'
import { expect } from 'vitest'

export interface Verdict {
  readonly title: string
  /** Undefined for a case that passed. */
  readonly failure: string | undefined
}

/** Runs the whole suite against a transport and returns what became of each case, in place of reporting it. */
export async function judge(
  transport: () => TransportFactory,
  patienceMs: number,
  wanted = '',
): Promise<readonly Verdict[]> {
  const cases: { title: string; run: () => Promise<void> }[] = []
  const runner: Runner = {
    describe: (_, define) => define(),
    test: (title, run) => cases.push({ title, run }),
    expect,
  }
  transportConformance(runner, () => ({ transport: transport(), address: 'memory:loft' }), { patienceMs })
  const verdicts: Verdict[] = []
  for (const { title, run } of cases) {
    if (!title.includes(wanted)) continue
    const failure = await run().then(
      () => undefined,
      (error: unknown) => String(error),
    )
    verdicts.push({ title, failure })
  }
  return verdicts
}
