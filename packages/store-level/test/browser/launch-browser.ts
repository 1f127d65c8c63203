import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, type BrowserContext, chromium } from 'playwright-core'
import { inflateChromium } from './inflate-chromium.js'

// A browser to test in: the system's Chromium, or else the one that an npm package carries. Playwright gives it a fresh
// profile, and takes that away when the browser closes.

const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Names that stand for this machine, so that pages can come from elsewhere.
  '--host-resolver-rules=MAP *.example 127.0.0.1',
]

export interface Launch {
  readonly browser: Browser | undefined
  /** Which browser that is, or why there is none. */
  readonly name: string
}

export async function launchBrowser(): Promise<Launch> {
  const reasons: string[] = []
  for (const [source, find] of candidates) {
    try {
      const browser = await chromium.launch({ executablePath: await find(), args })
      return { browser, name: `Chromium ${browser.version()}, ${source}` }
    } catch (error) {
      reasons.push(`${source}: ${firstLine(error)}`)
    }
  }
  return { browser: undefined, name: reasons.join('; ') }
}

export interface Profile {
  readonly context: BrowserContext
  /** Ends the browser as `kill -9` does. */
  kill(): Promise<void>
}

/** The same browser with its profile in this folder, where the next one finds it. */
export async function launchProfile(folder: string): Promise<Profile> {
  const reasons: string[] = []
  for (const [source, find] of candidates) {
    try {
      const context = await chromium.launchPersistentContext(folder, { executablePath: await find(), args })
      return { context, kill: () => killBrowser(context) }
    } catch (error) {
      reasons.push(`${source}: ${firstLine(error)}`)
    }
  }
  throw new Error(reasons.join('; '))
}

async function killBrowser(context: BrowserContext): Promise<void> {
  const session = await context.browser()?.newBrowserCDPSession()
  const { processInfo } = (await session?.send('SystemInfo.getProcessInfo')) ?? { processInfo: [] }
  const main = processInfo.find(({ type }) => type === 'browser')
  if (main === undefined) throw new Error('the browser does not tell its process')
  const gone = new Promise((resolve) => context.once('close', resolve))
  process.kill(main.id, 'SIGKILL')
  await gone
}

function firstLine(error: unknown): string {
  return String(error).split('\n')[0] ?? ''
}

const candidates: readonly (readonly [source: string, find: () => string | Promise<string>])[] = [
  ['the one on the PATH', findInstalled],
  ['the one in @sparticuz/chromium', inflateChromium],
]

function findInstalled(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const programs = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
  const found = programs.flatMap((program) => folders.map((folder) => join(folder, program))).find(existsSync)
  if (found === undefined) throw new Error('there is none')
  return found
}
