import type { BenchCase } from '../bench-case.ts'
import { holdFreshContest } from '../contest.ts'

const idleConnections = 2_000
/** Made before the first look, so that neither code nor the heap's first growth is counted. */
const connectionsBefore = 500
const resident = 'resident'
const live = 'objects and buffers'

export const memory: BenchCase = {
  name: 'memory',
  about: 'what the server holds for each of 2,000 idle connections',
  transports: ['ws'],
  payloadBytes: 0,
  metrics: [
    { name: resident, unit: 'kB', goals: [{ against: 'raw-ws', atMost: 2 }] },
    { name: live, unit: 'kB' },
  ],
  measure: (setting) =>
    holdFreshContest(setting, setting.plan.memoryRuns, {
      caseName: 'memory',
      contestants: ['rondo-sealed', 'raw-ws'],
      async prepare({ server, client }) {
        const target = await server.call('server', 'listen', { answers: false })
        await client.call('client', 'connect', { target, count: connectionsBefore })
        return target
      },
      async run({ server, client }, target) {
        const before = await server.call('server', 'memory', undefined)
        await client.call('client', 'connect', { target, count: idleConnections })
        const after = await server.call('server', 'memory', undefined)
        return {
          [resident]: (after.residentBytes - before.residentBytes) / idleConnections / 1_000,
          [live]: (after.liveBytes - before.liveBytes) / idleConnections / 1_000,
        }
      },
    }),
}
