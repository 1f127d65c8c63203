import type { Coordinator, PeerId, PeerTarget, RondoError } from '@rondo/core'
import type { MemoryNetwork } from '../memory/network.js'
import { Driver, describeThrown } from './driver.js'
import type { Life, PeerLife } from './life.js'
import type { Machine } from './machine.js'
import type { Malice } from './malice/malice.js'
import type { SimulateConfig } from './options.js'
import { type LifeEnd, type Outcome, Outcomes } from './outcomes.js'
import { SimulationError } from './simulation-error.js'
import { dialsOf, neighboursOf } from './topology.js'
import type { Trace, TraceRecorder } from './trace.js'
import type { VirtualClock } from './virtual-clock.js'
import { applyAction, assertPeer, createTimetable, nodeOf, type Timetable, type WorldAction } from './world-action.js'

/** What one peer does in a world, from the beginning in each of its lives. */
export type Scenario<Value> = (peer: Coordinator, index: number, life: Life) => Promise<Value> | Value

/** A world that was run to its end. */
export interface WorldRun<Value> {
  /** What the scenario of each peer's last life returned, in the order of the peers; `isAbsent` tells who has nothing. */
  readonly outcomes: readonly Outcome<Value>[]
  /** How each life of each peer ended. */
  readonly lives: readonly (readonly LifeEnd<Value>[])[]
  readonly trace: Trace
  /** What honest coordinators had nobody to throw at. */
  readonly errors: readonly { readonly peer: number; readonly error: RondoError }[]
}

export interface World {
  readonly seed: number
  /** The coordinators of the present lives. */
  readonly peers: readonly Coordinator[]
  readonly trace: Trace
  /** Virtual time since the scenarios began; negative before. */
  readonly nowMs: number
  /** Where a peer listens. */
  addressOf(index: number): string
  /** What `connectToPeer` takes. */
  targetOf(index: number): PeerTarget
  /** Everybody but this one. */
  others(index: number): readonly PeerId[]
  /** Something that will happen, counted from the beginning of the scenarios. */
  at(ms: number): Timetable
  /** Turns a peer malicious as the scenarios begin. Nobody waits for its scenario, and what that throws ends nothing. */
  malicious(index: number, ...malice: readonly Malice[]): void
  /**
   * Waits in virtual time: called while something happens to a peer, on that peer's clock, as `life.sleep` does; elsewhere
   * on the world's. A scenario that was just woken by a promise of another peer's should use `life.sleep`.
   */
  sleep(ms: number): Promise<void>
  /**
   * Runs a scenario for every peer until all have settled, those of lives that will be restarted included, stops every
   * coordinator, and checks that nothing is left behind. Rejects with a `SimulationError` where a scenario rejects, an event
   * throws, or time runs out. Once a world.
   */
  run<Value>(scenario: Scenario<Value>): Promise<WorldRun<Value>>
}

interface WorldParts {
  readonly config: SimulateConfig
  readonly clock: VirtualClock
  readonly trace: TraceRecorder
  readonly network: MemoryNetwork
  readonly machines: readonly Machine[]
  readonly replay: (seed: number) => string
}

/** Something that every peer is to do before the run goes on. */
interface Phase {
  readonly what: string
  readonly waiting: Set<number>
  failure?: { readonly peer: number; readonly reason: unknown }
}

/** The scenarios, while they run. */
interface Play {
  readonly phase: Phase
  /** Begins the scenario of the peer's present life. */
  begin(machine: Machine): void
  crashed(machine: Machine): void
}

export class SimulatedWorld implements World {
  readonly seed: number
  readonly trace: TraceRecorder
  readonly #parts: WorldParts
  readonly #driver: Driver
  readonly #dials: readonly (readonly number[])[]
  readonly #errors: { readonly peer: number; readonly error: RondoError }[] = []
  readonly #plan: { readonly atMs: number; readonly action: WorldAction }[] = []
  /** Restarts that have been arranged and have not come, for each peer. */
  readonly #restartsAhead: number[]
  #beganAtMs = 0
  #state: 'idle' | 'preparing' | 'running' | 'over' = 'idle'
  #play: Play | undefined

  constructor(parts: WorldParts) {
    const { config, clock, machines, trace } = parts
    this.#parts = parts
    this.#dials = dialsOf(config.topology, config.peers)
    this.#restartsAhead = machines.map(() => 0)
    this.seed = config.seed
    this.trace = trace
    const failure = (what: string, cause?: unknown): Error => this.#failure(what, cause)
    this.#driver = new Driver({ clock, eventsMax: config.eventsMax, failure })
    for (const machine of machines) this.#listenTo(machine)
  }

  get peers(): readonly Coordinator[] {
    return this.#parts.machines.map(({ life }) => life.face)
  }

  get nowMs(): number {
    return this.#parts.clock.nowMs - this.#beganAtMs
  }

