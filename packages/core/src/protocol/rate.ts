/** How often one peer may send; `burst` at once, and one second's worth where it is left out. */
export interface Rate {
  readonly perSecond: number
  readonly burst?: number | undefined
}

export interface ResolvedRate {
  readonly perSecond: number
  readonly burst: number
}

/** The same rate with its burst filled in; throws a TypeError where it is none. */
export function resolveRate(rate: Rate): ResolvedRate {
  const { perSecond, burst = Math.max(1, Math.ceil(perSecond)) } = rate
  if (!(perSecond > 0 && perSecond < Number.POSITIVE_INFINITY)) {
    throw new TypeError(`rate.perSecond must be a positive number, not ${String(perSecond)}`)
  }
  if (!Number.isSafeInteger(burst) || burst < 1) {
    throw new TypeError(`rate.burst must be a whole number from 1 up, not ${String(burst)}`)
  }
  return { perSecond, burst }
}
