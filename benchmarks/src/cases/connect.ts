import type { BenchCase } from '../bench-case.ts'
import { holdContest } from '../contest.ts'

const strangers = 'p50, new identity'
const acquainted = 'p50, known identity'

export const connect: BenchCase = {
  name: 'connect',
  about: 'dial to ready, against a bare open',
  transports: ['ws', 'memory'],
  payloadBytes: 0,
  metrics: [
    { name: strangers, unit: 'ms', goals: [{ atMost: 8 }, { against: 'libp2p', atMost: 0.5 }] },
    { name: acquainted, unit: 'ms' },
  ],
  measure: (setting) =>
    holdContest(setting, {
      caseName: 'connect',
      contestants: ['rondo-sealed', 'raw-ws', 'socket.io', 'libp2p'],
      prepare: ({ server }) => server.call('server', 'listen', { answers: false }),
      async run({ client }, target) {
        const { dials: count } = setting.plan
        return {
          [strangers]: await client.call('client', 'dial', { target, count, isKnown: false }),
          [acquainted]: await client.call('client', 'dial', { target, count, isKnown: true }),
        }
      },
    }),
}
