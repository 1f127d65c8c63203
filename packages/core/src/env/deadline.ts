import type { Env } from './env.js'

/** A signal that aborts by itself after a while, or with the one it was given. `clear` when the work is done. */
export interface Deadline {
  readonly signal: AbortSignal
  /** Ends it before its time. */
  abort(reason: unknown): void
  clear(): void
}

/** `expired` makes the reason when the time runs out. */
export function startDeadline(env: Env, ms: number, expired: () => Error, signal?: AbortSignal | undefined): Deadline {
  const controller = new AbortController()
  const cancel = env.schedule(ms, () => controller.abort(expired()))
  const follow = (): void => controller.abort(signal?.reason)
  if (signal?.aborted) follow()
  else signal?.addEventListener('abort', follow)
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    clear() {
      cancel()
      signal?.removeEventListener('abort', follow)
    },
  }
}

/** Settles as `promise` does, unless the signal aborts first: then it rejects with the signal's reason. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  if (signal.aborted) {
    promise.catch(() => {})
    return Promise.reject(signal.reason)
  }
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
