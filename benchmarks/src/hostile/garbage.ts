import { createHash } from 'node:crypto'
import type { BenchCase, Sample, Setting } from '../bench-case.ts'
import type { Target } from '../contestants/contestant.ts'
import type { Pair } from '../processes/pair.ts'
import { type Attacker, type Besieger, calm, holdSiege } from './siege.ts'

// What an honest pair loses while somebody floods the node that receives: as fast as it is taken, then at a fixed load.

const garbagePerSecond = 50_000
const honestPerSecond = 20_000
const throughput = 'throughput'
const receiverCpu = 'receiver CPU, saturated'
const receiverBusy = 'receiver busy, paced 20k/s'
const pacedP50 = 'p50, paced 20k/s'
const pacedP99 = 'p99, paced 20k/s'
const metrics: BenchCase['metrics'] = [
  { name: throughput, unit: 'msg/s', goals: [{ against: calm, atLeast: 0.9 }] },
  { name: receiverCpu, unit: 'µs/msg' },
  { name: receiverBusy, unit: '% of a core' },
  { name: pacedP50, unit: 'ms' },
  { name: pacedP99, unit: 'ms' },
]

/** An attack that can be begun and ended. */
interface Flood {
  readonly caseName: string
  connect(attacker: Attacker, target: Target): Promise<unknown>
  begin(attacker: Attacker, target: Target): Promise<unknown>
  end(attacker: Attacker, besieger: Besieger): Promise<void>
}

const messages: Flood = {
  caseName: 'garbage-messages',
  connect: (attacker, target) => attacker.call('messages', 'connect', { target }),
  begin: (attacker) => attacker.call('messages', 'begin', { perSecond: garbagePerSecond }),
  async end(attacker, { note }) {
    const { perSecond, isConnected } = await attacker.call('messages', 'end', undefined)
    note(
      'the attacker',
      `sent ${Math.round(perSecond)} messages a second, and is ${isConnected ? 'still there' : 'gone'}`,
    )
  },
}

const networkTag = createHash('sha256').update('rondo/1 network main').digest('hex').slice(0, 16)

const handshakes: Flood = {
  caseName: 'garbage-handshakes',
  connect: async () => {},
  begin: (attacker, target) => attacker.call('handshakes', 'begin', { target, networkTag }),
  async end(attacker, { note }) {
    const { perSecond, answeredPerSecond } = await attacker.call('handshakes', 'end', undefined)
    note(
      'the attacker',
      `connected ${Math.round(perSecond)} times a second, and was answered ${Math.round(answeredPerSecond)} times by a handshake`,
    )
  },
}

/** What the pair does in one run, and how busy that keeps the receiver. */
async function exchange({ server, client }: Pair, { plan }: Setting): Promise<Sample> {
  const { warmUpMs, windowMs, pacedMs } = plan
  const flow = async (forMs: number, isPaced: boolean) => {
    const watched = server.call('server', 'watch', { warmUpMs, windowMs: forMs })
    const sending = isPaced
      ? client.call('client', 'pace', { forMs: warmUpMs + forMs, perSecond: honestPerSecond })
      : client.call('client', 'saturate', { forMs: warmUpMs + forMs })
    const [received, sent] = await Promise.all([watched, sending])
    await server.call('server', 'settle', sent)
    return received
  }
  const saturated = await flow(windowMs, false)
  const paced = await flow(pacedMs, true)
  return {
    [throughput]: saturated.perSecond,
    [receiverCpu]: saturated.cpuUs,
    [receiverBusy]: (paced.cpuUs * paced.perSecond) / 10_000,
    [pacedP50]: paced.p50Ms,
    [pacedP99]: paced.p99Ms,
  }
}

function floodCase(flood: Flood, about: string): BenchCase {
  const { caseName } = flood
  return {
    name: caseName,
    about,
    transports: ['ws'],
    payloadBytes: 200,
    metrics,
    measure: (setting) =>
      holdSiege(setting, {
        caseName,
        runs: setting.plan.runs,
        async prepare(pair) {
          const target = await pair.server.call('server', 'listen', { answers: false })
          await pair.client.call('client', 'connect', { target, count: 1 })
          await exchange(pair, setting)
          return target
        },
        async run(pair, target, isAttacked, besieger) {
          if (!isAttacked) return exchange(pair, setting)
          return besieger.withAttacker(async (attacker) => {
            await flood.connect(attacker, target)
            await flood.begin(attacker, target)
            const sample = await exchange(pair, setting)
            await flood.end(attacker, besieger)
            return sample
          })
        },
      }),
  }
}

export const garbageMessages = floodCase(messages, 'an honest pair while a proven peer sends 50,000 garbage messages/s')
export const garbageHandshakes = floodCase(handshakes, 'the same while a stranger breaks 200 handshakes/s')
