import { createCoordinator, identityFromSeed } from '@rondo/core'
import { createMemoryNetwork } from '../memory/network.js'
import { createSeededRandom } from '../memory/seeded-random.js'
import { forkBytes, forkSeed } from './fork-seed.js'
import { resolveSimulateOptions, type SimulateOptions } from './options.js'
import { createPeerEnv } from './peer-env.js'
import { replayCommand } from './seeds.js'
import { synchronousCrypto } from './synchronous-crypto.js'
import { TraceRecorder } from './trace.js'
import { type Note, tracedTransport } from './traced-transport.js'
import { VirtualClock } from './virtual-clock.js'
import { SimulatedWorld, type World } from './world.js'
import { nodeOf } from './world-action.js'

/**
 * Makes a world: real coordinators on a virtual clock and a network in memory, all under one seed. Nothing happens in it
 * before `run`, and everything happens again, frame by frame, under the same seed.
 *
 * @example
 * const world = simulate({ seed: 42, peers: 3, network: { latencyMs: [5, 80], loss: 0.1 } })
 * world.at(200).partition([0], [1, 2]).at(900).heal()
 * const { outcomes, trace } = await world.run(async (peer, index) => peer.broadcast({ type: 'hello', payload: index }))
 */
export function simulate(options: SimulateOptions): World {
  const config = resolveSimulateOptions(options)
  const clock = new VirtualClock()
  const trace = new TraceRecorder(() => clock.nowMs)
  const random = createSeededRandom(forkSeed(config.seed, 'network'))
  const network = createMemoryNetwork({ ...config.network, random })
  const crypto = synchronousCrypto()
  const peers = Array.from({ length: config.peers }, (_, index) => {
    const note: Note = (what, detail) => trace.record(index, what, detail)
    return createCoordinator({
      identity: identityFromSeed(forkBytes(config.seed, `identity ${index}`), { ed25519: crypto?.ed25519 }),
      transports: [tracedTransport(network.transport(nodeOf(index)), note)],
      limits: config.limits,
      env: createPeerEnv(clock, config.seed, index, (level, text, fields) =>
        note(level, `${text} ${JSON.stringify(fields ?? {})}`),
      ),
      crypto,
    })
  })
  return new SimulatedWorld({ config, clock, trace, network, peers, replay: replayCommand() })
}
