/** Checks what was given of some limits once, each a whole number from 1 up; what comes out is complete and frozen. */
export function completeLimits<Name extends string>(
  defaults: Readonly<Record<Name, number>>,
  given: { readonly [Each in Name]?: number | undefined },
  whose: string,
): Readonly<Record<Name, number>> {
  const limits: Record<Name, number> = { ...defaults }
  const isLimit = (name: string): name is Name => Object.hasOwn(defaults, name)
  for (const name of Object.keys(given)) {
    if (!isLimit(name)) throw new TypeError(`limits.${name} is not a limit of ${whose}`)
    const value = given[name]
    if (value === undefined) continue
    if (!Number.isSafeInteger(value) || value < 1)
      throw new TypeError(`limits.${name} must be a whole number from 1 up, not ${String(value)}`)
    limits[name] = value
  }
  return Object.freeze(limits)
}
