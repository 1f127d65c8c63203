import type { BenchCase } from '../bench-case.ts'
import { holdSiege } from './siege.ts'

const halfOpen = 2_000
/** Half an upgrade's deadline and a handshake's are 10 seconds each; 2,000 closes take their time. */
const reapedWithinMs = 20_000
const dials = 10
const newcomer = 'p50, new identity'
const leftOpen = 'left open after 20 s'

export const halfOpenSockets: BenchCase = {
  name: 'half-open',
  about: 'honest connects beside 2,000 sockets that say nothing, half of them WebSockets',
  transports: ['ws'],
  payloadBytes: 0,
  metrics: [
    { name: newcomer, unit: 'ms', goals: [{ atMost: 100 }] },
    { name: leftOpen, unit: 'sockets', goals: [{ atMost: 0 }] },
  ],
  measure: (setting) =>
    holdSiege(setting, {
      caseName: 'half-open',
      runs: setting.plan.siegeRuns,
      async prepare({ server, client }) {
        const target = await server.call('server', 'listen', { answers: false })
        await client.call('client', 'dial', { target, count: dials, isKnown: false })
        return target
      },
      async run({ client }, target, isAttacked, { withAttacker, note }) {
        const dial = () => client.call('client', 'dial', { target, count: dials, isKnown: false })
        if (!isAttacked) return { [newcomer]: await dial(), [leftOpen]: 0 }
        return withAttacker(async (attacker) => {
          await attacker.call('halfOpen', 'open', { target, count: halfOpen })
          const tookMs = await dial()
          const { opened, closed } = await attacker.call('halfOpen', 'reaped', { withinMs: reapedWithinMs })
          note('the attacker', `opened ${opened} sockets, of which ${closed} were closed`)
          return { [newcomer]: tookMs, [leftOpen]: opened - closed }
        })
      },
    }),
}
