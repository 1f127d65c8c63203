import { type Coordinator, createSystemEnv, type PeerId, type PeerTarget, type RondoError } from '@rondo/core'
import type { MemoryNetwork } from '../memory/network.js'
import type { SimulateConfig } from './options.js'
import { SimulationError } from './simulation-error.js'
import type { Trace, TraceRecorder } from './trace.js'
import type { VirtualClock } from './virtual-clock.js'
import { applyAction, assertPeer, createTimetable, nodeOf, type Timetable, type WorldAction } from './world-action.js'

// Drives virtual time. One event runs at a time, and all that it sets off in promises settles before the next: a turn of the
// real event loop comes only when no promise has anything left to do, so that its order is the code's and not the machine's.

/** What one peer does in a world. */
export type Scenario<Value> = (peer: Coordinator, index: number) => Promise<Value> | Value

/** A world that was run to its end. */
export interface WorldRun<Value> {
  /** What each scenario returned, in the order of the peers. */
  readonly outcomes: readonly Value[]
  readonly trace: Trace
  /** What coordinators had nobody to throw at. */
  readonly errors: readonly { readonly peer: number; readonly error: RondoError }[]
}

export interface World {
  readonly seed: number
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
  /** Waits in virtual time. */
  sleep(ms: number): Promise<void>
  /**
   * Runs a scenario for every peer until all have settled, stops every coordinator, and checks that nothing is left behind.
   * Rejects with a `SimulationError` where a scenario rejects, an event throws, or time runs out. Once a world.
   */
  run<Value>(scenario: Scenario<Value>): Promise<WorldRun<Value>>
}

interface WorldParts {
  readonly config: SimulateConfig
  readonly clock: VirtualClock
  readonly trace: TraceRecorder
  readonly network: MemoryNetwork
  readonly peers: readonly Coordinator[]
  readonly replay: (seed: number) => string
}

const { defer } = createSystemEnv()

export class SimulatedWorld implements World {
  readonly seed: number
  readonly peers: readonly Coordinator[]
  readonly trace: TraceRecorder
  readonly #parts: WorldParts
  readonly #errors: { readonly peer: number; readonly error: RondoError }[] = []
  readonly #plan: { readonly atMs: number; readonly action: WorldAction }[] = []
  #beganAtMs = 0
  #state: 'idle' | 'preparing' | 'running' | 'over' = 'idle'
  #events = 0

  constructor(parts: WorldParts) {
    this.#parts = parts
    this.seed = parts.config.seed
    this.peers = parts.peers
    this.trace = parts.trace
    parts.peers.forEach((peer, index) => {
      this.#listenTo(peer, index)
    })
  }

  get nowMs(): number {
    return this.#parts.clock.nowMs - this.#beganAtMs
  }

  addressOf(index: number): string {
    assertPeer(index, this.peers.length)
    return `memory:${nodeOf(index)}`
  }

  targetOf(index: number): PeerTarget {
    return { addresses: [this.addressOf(index)], peerId: this.#peer(index).peerId }
  }

  others(index: number): readonly PeerId[] {
    assertPeer(index, this.peers.length)
    return this.peers.filter((_, at) => at !== index).map(({ peerId }) => peerId)
  }

  at(ms: number): Timetable {
    return createTimetable(ms, this.peers.length, (atMs, action) => {
      if (this.#state === 'running') this.#arrange(atMs, action)
      else this.#plan.push({ atMs, action })
    })
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.#parts.clock.schedule(undefined, ms, resolve))
  }

  async run<Value>(scenario: Scenario<Value>): Promise<WorldRun<Value>> {
    if (this.#state !== 'idle') throw new TypeError('a world runs once: make another under the same seed')
    const { config, clock } = this.#parts
    this.#state = 'preparing'
    await this.#perform('listening', (peer, index) => peer.listen(this.addressOf(index)))
    if (config.topology === 'mesh') {
      await this.#perform('the mesh', (peer, index) =>
        Promise.all(this.peers.slice(index + 1).map((_, at) => peer.connectToPeer(this.targetOf(index + 1 + at)))),
      )
    }

    this.#beganAtMs = clock.nowMs
    this.#state = 'running'
    for (const { atMs, action } of this.#plan) this.#arrange(atMs, action)
    const outcomes = await this.#perform('the scenario', scenario)

    this.#state = 'over'
    await this.#perform('stopping', (peer) => peer.stop())
    await this.#finishTurn()
    this.#assertNothingLeft()
    return { outcomes, trace: this.trace, errors: this.#errors }
  }

  #peer(index: number): Coordinator {
    const peer = this.peers[index]
    if (peer === undefined) throw new TypeError(`there is no peer ${index} among ${this.peers.length}`)
    return peer
  }

  #listenTo(peer: Coordinator, index: number): void {
    const { trace } = this
    peer.on('connected', ({ peerId, direction }) => trace.record(index, 'connected', `${direction} ${peerId}`))
    peer.on('disconnected', ({ peerId }, { code }) => trace.record(index, 'disconnected', `${peerId}, ${code}`))
    peer.on('message', ({ protocol, type, messageId }) =>
      trace.record(index, 'message', `${protocol} ${type} ${messageId}`),
    )
    peer.on('error', (error) => {
      trace.record(index, 'error', error.message)
      this.#errors.push({ peer: index, error })
    })
  }

  #arrange(atMs: number, action: WorldAction): void {
    const { clock, network } = this.#parts
    clock.schedule(undefined, this.#beganAtMs + atMs - clock.nowMs, () => {
      const { kind, ...how } = action
      this.trace.record(undefined, kind, JSON.stringify(how))
      applyAction(action, network, clock)
    })
  }

