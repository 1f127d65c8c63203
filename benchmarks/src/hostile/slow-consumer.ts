import type { BenchCase } from '../bench-case.ts'
import type { Pair } from '../processes/pair.ts'
import { calm, holdSiege } from './siege.ts'

// A node tells 50 peers everything, of whom one stands still from some moment on. It is cut within the window.

const receivers = 49
const perSecond = 300
const windowMs = 16_000
const warmUpMs = 500
/** How long what waits for the slow one is let grow before memory is looked at: less than its deadline. */
const growMs = 4_000
const growPerSecond = 1_000
const p50 = 'p50 of the others'
const p99 = 'p99 of the others'
const grown = 'server grew by'

export const slowConsumer: BenchCase = {
  name: 'slow-consumer',
  about: 'a server broadcasts to 50 connections, of which one reads nothing',
  transports: ['ws'],
  payloadBytes: 200,
  metrics: [
    { name: p99, unit: 'ms', goals: [{ against: calm, atMost: 1.1 }] },
    { name: p50, unit: 'ms' },
    { name: grown, unit: 'kB' },
  ],
  measure: (setting) =>
    holdSiege(setting, {
      caseName: 'slow-consumer',
      runs: setting.plan.siegeRuns,
      async prepare(pair) {
        const target = await pair.server.call('server', 'listen', { answers: false })
        await pair.client.call('client', 'connect', { target, count: receivers })
        await tell(pair, 2_000, perSecond)
        return target
      },
      async run(pair, target, isAttacked, { withAttacker, note }) {
        const before = await liveBytes(pair)
        if (!isAttacked) {
          await tell(pair, growMs, growPerSecond)
          const after = await liveBytes(pair)
          const flow = await tell(pair, windowMs, perSecond)
          return { [p50]: flow.p50Ms, [p99]: flow.p99Ms, [grown]: (after - before) / 1_000 }
        }
        const after = await withAttacker(async (attacker) => {
          await attacker.call('slowReader', 'connect', { target })
          await attacker.call('slowReader', 'stall', { forMs: growMs + 3_000 })
          await tell(pair, growMs, growPerSecond)
          return liveBytes(pair)
        })
        return withAttacker(async (attacker) => {
          await attacker.call('slowReader', 'connect', { target })
          await attacker.call('slowReader', 'stall', { forMs: windowMs })
          const flow = await tell(pair, windowMs, perSecond)
          const endings = await attacker.call('slowReader', 'endings', undefined)
          if (endings.length === 0) throw new Error('the slow consumer was not cut')
          note('the slow one', `was cut: ${endings.join(', ')}`)
          return { [p50]: flow.p50Ms, [p99]: flow.p99Ms, [grown]: (after - before) / 1_000 }
        })
      },
    }),
}

async function tell({ server, client }: Pair, forMs: number, perSecond: number) {
  const watched = client.call('client', 'watch', { warmUpMs, windowMs: forMs })
  const [received, sent] = await Promise.all([
    watched,
    server.call('server', 'pace', { forMs: warmUpMs + forMs, perSecond }),
  ])
  await client.call('client', 'settle', sent)
  return received
}

async function liveBytes({ server }: Pair): Promise<number> {
  return (await server.call('server', 'memory', undefined)).liveBytes
}
