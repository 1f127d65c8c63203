import type { MaybePromise } from '@rondo/core'

/** The answer, or the reason for which nobody waits for it any more: a person or a device may never give one. */
export async function unlessAborted<T>(signal: AbortSignal, ask: () => MaybePromise<T>): Promise<T> {
  signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(signal.reason)
    signal.addEventListener('abort', giveUp, { once: true })
    new Promise<T>((answer) => answer(ask())).then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', giveUp)
    })
  })
}
