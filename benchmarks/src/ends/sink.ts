import { setTimeout as sleep } from 'node:timers/promises'
import type { Take } from '../contestants/contestant.ts'
import { fold, type PayloadKind } from '../contestants/payload-kind.ts'
import { machineMs } from '../machine-clock.ts'
import { quantile } from '../statistics.ts'
import { cpuUs } from './cpu-clock.ts'
import type { Sent } from './source.ts'

/** What came in during a window, after its warm-up. */
export interface Flow {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** The receiver's processor time, for each message. */
  readonly cpuUs: number
}

/** One connection's share of what comes in. */
interface Lane {
  count: number
  digest: number
}

const pollMs = 5
const settleTimeoutMs = 20_000

/** Counts and checksums every message of every lane. */
export function createSink<P>(payloads: PayloadKind<P>) {
  const lanes: Lane[] = []
  let received = 0
  let latenciesMs: number[] | undefined

  return {
    /** What one connection hands its messages to. */
    lane(): Take<P> {
      const lane: Lane = { count: 0, digest: 0 }
      lanes.push(lane)
      return (payload) => {
        received += 1
        lane.count += 1
        lane.digest = fold(lane.digest, payloads.digest(payload))
        const sentAtMs = payloads.sentAtMs(payload)
        if (sentAtMs > 0) latenciesMs?.push(machineMs() - sentAtMs)
      }
    },

    commands: {
      async watch({ warmUpMs, windowMs }: { readonly warmUpMs: number; readonly windowMs: number }): Promise<Flow> {
        await sleep(warmUpMs)
        const receivedBefore = received
        const begunMs = performance.now()
        const cpuBefore = cpuUs()
        const latencies: number[] = []
        latenciesMs = latencies
        await sleep(windowMs)
        latenciesMs = undefined
        const count = received - receivedBefore
        return {
          perSecond: (count * 1_000) / (performance.now() - begunMs),
          p50Ms: quantile(latencies, 0.5),
          p99Ms: quantile(latencies, 0.99),
          cpuUs: (cpuUs() - cpuBefore) / count,
        }
      },

      /** Waits until everything sent is here, compares it, and starts counting anew. */
      async settle({ count, digest }: Pick<Sent, 'count' | 'digest'>): Promise<void> {
        const expected = count * lanes.length
        const untilMs = performance.now() + settleTimeoutMs
        while (received < expected && performance.now() < untilMs) await sleep(pollMs)
        const isWhole = lanes.every((lane) => lane.count === count && lane.digest === digest)
        if (!isWhole || received !== expected) {
          throw new TypeError(`${received} messages arrived of ${expected}, or not as they were sent`)
        }
        received = 0
        for (const lane of lanes) Object.assign(lane, { count: 0, digest: 0 })
      },
    },
  }
}
