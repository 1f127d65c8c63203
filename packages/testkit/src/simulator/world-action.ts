import type { MemoryNetwork } from '../memory/network.js'
import type { SleepingClock, VirtualClock } from './virtual-clock.js'

// What the world does to its peers, as data: written down before it begins, carried out on the clock.

type Peers = readonly number[]

export type WorldAction =
  | { readonly kind: 'partition'; readonly groups: readonly Peers[] }
  | { readonly kind: 'heal' }
  | { readonly kind: 'sever'; readonly peers: Peers }
  | { readonly kind: 'suspend'; readonly peers: Peers; readonly forMs: number; readonly clock: SleepingClock }
  | { readonly kind: 'jumpClock'; readonly peers: Peers; readonly ms: number }
  | { readonly kind: 'crash'; readonly peers: Peers; readonly keepStore: boolean; readonly links: 'reset' | 'silent' }
  | { readonly kind: 'restart'; readonly peers: Peers }

export interface SuspendOptions {
  /** Whether the monotonic clock of a sleeping machine goes on (the default) or stands still: systems differ. */
  readonly monotonic?: SleepingClock | undefined
}

export interface CrashOptions {
  /** Whether what was written durably is there after a restart (the default), or the disk is lost with the rest. */
  readonly keepStore?: boolean | undefined
  /**
   * `reset` (the default): the process died and its system ends the links, which takes the way through the network.
   * `silent`: the machine is gone, and nobody is told.
   */
  readonly links?: 'reset' | 'silent' | undefined
}

/** What happens at one time; `at` goes on to another. Times count from the beginning of the scenarios. */
export interface Timetable {
  at(ms: number): Timetable
  /** From now on only peers of one group reach each other. Who is in no group reaches nobody. Nobody is told. */
  partition(...groups: readonly Peers[]): Timetable
  /** Everybody reaches everybody; what waited gets through. */
  heal(): Timetable
  /** Cuts links, and both ends notice: all of them, those of one peer, or those between two. */
  sever(peer?: number, other?: number): Timetable
  /** Closes the lid: what was due to happen to these peers happens when they wake. */
  suspend(peers: number | Peers, forMs: number, options?: SuspendOptions): Timetable
  /** Moves the wall clocks of these peers, forwards or back. Monotonic time goes on as before. */
  jumpClock(peers: number | Peers, ms: number): Timetable
  /** kill -9: nothing of these peers runs any more, and nobody says goodbye. Who is down already stays so. */
  crash(peers: number | Peers, options?: CrashOptions): CrashTimetable
}

/** A crash, and what may come of it. */
export interface CrashTimetable extends Timetable {
  /** So long after the crash those who are down come back, dial whom they were connected to, and play their scenario anew. */
  restart(afterMs: number): Timetable
}

export function createTimetable(
  atMs: number,
  peers: number,
  add: (atMs: number, action: WorldAction) => void,
): Timetable {
  assertTime('at', atMs)
  const checked = (who: number | Peers): Peers => {
    const indices = typeof who === 'number' ? [who] : [...who]
    for (const index of indices) assertPeer(index, peers)
    return indices
  }
  const then = (action: WorldAction): Timetable => {
    add(atMs, action)
    return timetable
  }
  const timetable: Timetable = {
    at: (ms) => createTimetable(ms, peers, add),
    partition: (...groups) => then({ kind: 'partition', groups: groups.map(checked) }),
    heal: () => then({ kind: 'heal' }),
    sever: (...between) => then({ kind: 'sever', peers: checked(between.filter((peer) => peer !== undefined)) }),
    suspend(who, forMs, { monotonic = 'runs' } = {}) {
      assertOneOf('monotonic', monotonic, ['runs', 'stands'])
      return then({ kind: 'suspend', peers: checked(who), forMs: assertTime('suspend', forMs), clock: monotonic })
    },
    jumpClock(who, ms) {
      if (!Number.isFinite(ms)) throw new TypeError(`jumpClock(${ms}): a number of milliseconds, forwards or back`)
      return then({ kind: 'jumpClock', peers: checked(who), ms })
    },
    crash(who, { keepStore = true, links = 'reset' } = {}) {
      assertOneOf('links', links, ['reset', 'silent'])
      const down = checked(who)
      then({ kind: 'crash', peers: down, keepStore, links })
      return {
        ...timetable,
        restart(afterMs) {
          add(atMs + assertTime('restart', afterMs), { kind: 'restart', peers: down })
          return timetable
        },
      }
    },
  }
  return timetable
}

/** What happens to the network and the clocks. Crashes and restarts are the world's. */
export function applyAction(action: WorldAction, network: MemoryNetwork, clock: VirtualClock): void {
  switch (action.kind) {
    case 'partition':
      network.partition(reachableWithin(action.groups))
      break
    case 'heal':
      network.heal()
      break
    case 'sever': {
      const [peer, other] = action.peers.map(nodeOf)
      const concerns = (a: string, b: string): boolean => peer === undefined || (a === peer && (other ?? b) === b)
      network.sever((dialler, listener) => concerns(dialler, listener) || concerns(listener, dialler))
      break
    }
    case 'suspend':
      for (const peer of action.peers) clock.suspend(peer, action.forMs, action.clock)
  }
}

/** What the network calls a peer. */
export function nodeOf(index: number): string {
  return `peer-${index}`
}

export function assertPeer(index: number, peers: number): void {
  if (Number.isInteger(index) && index >= 0 && index < peers) return
  throw new TypeError(`there is no peer ${index} among ${peers}`)
}

function assertTime(verb: string, ms: number): number {
  if (!(ms >= 0 && Number.isFinite(ms))) throw new TypeError(`${verb}(${ms}): a number of milliseconds, from 0 up`)
  return ms
}

function assertOneOf(name: string, value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value)) throw new TypeError(`${name} must be ${allowed.join(' or ')}, not ${value}`)
}

function reachableWithin(groups: readonly Peers[]): (from: string, to: string) => boolean {
  const groupOf = new Map(groups.flatMap((peers, group) => peers.map((peer) => [nodeOf(peer), group] as const)))
  return (from, to) => groupOf.has(from) && groupOf.get(from) === groupOf.get(to)
}
