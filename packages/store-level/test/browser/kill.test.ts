import { createSeededRandom } from '@rondo/testkit/memory'
import { beforeAll, describe, expect, test } from 'vitest'
import { useFolder } from '../folder.js'
import { bundleForBrowsers } from './bundle.js'
import { launchBrowser, launchProfile } from './launch-browser.js'
import { visit } from './visit.js'
import { openWebsite, type Website } from './website.js'

const kills = process.env['RONDO_TIER'] === 'full' ? 50 : 2

const { browser, name } = await launchBrowser()
await browser?.close()

if (browser === undefined) test(`skipped, for no browser starts: ${name}`, ({ skip }) => skip())
else describe(`${name}, killed while a page writes`, defineKillTests)

function defineKillTests(): void {
  let website: Website

  beforeAll(async () => {
    const { text } = await bundleForBrowsers(new URL('page-script.ts', import.meta.url))
    website = await openWebsite(text)
    return () => website.close()
  })

  test(`loses nothing acknowledged and leaves no batch in part: ${kills} kills`, async () => {
    const folder = await useFolder()
    const random = createSeededRandom(1)
    for (let kill = 0; kill < kills; kill += 1) {
      const { context, kill: killBrowser } = await launchProfile(folder)
      let acknowledged = 0
      const enough = 1 + Math.floor(random() * 60)
      await new Promise<void>((resolve, reject) => {
        const report = (number: number) => {
          acknowledged = number
          if (number === enough) void killBrowser().then(resolve, reject)
        }
        void writeFor(report).catch((error: unknown) => {
          // The page goes in the midst of what it was told.
          if (acknowledged < enough) reject(error)
        })
        async function writeFor(report: (number: number) => void): Promise<void> {
          await context.exposeFunction('report', report)
          const page = await visit<typeof import('./page-script.js')>(context, website.url())
          expect(await page.perform('open', `store ${kill}`)).toBe('durable')
          await page.perform('writeOn')
        }
      })
      const again = await launchProfile(folder)
      const page = await visit<typeof import('./page-script.js')>(again.context, website.url())
      expect(await page.perform('open', `store ${kill}`)).toBe('durable')
      const keys = new Set(await page.perform('keys'))
      await again.context.close()
      for (let number = 1; number <= Math.max(acknowledged, keys.size / 2); number += 1)
        expect([keys.has(`left/${number}`), keys.has(`right/${number}`)]).toEqual([true, true])
      expect(keys.size / 2).toBeGreaterThanOrEqual(acknowledged)
      expect(acknowledged).toBeGreaterThanOrEqual(enough)
    }
  })
}