  addressOf(index: number): string {
    assertPeer(index, this.#parts.machines.length)
    return `memory:${nodeOf(index)}`
  }

  targetOf(index: number): PeerTarget {
    return { addresses: [this.addressOf(index)], peerId: this.#machine(index).peerId }
  }

  others(index: number): readonly PeerId[] {
    assertPeer(index, this.#parts.machines.length)
    return this.#parts.machines.filter((_, at) => at !== index).map(({ peerId }) => peerId)
  }

  at(ms: number): Timetable {
    return createTimetable(ms, this.#parts.machines.length, (atMs, action) => {
      if (this.#state === 'running') this.#arrange(atMs, action)
      else this.#plan.push({ atMs, action })
    })
  }

  malicious(index: number, ...malice: readonly Malice[]): void {
    if (this.#state !== 'idle') throw new TypeError('who is malicious is settled before the run')
    this.#machine(index).corrupt(malice)
  }

  sleep(ms: number): Promise<void> {
    const { running } = this.#driver
    if (running !== undefined) return this.#machine(running.peer).life.sleep(ms)
    return new Promise((resolve) => this.#parts.clock.schedule(undefined, ms, resolve))
  }

  async run<Value>(scenario: Scenario<Value>): Promise<WorldRun<Value>> {
    if (this.#state !== 'idle') throw new TypeError('a world runs once: make another under the same seed')
    const { clock, machines } = this.#parts
    this.#state = 'preparing'
    await this.#perform('listening', machines, ({ coordinator, index }) => coordinator.listen(this.addressOf(index)))
    await this.#perform('connecting', machines, (life) => this.#dialAll(life, this.#dials[life.index] ?? []))

    this.#beganAtMs = clock.nowMs
    this.#state = 'running'
    for (const { atMs, action } of this.#plan) this.#arrange(atMs, action)
    const { lives, outcomes } = await this.#playOut(scenario)

    this.#state = 'over'
    const honest = machines.filter(({ isUp, isMalicious }) => isUp && !isMalicious)
    await this.#perform('stopping', honest, ({ coordinator }) => coordinator.stop())
    for (const { life, isMalicious } of machines) if (isMalicious) life.end(new Error('the world is over'))
    await this.#driver.finishTurn()
    this.#assertNothingLeft()
    return { outcomes, lives, trace: this.trace, errors: this.#errors }
  }

  #machine(index: number): Machine {
    const machine = this.#parts.machines[index]
    if (machine === undefined) throw new TypeError(`there is no peer ${index} among ${this.#parts.machines.length}`)
    return machine
  }

  #listenTo({ index, life }: Machine): void {
    const { trace } = this
    const { coordinator } = life
    coordinator.on('connected', ({ peerId, direction }) => trace.record(index, 'connected', `${direction} ${peerId}`))
    coordinator.on('disconnected', ({ peerId }, { code }) => trace.record(index, 'disconnected', `${peerId}, ${code}`))
    coordinator.on('message', ({ protocol, type, messageId }) =>
      trace.record(index, 'message', `${protocol} ${type} ${messageId}`),
    )
    coordinator.on('error', (error) => {
      trace.record(index, 'error', error.message)
      if (!this.#machine(index).isMalicious) this.#errors.push({ peer: index, error })
    })
  }

  async #dialAll({ coordinator }: PeerLife, peers: readonly number[]): Promise<void> {
    await Promise.all(peers.map((peer) => coordinator.connectToPeer(this.targetOf(peer))))
  }

  // What happens to the world.

  #arrange(atMs: number, action: WorldAction): void {
    const { clock } = this.#parts
    if (action.kind === 'restart') this.#countRestarts(action.peers, 1)
    clock.schedule(undefined, this.#beganAtMs + atMs - clock.nowMs, () => {
      const { kind, ...how } = action
      this.trace.record(undefined, kind, JSON.stringify(how))
      this.#apply(action)
    })
  }

  #apply(action: WorldAction): void {
    const { network, clock } = this.#parts
    if (action.kind === 'jumpClock') {
      for (const index of action.peers) this.#machine(index).wallJumpMs += action.ms
    } else if (action.kind === 'crash') {
      for (const index of action.peers) this.#crash(this.#machine(index), action)
    } else if (action.kind === 'restart') {
      this.#countRestarts(action.peers, -1)
      for (const index of action.peers) this.#restart(this.#machine(index))
    } else {
      applyAction(action, network, clock)
    }
  }

  #countRestarts(peers: readonly number[], by: number): void {
    for (const index of peers) this.#restartsAhead[index] = (this.#restartsAhead[index] ?? 0) + by
  }

  #crash(machine: Machine, action: Extract<WorldAction, { kind: 'crash' }>): void {
    if (!machine.isUp || this.#play === undefined) return
    machine.crash(action)
    this.trace.record(machine.index, 'crashed', `in life ${machine.life.incarnation}`)
    this.#play.crashed(machine)
  }

  #restart(machine: Machine): void {
    if (this.#play === undefined) return
    if (machine.isUp) return
    machine.boot()
    this.trace.record(machine.index, 'restarted', `in life ${machine.life.incarnation}`)
    this.#listenTo(machine)
    this.#play.begin(machine)
  }

  // What the peers do.

  /** Every scenario of every life, until nobody honest is left to wait for. */
  async #playOut<Value>(scenario: Scenario<Value>): Promise<Pick<WorldRun<Value>, 'lives' | 'outcomes'>> {
    const { machines } = this.#parts
    const phase: Phase = { what: 'the scenario', waiting: new Set() }
    const ends = new Outcomes<Value>(machines.length, (index) => this.#machine(index).isMalicious)
    this.#play = {
      phase,
      begin: (machine) => {
        ends.begin(machine.index)
        this.#start(
          phase,
          machine.life,
          () => this.#live(machine, scenario),
          (end) => ends.end(machine.index, end),
        )
      },
      crashed: ({ index, isMalicious }) => {
        ends.end(index, { status: 'crashed', atMs: this.nowMs })
        if (isMalicious) return
        if ((this.#restartsAhead[index] ?? 0) > 0) phase.waiting.add(index)
        else phase.waiting.delete(index)
      },
    }
    for (const machine of machines) if (machine.isMalicious) machine.beginMalice()
    for (const machine of machines) this.#play.begin(machine)
    await this.#await(phase)
    this.#play = undefined
    return { lives: ends.lives, outcomes: ends.list() }
  }

  async #live<Value>(machine: Machine, scenario: Scenario<Value>): Promise<Value> {
    const { index, life } = machine
    if (life.incarnation > 0) {
      await life.coordinator.listen(this.addressOf(index))
      // Who can be reached is not the scenario's to wait for.
      this.#dialAll(life, neighboursOf(this.#dials, index)).catch(() => {})
    }
    return scenario(machine.enter(), index, life)
  }

  /** One task for each, and time passes until all have settled. */
  async #perform(
    what: string,
    machines: readonly Machine[],
    task: (life: PeerLife) => Promise<unknown>,
  ): Promise<void> {
    const phase: Phase = { what, waiting: new Set() }
    for (const { life } of machines) this.#start(phase, life, () => task(life))
    await this.#await(phase)
  }

