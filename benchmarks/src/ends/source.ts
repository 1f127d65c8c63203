import { setTimeout as sleep } from 'node:timers/promises'
import type { Send } from '../contestants/contestant.ts'
import { fold, type PayloadKind } from '../contestants/payload-kind.ts'
import { machineMs } from '../machine-clock.ts'
import { cpuUs } from './cpu-clock.ts'

/** What a source sent, for the sink to compare with what it received. */
export interface Sent {
  readonly count: number
  readonly digest: number
  /** The sender's processor time, for each message. */
  readonly cpuUs: number
}

/** A power of two: saturated, one message in so many carries the time it was sent at; so often the source looks at the clock. */
const stampEvery = 64

/** Sends numbered payloads, and waits whenever `send` says so. */
export function createSource<P>(payloads: PayloadKind<P>, send: Send<P>) {
  return {
    /** As fast as the receiver takes it. */
    async saturate({ forMs }: { readonly forMs: number }): Promise<Sent> {
      const untilMs = performance.now() + forMs
      const cpuBefore = cpuUs()
      let digest = 0
      let count = 0
      for (;;) {
        const isStamped = (count & (stampEvery - 1)) === 0
        if (isStamped && performance.now() >= untilMs) return { count, digest, cpuUs: (cpuUs() - cpuBefore) / count }
        const waiting = send(isStamped ? payloads.stamped(count, machineMs()) : payloads.at(count))
        if (waiting !== undefined) await waiting
        digest = fold(digest, payloads.digestAt(count))
        count += 1
      }
    },

    /** At a fixed rate, in a burst every millisecond or so; every message carries the time. */
    async pace({ forMs, perSecond }: { readonly forMs: number; readonly perSecond: number }): Promise<Sent> {
      const begunMs = performance.now()
      const cpuBefore = cpuUs()
      let digest = 0
      let count = 0
      for (let elapsedMs = 0; elapsedMs < forMs; elapsedMs = performance.now() - begunMs) {
        const due = Math.floor((elapsedMs * perSecond) / 1_000)
        for (; count < due; count += 1) {
          const waiting = send(payloads.stamped(count, machineMs()))
          if (waiting !== undefined) await waiting
          digest = fold(digest, payloads.digestAt(count))
        }
        await sleep(1)
      }
      return { count, digest, cpuUs: (cpuUs() - cpuBefore) / count }
    },
  }
}