  /** Starts one task a peer, and lets time pass until all have settled. */
  async #perform<Value>(what: string, task: Scenario<Value>): Promise<readonly Value[]> {
    const { clock, config } = this.#parts
    const values: Value[] = []
    const waiting = new Set(this.peers.keys())
    const failures: { readonly peer: number; readonly reason: unknown }[] = []
    const start = async (peer: Coordinator, index: number): Promise<void> => {
      try {
        values[index] = await task(peer, index)
      } catch (reason) {
        failures.push({ peer: index, reason })
      }
      waiting.delete(index)
    }
    this.peers.forEach((peer, index) => {
      clock.defer(index, () => void start(peer, index))
    })
    const untilMs = clock.nowMs + config.deadlineMs
    while (waiting.size > 0 && failures.length === 0) {
      if (await this.#step(untilMs)) continue
      const late = clock.pending().length > 0 ? `within ${config.deadlineMs} ms` : 'and nothing is left to happen'
      throw this.#failure(`${what} of ${namesOf(waiting)} has not settled ${late}`)
    }
    const [failure] = failures
    if (failure !== undefined) {
      throw this.#failure(`${what} of peer ${failure.peer} failed: ${describe(failure.reason)}`, failure.reason)
    }
    return values
  }

  /** The next event and all that follows from it at once; false where none is left up to then. */
  async #step(untilMs: number): Promise<boolean> {
    const { clock, config } = this.#parts
    const event = clock.next(untilMs)
    if (event === undefined) return false
    this.#events += 1
    if (this.#events > config.eventsMax) throw this.#failure(`more than ${config.eventsMax} events`)
    try {
      event.run()
    } catch (cause) {
      const whose = event.owner === undefined ? 'the world' : `peer ${event.owner}`
      throw this.#failure(`an exception that would have ended the process of ${whose}: ${describe(cause)}`, cause)
    }
    await settled()
    return true
  }

  async #finishTurn(): Promise<void> {
    const { clock } = this.#parts
    while (clock.isMidTurn) await this.#step(clock.nowMs)
  }

  #assertNothingLeft(): void {
    const left = this.#parts.clock.pending().filter(({ owner }) => owner !== undefined)
    if (left.length === 0) return
    const described = left.map(({ owner, madeAtMs, dueMs }) => {
      return `peer ${owner}, ${(dueMs - madeAtMs).toFixed(3)} ms from ${madeAtMs.toFixed(3)} ms on`
    })
    throw this.#failure(`stopped coordinators left ${left.length} timers behind: ${described.join('; ')}`)
  }

  #failure(what: string, cause?: unknown): SimulationError {
    const { replay, clock } = this.#parts
    return new SimulationError(what, { seed: this.seed, atMs: clock.nowMs, trace: this.trace, replay }, cause)
  }
}

/** Resolves when no promise has anything left to do. */
function settled(): Promise<void> {
  return new Promise((resolve) => defer(resolve))
}

function namesOf(indices: ReadonlySet<number>): string {
  return [...indices].map((index) => `peer ${index}`).join(', ')
}

function describe(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : JSON.stringify(thrown)
}
