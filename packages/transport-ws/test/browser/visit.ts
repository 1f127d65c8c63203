import type { Browser, Page } from 'playwright-core'

/** A module whose exports can be called from outside, with plain JSON. */
type Script<Module> = { readonly [Name in keyof Module]: (...args: never[]) => Promise<unknown> }

/** A page that loaded the script, and does what it is told. */
export interface Visit<Module extends Script<Module>> {
  /** What went wrong in the page with nobody there to catch it. */
  readonly errors: readonly Error[]
  perform<Name extends keyof Module & string>(
    name: Name,
    ...args: Parameters<Module[Name]>
  ): Promise<Awaited<ReturnType<Module[Name]>>>
  close(): Promise<void>
}

/** Opens the page in a context of its own. `prepare` comes before any of its scripts. */
export async function visit<Module extends Script<Module>>(
  browser: Browser,
  url: string,
  prepare?: (page: Page) => Promise<unknown>,
): Promise<Visit<Module>> {
  const page = await browser.newPage()
  const errors: Error[] = []
  page.on('pageerror', (error) => errors.push(error))
  await prepare?.(page)
  await page.goto(url)
  return {
    errors,
    perform: (name, ...args) => page.evaluate(`page.${name}(...${JSON.stringify(args)})`),
    close: () => page.close(),
  }
}
