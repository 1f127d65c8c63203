import { createMemoryNetwork } from '../memory/network.js'
import { createSeededRandom } from '../memory/seeded-random.js'
import { forkSeed } from './fork-seed.js'
import { Machine, type MachineParts } from './machine.js'
import { resolveSimulateOptions, type SimulateOptions } from './options.js'
import { replayCommand } from './seeds.js'
import { synchronousCrypto } from './synchronous-crypto.js'
import { TraceRecorder } from './trace.js'
import { VirtualClock } from './virtual-clock.js'
import { SimulatedWorld, type World } from './world.js'

/**
 * Makes a world: real coordinators on a virtual clock and a network in memory, all under one seed. Nothing happens in it
 * before `run`, and everything happens again, frame by frame, under the same seed.
 *
 * @example
 * const world = simulate({ seed: 42, peers: 3, network: { latencyMs: [5, 80], loss: 0.1 } })
 * world.at(200).partition([0], [1, 2]).at(900).heal().at(400).crash(2, { keepStore: true }).restart(700)
 * const { outcomes, trace } = await world.run(async (peer, index) => peer.broadcast({ type: 'hello', payload: index }))
 */
export function simulate(options: SimulateOptions): World {
  const config = resolveSimulateOptions(options)
  const clock = new VirtualClock()
  const trace = new TraceRecorder(() => clock.nowMs)
  const random = createSeededRandom(forkSeed(config.seed, 'network'))
  const network = createMemoryNetwork({ ...config.network, random })
  const parts: MachineParts = { config, clock, trace, network, crypto: synchronousCrypto() }
  const machines = Array.from({ length: config.peers }, (_, index) => new Machine(index, parts))
  return new SimulatedWorld({ config, clock, trace, network, machines, replay: replayCommand() })
}
