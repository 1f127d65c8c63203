import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type Bundle, bundleForBrowsers } from './bundle.js'
import { launchBrowser } from './launch-browser.js'
import { type Visit, visit } from './visit.js'
import { openWebsite, type Website } from './website.js'

// Tabs of a real browser, made of the built packages.

type Script = typeof import('./page-script.js')

const { browser, name } = await launchBrowser()

if (browser === undefined) test(`skipped, for no browser starts: ${name}`, ({ skip }) => skip())
else describe(`in a page of ${name}`, () => definePageTests(browser))

function definePageTests(browser: Browser): void {
  let bundle: Bundle
  let website: Website

  beforeAll(async () => {
    bundle = await bundleForBrowsers(new URL('page-script.ts', import.meta.url))
    website = await openWebsite(bundle.text)
    return () => website.close()
  })

  afterAll(() => browser.close())

  async function openContext(): Promise<BrowserContext> {
    const context = await browser.newContext()
    onTestFinished(() => context.close())
    return context
  }

  async function openTab(context: BrowserContext, hostname?: string): Promise<Visit<Script>> {
    const tab = await visit<Script>(context, website.url(hostname))
    onTestFinished(() => expect(tab.errors, 'errors that nobody caught').toEqual([]))
    return tab
  }

  test('what a bundler takes is IndexedDB, and nothing of LevelDB or Node', () => {
    const ours = bundle.files.filter((file) => file.includes('/dist/')).map((file) => file.replace(/^.*\/dist\//, ''))
    expect(ours).toContain('browser-backend.js')
    expect(ours).not.toContain('node-backend.js')
    expect(bundle.files.filter((file) => file.includes('classic-level'))).toEqual([])
  })

  test('a second tab is refused, until the first one closes the store', async () => {
    const context = await openContext()
    const first = await openTab(context)
    const second = await openTab(context)
    expect(await first.perform('open', 'shared')).toBe('durable')
    expect(await second.perform('open', 'shared')).toBe('STORE_LOCKED')
    expect(await second.perform('open', 'its own')).toBe('durable')
    await first.perform('put', 'a', 1)
    await first.perform('close')
    expect(await second.perform('open', 'shared')).toBe('durable')
    expect(await second.perform('keys')).toEqual(['a'])
  })

  test('a tab that goes without closing the store leaves it free, with all that was acknowledged', async () => {
    const context = await openContext()
    const first = await openTab(context)
    expect(await first.perform('open', 'shared')).toBe('durable')
    expect(await first.perform('put', 'a', 100_000)).toBe('written')
    await first.page.close()
    const second = await openTab(context)
    expect(await second.perform('open', 'shared')).toBe('durable')
    expect(await second.perform('keys')).toEqual(['a'])
  })

  test('durable writes are strict transactions, the first one that says what the store is among them', async () => {
    const tab = await openTab(await openContext())
    await tab.page.evaluate(watchDurability)
    await tab.perform('open', 'strict')
    await tab.perform('put', 'a', 1)
    expect(await tab.page.evaluate('durabilities')).toEqual(['strict', 'strict'])
  })

  test('a store without room says STORE_QUOTA, writes nothing of the batch, and goes on with what fits', async () => {
    const context = await openContext()
    const tab = await openTab(context)
    const session = await context.newCDPSession(tab.page)
    // Before the store is opened, since the browser remembers for a while how much room there was.
    await session.send('Storage.overrideQuotaForOrigin', { origin: website.url(), quotaSize: 1_000_000 })
    await tab.perform('open', 'full')
    expect(await tab.perform('putTwo', 'small', 'big', 4_000_000)).toBe('STORE_QUOTA')
    expect(await tab.perform('keys')).toEqual([])
    expect(await tab.perform('put', 'little', 10)).toBe('written')
    expect(await tab.perform('keys')).toEqual(['little'])
  })

  test('a store of a newer version is refused', async () => {
    const tab = await openTab(await openContext())
    await tab.perform('open', 'versioned', 2)
    await tab.perform('close')
    expect(await tab.perform('open', 'versioned', 1)).toBe('STORE_SCHEMA')
    expect(await tab.perform('open', 'versioned', 2)).toBe('durable')
  })

  test('a page without Web Locks is told so, and opens nothing', async () => {
    const tab = await openTab(await openContext(), 'app.example')
    expect(await tab.perform('open', 'unlocked')).toBe('STORE_UNSUPPORTED')
  })
}

/** Runs in the page: notes how durable each transaction is that writes. */
const watchDurability = `
  globalThis.durabilities = []
  const { transaction } = IDBDatabase.prototype
  IDBDatabase.prototype.transaction = function (...args) {
    const made = transaction.apply(this, args)
    if (made.mode === 'readwrite') durabilities.push(made.durability)
    return made
  }
`
