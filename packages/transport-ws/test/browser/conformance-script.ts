import { transportConformance } from '@rondo/testkit/conformance/transport'
import { webSocket } from '@rondo/transport-ws'
import { traits } from './conformance-traits.js'
import { expectInPage } from './expect-in-page.js'
import { listenBy } from './page-listener.js'

// The conformance suite as a page runs it: one case at a time, when Node says so.

const cases = new Map<string, () => Promise<void>>()
let switchboard = ''

const runner = {
  describe: (_: string, define: () => void) => define(),
  test: (title: string, run: () => Promise<void>) => cases.set(title, run),
  expect: expectInPage,
}
const createFixture = () => {
  const transport = webSocket({ closeTimeoutMs: 500 })
  return { transport, listenWith: listenBy(switchboard, transport), address: 'ws://127.0.0.1:0' }
}
transportConformance(runner, createFixture, traits)

export async function useSwitchboard(address: string): Promise<void> {
  switchboard = address
}

export async function runCase(title: string): Promise<void> {
  const run = cases.get(title)
  if (run === undefined) throw new Error(`there is no case: ${title}`)
  await run()
}
