import type { BenchCase, Measured, Metric, Setting } from '../bench-case.ts'
import { holdContest } from '../contest.ts'
import type { ContestantName } from '../contestants/contestants.ts'
import type { Sent } from '../ends/source.ts'
import type { Goal } from '../goal.ts'
import type { Pair } from '../processes/pair.ts'

// Messages in one direction: first as fast as they are taken, then at a fixed rate.

export interface OneWay {
  readonly name: string
  readonly about: string
  readonly transports: BenchCase['transports']
  readonly payloadBytes: number
  readonly contestants: readonly ContestantName[]
  readonly goals: readonly Goal[]
  /** Who sends: the client over its one connection, or the server to all of `connections`. */
  readonly from: 'client' | 'server'
  readonly connections: number
  /** Messages a second that the sender sends when it is paced. */
  readonly pacedPerSecond: number
}

const throughput = 'throughput'
const senderCpu = 'sender CPU'
const receiverCpu = 'receiver CPU'
const saturatedP99 = 'p99, saturated'

export function oneWayCase(oneWay: OneWay): BenchCase {
  const { name, about, transports, payloadBytes, goals, pacedPerSecond, connections } = oneWay
  const load = `${(pacedPerSecond * connections) / 1_000}k/s`
  const metrics: readonly Metric[] = [
    { name: throughput, unit: 'msg/s', goals },
    { name: senderCpu, unit: 'µs/msg' },
    { name: receiverCpu, unit: 'µs/msg' },
    { name: saturatedP99, unit: 'ms' },
    { name: pacedMetric('p50', load), unit: 'ms' },
    { name: pacedMetric('p99', load), unit: 'ms' },
  ]
  return {
    name,
    about,
    transports,
    payloadBytes,
    metrics,
    measure: (setting) => measure(oneWay, load, setting),
  }
}

function measure(oneWay: OneWay, load: string, setting: Setting): Promise<Measured> {
  const { name, contestants, from, connections, pacedPerSecond } = oneWay
  const { warmUpMs, windowMs, pacedMs } = setting.plan
  const to = from === 'client' ? 'server' : 'client'

  /** Sends in one process, watches in the other, and compares what was sent with what arrived. */
  async function flow(pair: Pair, windowMs: number, send: (forMs: number) => Promise<Sent>) {
    const watched = pair[to].call(to, 'watch', { warmUpMs, windowMs })
    const [received, sent] = await Promise.all([watched, send(warmUpMs + windowMs)])
    await pair[to].call(to, 'settle', sent)
    return { received, sent }
  }

  return holdContest(setting, {
    caseName: name,
    contestants,
    async prepare({ server, client }) {
      const target = await server.call('server', 'listen', { answers: false })
      await client.call('client', 'connect', { target, count: connections })
    },
    async run(pair) {
      const sender = pair[from]
      const saturated = await flow(pair, windowMs, (forMs) => sender.call(from, 'saturate', { forMs }))
      const perSecond = pacedPerSecond
      const paced = await flow(pair, pacedMs, (forMs) => sender.call(from, 'pace', { forMs, perSecond }))
      return {
        [throughput]: saturated.received.perSecond,
        [senderCpu]: saturated.sent.cpuUs / connections,
        [receiverCpu]: saturated.received.cpuUs,
        [saturatedP99]: saturated.received.p99Ms,
        [pacedMetric('p50', load)]: paced.received.p50Ms,
        [pacedMetric('p99', load)]: paced.received.p99Ms,
      }
    },
  })
}

function pacedMetric(quantile: string, load: string): string {
  return `${quantile}, paced ${load}`
}
