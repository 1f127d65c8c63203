import type { CryptoProvider } from '../crypto/crypto-provider.js'
import { nobleCrypto } from '../crypto/noble-crypto.js'
import { createWebEd25519 } from '../crypto/web-ed25519.js'
import { createSchedule } from './schedule.js'

// What every modern runtime provides: `#platform` outside Node. Exports the same names as node.ts and imports nothing of Node's.

/** `getRandomValues` refuses to fill more at once. */
const randomBytesMax = 65_536

export const platformCrypto: CryptoProvider = {
  ...nobleCrypto,
  name: 'portable',
  ed25519: createWebEd25519(nobleCrypto.ed25519),
}

export function wallMs(): number {
  return Date.now()
}

export function monotonicMs(): number {
  return performance.now()
}

export const schedule = createSchedule((ms, run) => {
  const timer = setTimeout(run, ms)
  // Browsers give a number, which needs none of this; elsewhere a timer must not keep the process alive.
  timer.unref?.()
  return () => clearTimeout(timer)
})

let requestTurn: (() => void) | undefined
const waiting: (() => void)[] = []

/** Runs in a task of its own. Not by a timer, which browsers hold back for 4 ms, and for a second in background tabs. */
export function defer(run: () => void): void {
  waiting.push(run)
  requestTurn ??= createTurns()
  requestTurn()
}

/** Fresh memory from the system's generator. */
export function random(bytes: number): Uint8Array {
  const filled = new Uint8Array(bytes)
  for (let start = 0; start < bytes; start += randomBytesMax) {
    globalThis.crypto.getRandomValues(filled.subarray(start, start + randomBytesMax))
  }
  return filled
}

/** One turn, and so one run, for each call: a run that throws does not take the next with it. */
function createTurns(): () => void {
  const runNext = () => waiting.shift()?.()
  if (typeof MessageChannel === 'undefined') return () => queueMicrotask(runNext)
  const { port1, port2 } = new MessageChannel()
  port1.addEventListener('message', runNext)
  port1.start()
  port1.unref?.()
  return () => port2.postMessage(null)
}
