// Protocols and message types are named alike: short, printable, and safe in logs, paths and metrics.

const namePattern = /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$/
export const versionMax = 65_535

/** The protocol of messages that name none. */
export const appProtocol = 'app'

export function isName(text: unknown): text is string {
  return typeof text === 'string' && namePattern.test(text)
}

export function isVersion(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= versionMax
}

/** Throws a TypeError where `text` is no name; `what` says what it should name. */
export function assertName(text: unknown, what: string): asserts text is string {
  if (isName(text)) return
  throw new TypeError(
    `${what} must be 1 to 64 of A-Z a-z 0-9 . _ : / - and begin with a letter or digit: ${String(text)}`,
  )
}

export function assertVersion(value: unknown, what: string): asserts value is number {
  if (isVersion(value)) return
  throw new TypeError(`${what} must be a whole number from 1 to ${versionMax}: ${String(value)}`)
}
