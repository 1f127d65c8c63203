import { isName, isVersion, versionMax } from '../names.js'

// What misuse of a name or a version gives; the rules themselves are in ../names.ts, for signed bytes keep them, too.

export { isName, isVersion }

/** The protocol of messages that name none. */
export const appProtocol = 'app'

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
