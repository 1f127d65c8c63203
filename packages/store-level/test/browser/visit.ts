import type { BrowserContext, Page } from 'playwright-core'

/** A module whose exports can be called from outside, with plain JSON. */
type Script<Module> = { readonly [Name in keyof Module]: (...args: never[]) => Promise<unknown> }

/** A page that loaded the script, and does what it is told. */
export interface Visit<Module extends Script<Module>> {
  readonly page: Page
  /** What went wrong in the page with nobody there to catch it. */
  readonly errors: readonly Error[]
  perform<Name extends keyof Module & string>(
    name: Name,
    ...args: Parameters<Module[Name]>
  ): Promise<Awaited<ReturnType<Module[Name]>>>
}

/** Opens the page in a tab of the context, which shares its storage with the others there. */
export async function visit<Module extends Script<Module>>(
  context: BrowserContext,
  url: string,
): Promise<Visit<Module>> {
  const page = await context.newPage()
  const errors: Error[] = []
  page.on('pageerror', (error) => errors.push(error))
  await page.goto(url)
  return {
    page,
    errors,
    perform: (name, ...args) => page.evaluate(`page.${name}(...${JSON.stringify(args)})`),
  }
}
