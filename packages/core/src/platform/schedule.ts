import type { Cancel } from '../env/env.js'

/** What a timer holds; beyond it (24.8 days) runtimes fire at once. */
const timerMsMax = 2 ** 31 - 1

/** Makes a schedule of any length, Infinity included, from a timer that is limited to 24.8 days. */
export function createSchedule(startTimer: (ms: number, run: () => void) => Cancel) {
  return (ms: number, run: () => void): Cancel => {
    if (ms <= timerMsMax) return startTimer(ms, run)
    let cancel: Cancel
    let leftMs = ms
    const waitOn = (): void => {
      const stepMs = Math.min(leftMs, timerMsMax)
      leftMs -= stepMs
      cancel = startTimer(stepMs, leftMs > 0 ? waitOn : run)
    }
    waitOn()
    return () => cancel()
  }
}
