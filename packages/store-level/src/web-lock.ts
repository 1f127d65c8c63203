import { coreError } from '@rondo/core'

/**
 * Takes a lock that all tabs and workers of the origin share, or none: IndexedDB lets everybody in. The browser frees it
 * when the page goes, however it goes. Rejects with `STORE_LOCKED` where it is taken.
 */
export function takeWebLock(name: string): Promise<() => void> {
  const locks = typeof navigator === 'undefined' ? undefined : navigator.locks
  if (locks === undefined)
    throw coreError('STORE_UNSUPPORTED', {
      detail: 'there are no Web Locks to keep other tabs out; they need a page that came by https or from localhost',
    })
  return new Promise((resolve, reject) => {
    const held = (lock: Lock | null) => {
      if (lock === null) {
        reject(coreError('STORE_LOCKED', { detail: 'another tab has it open' }))
        return undefined
      }
      return new Promise<void>((release) => resolve(release))
    }
    locks.request(name, { ifAvailable: true }, held).catch(reject)
  })
}