  #start<Value>(phase: Phase, life: PeerLife, task: () => Promise<Value>, ended?: (end: LifeEnd<Value>) => void): void {
    const { index, owner } = life
    const isAwaited = phase.what !== 'the scenario' || !this.#machine(index).isMalicious
    const attempt = async (): Promise<LifeEnd<Value>> => {
      try {
        return { status: 'returned', value: await task() }
      } catch (reason) {
        return { status: 'failed', reason }
      }
    }
    const start = async (): Promise<void> => {
      const end = await attempt()
      // What a life comes to after its crash came too late.
      if (life.isOver) return
      ended?.(end)
      if (!isAwaited) return
      phase.waiting.delete(index)
      if (end.status === 'failed') phase.failure ??= { peer: index, reason: end.reason }
    }
    if (isAwaited) phase.waiting.add(index)
    this.#parts.clock.defer(owner, () => void start())
  }

  async #await(phase: Phase): Promise<void> {
    const { clock, config } = this.#parts
    const { what, waiting } = phase
    const untilMs = clock.nowMs + config.deadlineMs
    while (waiting.size > 0 && phase.failure === undefined) {
      if (await this.#driver.step(untilMs)) continue
      const late = clock.pending().length > 0 ? `within ${config.deadlineMs} ms` : 'and nothing is left to happen'
      throw this.#failure(`${what} of ${namesOf(waiting)} has not settled ${late}`)
    }
    const { failure } = phase
    if (failure === undefined) return
    throw this.#failure(`${what} of peer ${failure.peer} failed: ${describeThrown(failure.reason)}`, failure.reason)
  }

  #assertNothingLeft(): void {
    const { clock, machines } = this.#parts
    const owners = new Set(machines.map(({ life }) => life.owner))
    const left = clock.pending().filter(({ owner }) => owner !== undefined && owners.has(owner))
    if (left.length === 0) return
    const described = left.map(({ owner, madeAtMs, dueMs }) => {
      return `peer ${owner?.peer}, ${(dueMs - madeAtMs).toFixed(3)} ms from ${madeAtMs.toFixed(3)} ms on`
    })
    throw this.#failure(`stopped coordinators left ${left.length} timers behind: ${described.join('; ')}`)
  }

  #failure(what: string, cause?: unknown): SimulationError {
    const { replay, clock } = this.#parts
    return new SimulationError(what, { seed: this.seed, atMs: clock.nowMs, trace: this.trace, replay }, cause)
  }
}

function namesOf(indices: ReadonlySet<number>): string {
  return [...indices].map((index) => `peer ${index}`).join(', ')
}
