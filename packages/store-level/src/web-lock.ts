import { coreError } from '@rondo/core'

/** Browsers have Web Locks on secure pages, Node since version 24. */
export function webLocks(): LockManager | undefined {
  return typeof navigator === 'undefined' ? undefined : navigator.locks
}

/**
 * Takes a lock that is one for all tabs and workers of an origin, or for all threads of a Node process. It is freed when
 * its holder goes, however it goes. Rejects with `STORE_LOCKED` where it is taken.
 */
export function takeWebLock(locks: LockManager, name: string, detail: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const held = (lock: Lock | null) => {
      if (lock !== null) return new Promise<void>((release) => resolve(release))
      reject(coreError('STORE_LOCKED', { detail }))
      return undefined
    }
    locks.request(name, { ifAvailable: true }, held).catch(reject)
  })
}
