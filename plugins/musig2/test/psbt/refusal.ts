import { RondoError } from '@rondo/core'

/** With which code it refuses; anything else that it throws goes through. */
export function codeOf(act: () => unknown): string {
  const thrown = refusalOf(act)
  return thrown.code
}

/** What it says to a person. */
export function reasonOf(act: () => unknown): string {
  return refusalOf(act).message
}

function refusalOf(act: () => unknown): RondoError {
  try {
    act()
  } catch (thrown) {
    if (thrown instanceof RondoError) return thrown
    throw thrown
  }
  throw new Error('it was not refused')
}
