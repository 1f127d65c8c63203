import type { CoordinatorOptions } from '@rondo/core'
import type { MemoryNetworkOptions } from '../memory/options.js'
import type { Topology } from './topology.js'

export interface SimulateOptions {
  /** Decides everything: identities, keys, latencies, losses. */
  readonly seed: number
  /** How many. */
  readonly peers: number
  /** What the network does to frames; nothing where left out. */
  readonly network?: Omit<MemoryNetworkOptions, 'delivery' | 'random'> | undefined
  readonly limits?: CoordinatorOptions['limits'] | undefined
  /**
   * Who is connected when the scenarios begin: everybody to everybody (`mesh`), each to the next (`ring`), nobody (`none`),
   * or each to those that a function of its index names.
   */
  readonly topology?: Topology | undefined
  /** Virtual time that the scenarios may take before the run is given up. */
  readonly deadlineMs?: number | undefined
  /** Events that one run may take: what loops without time passing ends here. */
  readonly eventsMax?: number | undefined
}

export interface SimulateConfig {
  readonly seed: number
  readonly peers: number
  readonly network: Omit<MemoryNetworkOptions, 'delivery' | 'random'>
  readonly limits: CoordinatorOptions['limits']
  readonly topology: Topology
  readonly deadlineMs: number
  readonly eventsMax: number
}

/** Checks the options once and fills in what was left out. */
export function resolveSimulateOptions(options: SimulateOptions): SimulateConfig {
  const { seed, peers, topology = 'mesh' } = options
  if (!Number.isSafeInteger(seed)) throw new TypeError(`seed must be a whole number: ${String(seed)}`)
  if (typeof topology !== 'function' && !['mesh', 'ring', 'none'].includes(topology))
    throw new TypeError('topology must be mesh, ring, none, or a function')
  return Object.freeze({
    seed,
    peers: fromOneUp('peers', peers),
    network: options.network ?? {},
    limits: options.limits,
    topology,
    deadlineMs: fromOneUp('deadlineMs', options.deadlineMs ?? 3_600_000),
    eventsMax: fromOneUp('eventsMax', options.eventsMax ?? 2_000_000),
  })
}

function fromOneUp(name: string, value: number): number {
  if (!(Number.isSafeInteger(value) && value >= 1)) throw new TypeError(`${name} must be a whole number from 1 up`)
  return value
}
