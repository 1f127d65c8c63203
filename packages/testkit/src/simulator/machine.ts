import {
  type Coordinator,
  type CryptoProvider,
  coreError,
  createCoordinator,
  type Identity,
  identityFromSeed,
  type Link,
  type PeerId,
  type Transport,
  type TransportFactory,
} from '@rondo/core'
import type { MemoryNetwork } from '../memory/network.js'
import { createSeededRandom } from '../memory/seeded-random.js'
import { createDisk, type Disk } from './disk.js'
import type { Owner } from './event-queue.js'
import { createSeededBytes, forkBytes, forkSeed } from './fork-seed.js'
import { PeerLife } from './life.js'
import { type CorruptibleLink, createCorruptibleLink } from './malice/corruptible-link.js'
import type { Malice, MaliceTools, Mischief } from './malice/malice.js'
import type { SimulateConfig } from './options.js'
import { createPeerEnv } from './peer-env.js'
import type { TraceRecorder } from './trace.js'
import { type Note, tracedTransport } from './traced-transport.js'
import type { VirtualClock } from './virtual-clock.js'
import { nodeOf } from './world-action.js'

// One peer over all its lives: what a crash takes away is in its life, what outlasts it is here.

export interface MachineParts {
  readonly config: SimulateConfig
  readonly clock: VirtualClock
  readonly network: MemoryNetwork
  readonly trace: TraceRecorder
  readonly crypto: CryptoProvider | undefined
}

export interface Crash {
  readonly keepStore: boolean
  /** Whether the other ends hear of it. */
  readonly links: 'reset' | 'silent'
}

export class Machine {
  readonly index: number
  /** How far its wall clock has jumped in all. */
  wallJumpMs = 0
  readonly #parts: MachineParts
  readonly #identity: Identity
  readonly #note: Note
  #malice: readonly Malice[] = []
  #mischief: readonly Mischief[] | undefined
  /** Links whose malice sleeps until the scenarios begin. */
  #dormant: CorruptibleLink[] = []
  #disk: Disk = createDisk()
  #life: PeerLife

  constructor(index: number, parts: MachineParts) {
    const { seed } = parts.config
    this.index = index
    this.#parts = parts
    this.#note = (what, detail) => parts.trace.record(index, what, detail)
    this.#identity = identityFromSeed(forkBytes(seed, `identity ${index}`), { ed25519: parts.crypto?.ed25519 })
    this.#life = this.#createLife(0)
  }

  get peerId(): PeerId {
    return this.#identity.peerId
  }

  /** The present life, or the last one. */
  get life(): PeerLife {
    return this.#life
  }

  get isUp(): boolean {
    return !this.#life.isOver
  }

  get isMalicious(): boolean {
    return this.#malice.length > 0
  }

  /** A new life: the same identity and what is left on the disk, everything else anew. */
  boot(): PeerLife {
    this.#parts.network.reappear(nodeOf(this.index))
    this.#life = this.#createLife(this.#life.incarnation + 1)
    return this.#life
  }

  /** kill -9. Nothing of the life goes on, and nobody says goodbye. */
  crash({ keepStore, links }: Crash): void {
    this.#life.end(new Error(`peer ${this.index} crashed`))
    this.#parts.network.vanish(nodeOf(this.index), links)
    this.#dormant = []
    if (keepStore) this.#disk.crash()
    else this.#disk = createDisk()
  }

  corrupt(malice: readonly Malice[]): void {
    this.#malice = [...this.#malice, ...malice]
  }

  /** The scenarios begin, and with them the malice. */
  beginMalice(): void {
    this.#mischief = this.#malice.map((malice, number) => malice.begin(this.#toolsFor(malice, number)))
    for (const link of this.#dormant.splice(0)) link.corrupt((honest) => this.#corrupted(honest))
  }

  /** What the scenario of this life gets; the malice of a new life begins with it. */
  enter(): Coordinator {
    const life = this.#life
    for (const mischief of this.#mischief ?? []) {
      life.face = mischief.coordinator?.(life.face) ?? life.face
      mischief.start?.()
    }
    return life.face
  }

  #createLife(incarnation: number): PeerLife {
    const { config, clock, network, crypto } = this.#parts
    const { index } = this
    const owner: Owner = { peer: index, isGone: false }
    const env = createPeerEnv({
      clock,
      seed: config.seed,
      incarnation,
      owner,
      wallJumpMs: () => this.wallJumpMs,
      log: (level, text, fields) => this.#note(level, `${text} ${JSON.stringify(fields ?? {})}`),
    })
    const traced = tracedTransport(network.transport(nodeOf(index)), this.#note)
    let bare: Transport | undefined
    const transport: TransportFactory = (host) => {
      bare = traced(host)
      return this.#corruptible(bare)
    }
    const store = this.#disk.open(() => owner.isGone)
    const coordinator = createCoordinator({
      identity: this.#identity,
      transports: [transport],
      limits: config.limits,
      store,
      env,
      crypto,
    })
    const dial = async (address: string): Promise<Link> => {
      if (bare === undefined || owner.isGone) throw coreError('COORDINATOR_STOPPED')
      return bare.dial(address, {})
    }
    return new PeerLife({ index, incarnation, clock, coordinator, env, store, owner, dial })
  }

  #corruptible(transport: Transport): Transport {
    const { name, schemes } = transport
    const opened = (link: Link): Link => this.#open(link)
    return {
      name,
      schemes,
      dial: async (address, options) => opened(await transport.dial(address, options)),
      async listen(address, options) {
        if (transport.listen === undefined) throw new TypeError(`${name} does not listen`)
        return transport.listen(address, { ...options, accept: (link) => options.accept(opened(link)) })
      },
    }
  }

  #open(link: Link): Link {
    if (!this.isMalicious) return link
    if (this.#mischief !== undefined) return this.#corrupted(link)
    const dormant = createCorruptibleLink(link)
    this.#dormant.push(dormant)
    return dormant.link
  }

  #corrupted(link: Link): Link {
    return (this.#mischief ?? []).reduceRight((worse, mischief) => mischief.link?.(worse) ?? worse, link)
  }

  #toolsFor({ name }: Malice, number: number): MaliceTools {
    const { config } = this.#parts
    const label = `malice ${this.index} ${number} ${name}`
    const others = Array.from({ length: config.peers }, (_, index) => index).filter((index) => index !== this.index)
    const lifeNow = (): PeerLife => this.#life
    return {
      peer: this.index,
      others,
      get env() {
        return lifeNow().env
      },
      random: createSeededRandom(forkSeed(config.seed, label)),
      bytes: createSeededBytes(forkBytes(config.seed, label)),
      dial: (peer) => lifeNow().dial(`memory:${nodeOf(peer)}`),
      note: (what, detail) => this.#note(what, detail === undefined ? name : `${name}, ${detail}`),
    }
  }
}
