import { RondoError } from '../src/rondo-error.js'

/** What a promise rejects with; fails where it does not. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (reason) {
    return reason
  }
  throw new Error('it was expected to be rejected')
}

/** The RondoError that a promise rejects with; anything else fails. */
export async function failureOf(promise: Promise<unknown>): Promise<RondoError> {
  const reason = await rejectionOf(promise)
  if (!(reason instanceof RondoError)) throw new Error('it was expected to be a RondoError', { cause: reason })
  return reason
}

/** The code of the RondoError that a promise rejects with. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  return (await failureOf(promise)).code
}
