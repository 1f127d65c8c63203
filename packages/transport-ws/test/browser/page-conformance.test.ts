import { transportConformance } from '@rondo/testkit/conformance/transport'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { webSocket } from '../../src/index.js'
import { createHost } from '../host.js'
import { bundleForBrowsers } from './bundle.js'
import { traits } from './conformance-traits.js'
import { launchBrowser } from './launch-browser.js'
import { openSwitchboard } from './switchboard.js'
import { type Visit, visit } from './visit.js'
import { openWebsite } from './website.js'

// The suite is defined twice: here for its titles, and in the page for what it does. Both ends of every link are the
// browser's, joined by a switchboard in Node.

const { browser, name } = await launchBrowser()

if (browser === undefined) test(`skipped, for no browser starts: ${name}`, ({ skip }) => skip())
else describe(`in a page of ${name}`, () => definePageSuite(browser))

function definePageSuite(browser: Browser): void {
  let page: Visit<typeof import('./conformance-script.js')>

  beforeAll(async () => {
    const { text } = await bundleForBrowsers(new URL('conformance-script.ts', import.meta.url))
    const website = await openWebsite(text)
    const switchboard = await openSwitchboard(webSocket()(createHost()))
    page = await visit(browser, website.url())
    await page.perform('useSwitchboard', switchboard.addresses[0] ?? '')
    return async () => {
      await page.close()
      await Promise.all([switchboard.close(), website.close()])
      expect(page.errors, 'errors that nobody caught').toEqual([])
    }
  })

  afterAll(() => browser.close())

  const runner = {
    expect,
    describe(title: string, define: () => void) {
      // Who is admitted and which addresses are taken is Node's matter, which the switchboard leaves out.
      if (title !== 'listening') describe(title, define)
    },
    test: (title: string) => test(title, () => page.perform('runCase', title)),
  }
  transportConformance(runner, () => Promise.reject(new Error('the page has the fixtures')), traits)
}
