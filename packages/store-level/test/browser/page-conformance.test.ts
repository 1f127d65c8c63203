import { storeConformance } from '@rondo/testkit/conformance/store'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bundleForBrowsers } from './bundle.js'
import { launchBrowser } from './launch-browser.js'
import { type Visit, visit } from './visit.js'
import { openWebsite } from './website.js'

// The suite is defined twice: here for its titles, and in the page for what it does.

const { browser, name } = await launchBrowser()

if (browser === undefined) test(`skipped, for no browser starts: ${name}`, ({ skip }) => skip())
else describe(`in a page of ${name}`, () => definePageSuite(browser))

function definePageSuite(browser: Browser): void {
  let page: Visit<typeof import('./conformance-script.js')>

  beforeAll(async () => {
    const { text } = await bundleForBrowsers(new URL('conformance-script.ts', import.meta.url))
    const website = await openWebsite(text)
    page = await visit(await browser.newContext(), website.url())
    return async () => {
      await page.page.close()
      await website.close()
      expect(page.errors, 'errors that nobody caught').toEqual([])
    }
  })

  afterAll(() => browser.close())

  const runner = { expect, describe, test: (title: string) => test(title, () => page.perform('runCase', title)) }
  storeConformance(runner, () => Promise.reject(new Error('the page has the fixtures')))
}
