/** How a promise ended, or a call that should have made one. */
export type Outcome<T> =
  | { readonly status: 'fulfilled'; readonly value: T }
  | { readonly status: 'rejected'; readonly reason: unknown }
  | { readonly status: 'thrown'; readonly reason: unknown }

/** Waits for the end of what `start` starts, whichever it is. A throw in place of a rejection is told apart. */
export async function outcomeOf<T>(start: () => Promise<T>): Promise<Outcome<T>> {
  let promise: Promise<T>
  try {
    promise = start()
  } catch (reason) {
    return { status: 'thrown', reason }
  }
  return promise.then(
    (value) => ({ status: 'fulfilled', value }),
    (reason: unknown) => ({ status: 'rejected', reason }),
  )
}

/** The code of the `RondoError` that a promise was rejected with, or a word on what happened instead. */
export async function rejectionCode(start: () => Promise<unknown>): Promise<string> {
  const outcome = await outcomeOf(start)
  if (outcome.status === 'fulfilled') return 'fulfilled'
  const { reason } = outcome
  const isRondoError = reason instanceof Error && reason.name === 'RondoError' && 'code' in reason
  if (!isRondoError) return `no RondoError: ${String(reason)}`
  return outcome.status === 'thrown' ? 'thrown, not rejected' : String(reason.code)
}

/** Whether the promise was rejected with this very reason; what happened instead, where it was not. */
export async function rejectionIs(reason: unknown, start: () => Promise<unknown>): Promise<unknown> {
  const outcome = await outcomeOf(start)
  return (outcome.status === 'rejected' && outcome.reason === reason) || outcome
}

/** The name of what a call throws, or `nothing`. */
export function thrownBy(call: () => void): string {
  try {
    call()
    return 'nothing'
  } catch (error) {
    return error instanceof Error ? error.name : String(error)
  }
}
