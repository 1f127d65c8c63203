import type { Coordinator } from '../src/coordinator/coordinator.js'
import { createCoordinator } from '../src/coordinator/create-coordinator.js'
import { generateIdentity, type Identity } from '../src/identity/identity.js'
import type { CoordinatorOptions } from '../src/options.js'
import type { PeerInfo } from '../src/peers/peer-info.js'
import type { Transport } from '../src/transport/transport.js'
import { FakeEnv } from './fake-env.js'
import { type FakeWire, joinLinks } from './fake-wire.js'

type WireOptions = NonNullable<Parameters<typeof joinLinks>[1]>

/** The options of the wire that a dial is given, by its number from 0 on. */
export type WireOf = (dial: number) => WireOptions

const cutOff = { code: 'LINK_CLOSED', detail: 'the connection was cut' }

/** A node that dials and one that is dialled, over wires that the test cuts, spoils and withholds. */
export class FakeLine {
  readonly env: FakeEnv
  readonly near: Coordinator
  readonly far: Coordinator
  readonly wires: FakeWire[] = []
  /** When the near node dialled. */
  readonly dialledAtMs: number[] = []
  isReachable = true
  /** Gets every wire before anything goes over it. */
  prepare: (wire: FakeWire, dial: number) => void = () => {}
  /** What each of them was told, near first. */
  readonly told: readonly [string[], string[]] = [[], []]
  readonly #farIdentity: Identity = generateIdentity()
  readonly #wireOf: WireOf
  #far: Coordinator

  constructor({
    seed = 1,
    limits,
    wireOf = () => ({}),
  }: { seed?: number; limits?: CoordinatorOptions['limits']; wireOf?: WireOf } = {}) {
    this.env = new FakeEnv(seed)
    this.#wireOf = wireOf
    const dial: Transport['dial'] = async () => {
      this.dialledAtMs.push(this.env.nowMs)
      if (!this.isReachable) throw new Error('nobody is there')
      return this.wire().dialler
    }
    const transports = [() => ({ name: 'line', schemes: ['line:'], dial })]
    this.near = createCoordinator({ identity: generateIdentity(), env: this.env, limits, transports })
    this.far = createCoordinator({ identity: this.#farIdentity, env: this.env, limits })
    this.#far = this.far
    this.#listen(this.near, this.told[0])
    this.#listen(this.far, this.told[1])
  }

  /** The far process begins anew: under the same key, and knowing of no session. */
  restartFar(): Coordinator {
    this.#far = createCoordinator({ identity: this.#farIdentity, env: this.env })
    return this.#far
  }

  /** A wire whose far end is adopted as the listener’s. */
  wire(options = this.#wireOf(this.wires.length)): FakeWire {
    const wire = joinLinks(this.env, options)
    this.wires.push(wire)
    this.prepare(wire, this.wires.length - 1)
    this.#far.adoptLink(wire.listener, { role: 'listener' }).catch(() => {})
    return wire
  }

  get target() {
    return { peerId: this.far.peerId, addresses: ['line:far'] }
  }

  async connect(): Promise<PeerInfo> {
    const connecting = this.near.connectToPeer(this.target)
    connecting.catch(() => {})
    await this.env.settle()
    return connecting
  }

  /** Ends the newest wire, at once for both. */
  cut(): void {
    const wire = this.wires.at(-1)
    wire?.dialler.end(cutOff)
    wire?.listener.end(cutOff)
  }

  async stop(): Promise<void> {
    const stopping = Promise.all([this.near.stop(), this.far.stop(), this.#far.stop()])
    await this.env.settle()
    await stopping
  }

  #listen(node: Coordinator, told: string[]): void {
    node.on('connected', () => told.push('connected'))
    node.on('interrupted', (_, { code }) => told.push(`interrupted ${code}`))
    node.on('resumed', () => told.push('resumed'))
    node.on('disconnected', (_, { code }) => told.push(`disconnected ${code}`))
    node.on('error', ({ code }) => told.push(`error ${code}`))
  }
}
