// Protocols and message types are named alike: short, printable, and safe in logs, paths and metrics.

const namePattern = /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$/
export const versionMax = 65_535

export function isName(text: unknown): text is string {
  return typeof text === 'string' && namePattern.test(text)
}

export function isVersion(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= versionMax
}
