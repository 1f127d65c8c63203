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

export interface Pace {
  readonly forMs: number
  readonly perSecond: number
  /** One message in so many carries the time. */
  readonly stampEvery?: number
  /** Sends that are begun before the first of them has to be done. */
  readonly together?: number
}

/** Sends numbered payloads, and waits whenever `send` says so. */
export function createSource<P>(payloads: PayloadKind<P>, send: Send<P>) {
  return {
    /** As fast as the receiver takes it. */
    async saturate({ forMs }: { readonly forMs: number }): Promise<Sent> {
      const { stampEvery } = payloads
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

    /** So many, one after the other, none with the time. */
    async transfer({ count }: { readonly count: number }): Promise<Sent> {
      const cpuBefore = cpuUs()
      let digest = 0
      for (let index = 0; index < count; index += 1) {
        const waiting = send(payloads.at(index))
        if (waiting !== undefined) await waiting
        digest = fold(digest, payloads.digestAt(index))
      }
      return { count, digest, cpuUs: (cpuUs() - cpuBefore) / count }
    },

    /** At a fixed rate, in a burst every millisecond or so. */
    async pace({ forMs, perSecond, stampEvery = 1, together = 1 }: Pace): Promise<Sent> {
      const underWay: Promise<unknown>[] = []
      const begunMs = performance.now()
      const cpuBefore = cpuUs()
      let digest = 0
      let count = 0
      for (let elapsedMs = 0; elapsedMs < forMs; elapsedMs = performance.now() - begunMs) {
        const due = Math.floor((elapsedMs * perSecond) / 1_000)
        for (; count < due; count += 1) {
          const isStamped = count % stampEvery === 0
          const waiting = send(isStamped ? payloads.stamped(count, machineMs()) : payloads.at(count))
          if (waiting !== undefined) underWay.push(waiting)
          if (underWay.length >= together) await Promise.all(underWay.splice(0))
          digest = fold(digest, payloads.digestAt(count))
        }
        await Promise.all(underWay.splice(0))
        await sleep(1)
      }
      return { count, digest, cpuUs: (cpuUs() - cpuBefore) / count }
    },
  }
}
