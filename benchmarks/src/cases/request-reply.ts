import type { BenchCase } from '../bench-case.ts'
import { holdContest } from '../contest.ts'

const p50 = 'p50'
const p99 = 'p99'

export const requestReply: BenchCase = {
  name: 'request-reply',
  about: 'one request after the other, against a ping-pong',
  transports: ['ws', 'memory'],
  payloadBytes: 200,
  metrics: [
    { name: p50, unit: 'µs', goals: [{ against: 'raw-ws', atMost: 4 }] },
    { name: p99, unit: 'µs' },
  ],
  measure: (setting) =>
    holdContest(setting, {
      caseName: 'request-reply',
      contestants: ['rondo-sealed', 'raw-ws', 'socket.io', 'libp2p'],
      async prepare({ server, client }) {
        const target = await server.call('server', 'listen', { answers: true })
        await client.call('client', 'connect', { target, count: 1 })
      },
      async run({ client }) {
        const { p50Us, p99Us } = await client.call('client', 'ask', { count: setting.plan.requests })
        return { [p50]: p50Us, [p99]: p99Us }
      },
    }),
}
