import { randomFillSync } from 'node:crypto'
import type { CryptoProvider } from '../crypto/crypto-provider.js'
import { nativeCrypto } from '../crypto/native-crypto.js'
import { createSchedule } from './schedule.js'

// What Node provides: `#platform` there. Exports the same names as portable.ts.

const poolBytes = 4096
const pooledBytesMax = 512

let pool = new Uint8Array(0)
let poolPosition = 0

export const platformCrypto: CryptoProvider = nativeCrypto

export function wallMs(): number {
  return Date.now()
}

export function monotonicMs(): number {
  return performance.now()
}

/** Timers that never keep the process alive. */
export const schedule = createSchedule((ms, run) => {
  const timer = setTimeout(run, ms)
  timer.unref()
  return () => clearTimeout(timer)
})

/** Runs when this turn of the event loop has handled its input and output. */
export function defer(run: () => void): void {
  setImmediate(run)
}

/** Fresh memory from the system's generator. Small requests share one call to it; bytes handed out leave the pool. */
export function random(bytes: number): Uint8Array {
  if (bytes > pooledBytesMax) return randomFillSync(new Uint8Array(bytes))
  if (poolPosition + bytes > pool.length) {
    if (pool.length === 0) pool = new Uint8Array(poolBytes)
    randomFillSync(pool)
    poolPosition = 0
  }
  const end = poolPosition + bytes
  const taken = pool.slice(poolPosition, end)
  pool.fill(0, poolPosition, end)
  poolPosition = end
  return taken
}
