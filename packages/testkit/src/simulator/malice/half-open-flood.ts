import { assertPositive, type Malice } from './malice.js'

export interface HalfOpenFloodOptions {
  readonly linksPerSecond?: number | undefined
  /** Links that it opens in all, in one life. */
  readonly linksMax?: number | undefined
}

/** Dials everybody in turn, again and again, and says nothing. */
export function halfOpenFlood({ linksPerSecond = 100, linksMax = 1_000 }: HalfOpenFloodOptions = {}): Malice {
  assertPositive('linksPerSecond', linksPerSecond)
  assertPositive('linksMax', linksMax)
  return {
    name: 'half-open flood',
    begin: (tools) => ({
      start() {
        let dialled = 0
        const dialOn = (): void => {
          const victim = tools.others[dialled % tools.others.length]
          if (victim === undefined || dialled >= linksMax) return
          dialled += 1
          tools.note('half-open', `to peer ${victim}`)
          // Held open and never attached to: what the victim sends piles up. That one turns it away is its right.
          tools.dial(victim).catch(() => {})
          tools.env.schedule(1_000 / linksPerSecond, dialOn)
        }
        dialOn()
      },
    }),
  }
}
