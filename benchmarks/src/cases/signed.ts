import type { BenchCase, Sample, Setting } from '../bench-case.ts'
import { holdContest } from '../contest.ts'
import type { Pair } from '../processes/pair.ts'
import { climb, coldClimb, warmClimb } from '../sustained.ts'

// A signature on every message, which the receiver verifies and could hand on: the most that is sustained while p99 stays
// below 50 ms. Sends of one burst are under way together, as those of many callers are; so a signer may batch them.

const sustained = 'sustained'
const p50 = 'p50, at that rate'
const p99 = 'p99, at that rate'
const senderCpu = 'sender CPU'
const receiverCpu = 'receiver CPU'
const sendsTogether = 256
/** So many messages a second carry the time they were sent at; below that rate, each does. */
const stampsPerSecond = 10_000

const goals = [
  { against: 'raw-ws', atLeast: 0.15 },
  { against: 'raw-ws', atLeast: 0.3 },
  { against: 'gossipsub-strictsign', atLeast: 20 },
]

export const signed: BenchCase = {
  name: 'signed-200B',
  about: 'a signature on each, verified; the most with p99 below 50 ms',
  transports: ['ws'],
  payloadBytes: 200,
  metrics: [
    { name: sustained, unit: 'msg/s', goals },
    { name: p50, unit: 'ms' },
    { name: p99, unit: 'ms' },
    { name: senderCpu, unit: 'µs/msg' },
    { name: receiverCpu, unit: 'µs/msg' },
  ],
  async measure(setting) {
    const measured = await holdContest(setting, {
      caseName: 'signed-200B',
      contestants: ['rondo-signed', 'raw-ws', 'gossipsub-strictsign'],
      async prepare({ server, client }): Promise<{ rung: number | undefined }> {
        const target = await server.call('server', 'listen', { answers: false })
        await client.call('client', 'connect', { target, count: 1 })
        return { rung: undefined }
      },
      async run(pair, ready): Promise<Sample> {
        const from = ready.rung === undefined ? coldClimb : warmClimb(ready.rung)
        const { rung, arrived } = await climb(from, (perSecond) => sendAt(perSecond, pair, setting))
        ready.rung = rung
        return {
          [sustained]: arrived.perSecond,
          [p50]: arrived.p50Ms,
          [p99]: arrived.p99Ms,
          [senderCpu]: arrived.senderCpuUs,
          [receiverCpu]: arrived.cpuUs,
        }
      },
    })
    return { ...measured, notes: ['raw-ws signs nothing; it stands here for what the wire would carry.'] }
  },
}

async function sendAt(perSecond: number, { server, client }: Pair, { plan: { warmUpMs, windowMs } }: Setting) {
  const stampEvery = Math.max(1, Math.floor(perSecond / stampsPerSecond))
  const [flow, sent] = await Promise.all([
    server.call('server', 'watch', { warmUpMs, windowMs }),
    client.call('client', 'pace', { forMs: warmUpMs + windowMs, perSecond, stampEvery, together: sendsTogether }),
  ])
  await server.call('server', 'settle', sent)
  return { ...flow, senderCpuUs: sent.cpuUs }
}
