import { createMemoryNetwork } from '@rondo/testkit/memory'
import type { Coordinator } from '../src/coordinator/coordinator.js'
import { createCoordinator } from '../src/coordinator/create-coordinator.js'
import { generateIdentity } from '../src/identity/identity.js'
import type { CoordinatorOptions } from '../src/options.js'
import type { RondoError } from '../src/rondo-error.js'
import { FakeEnv } from './fake-env.js'

type NodeOptions = Partial<Omit<CoordinatorOptions, 'env' | 'transports'>>
type NetworkOptions = Parameters<typeof createMemoryNetwork>[0]

/** Real coordinators on a clock and a network of the test's own. */
export class FakeTown {
  readonly env = new FakeEnv()
  readonly network: ReturnType<typeof createMemoryNetwork>
  /** What `error` events told, node by node. */
  readonly errors = new Map<Coordinator, RondoError[]>()
  readonly #addresses = new Map<Coordinator, readonly string[]>()
  #nodes = 0

  constructor(options: NetworkOptions = {}) {
    this.network = createMemoryNetwork(options)
  }

  /** A node that nobody can dial yet. */
  node(options: NodeOptions = {}): Coordinator {
    const { env, network } = this
    const node = createCoordinator({ identity: generateIdentity(), ...options, env, transports: [network.transport()] })
    const errors: RondoError[] = []
    this.errors.set(node, errors)
    node.on('error', (error) => errors.push(error))
    return node
  }

  /** A node that listens. */
  async house(options: NodeOptions = {}): Promise<Coordinator> {
    const node = this.node(options)
    this.#nodes += 1
    const { addresses } = await this.during(node.listen(`memory:house-${this.#nodes}`))
    this.#addresses.set(node, addresses)
    return node
  }

  addressesOf(node: Coordinator): readonly string[] {
    return this.#addresses.get(node) ?? []
  }

  /** `from` dials `to`. */
  async join(from: Coordinator, to: Coordinator): Promise<void> {
    await this.during(from.connectToPeer({ peerId: to.peerId, addresses: this.addressesOf(to) }))
    await this.env.settle()
  }

  /** Two nodes that are connected; the first dialled. */
  async pair(options: NodeOptions = {}, otherOptions = options): Promise<readonly [Coordinator, Coordinator]> {
    const to = await this.house(otherOptions)
    const from = this.node(options)
    await this.join(from, to)
    return [from, to]
  }

  /** What a promise comes to while turns go by and the clock stands still. */
  async during<T>(promise: Promise<T>): Promise<T> {
    promise.catch(() => {})
    await this.env.settle()
    return promise
  }
}
