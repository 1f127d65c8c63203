import { openLevelStore } from '@rondo/store-level'
import { storeConformance } from '@rondo/testkit/conformance/store'
import { expectInPage } from './expect-in-page.js'

// The conformance suite as a page runs it: one case at a time, when Node says so.

const cases = new Map<string, () => Promise<void>>()
let stores = 0

const runner = {
  describe: (_: string, define: () => void) => define(),
  test: (title: string, run: () => Promise<void>) => cases.set(title, run),
  expect: expectInPage,
}
const createFixture = () => {
  const location = `store ${stores++}`
  return { open: () => openLevelStore(location) }
}
storeConformance(runner, createFixture)

export async function runCase(title: string): Promise<void> {
  const run = cases.get(title)
  if (run === undefined) throw new Error(`there is no case: ${title}`)
  await run()
}
