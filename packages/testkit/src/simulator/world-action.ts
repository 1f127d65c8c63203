import type { MemoryNetwork } from '../memory/network.js'
import type { VirtualClock } from './virtual-clock.js'

// What the world does to its peers, as data: written down before it begins, carried out on the clock.

export type WorldAction =
  | { readonly kind: 'partition'; readonly groups: readonly (readonly number[])[] }
  | { readonly kind: 'heal' }
  | { readonly kind: 'sever'; readonly peers: readonly number[] }
  | { readonly kind: 'suspend'; readonly peers: readonly number[]; readonly forMs: number }

/** What happens at one time; `at` goes on to another. Times count from the beginning of the scenarios. */
export interface Timetable {
  at(ms: number): Timetable
  /** From now on only peers of one group reach each other. Who is in no group reaches nobody. Nobody is told. */
  partition(...groups: readonly (readonly number[])[]): Timetable
  /** Everybody reaches everybody; what waited gets through. */
  heal(): Timetable
  /** Cuts links, and both ends notice: all of them, those of one peer, or those between two. */
  sever(peer?: number, other?: number): Timetable
  /** Stops the clocks of these peers: what was due to happen to them happens when they wake. */
  suspend(peers: number | readonly number[], forMs: number): Timetable
}

export function createTimetable(
  atMs: number,
  peers: number,
  add: (atMs: number, action: WorldAction) => void,
): Timetable {
  if (!(atMs >= 0 && Number.isFinite(atMs))) throw new TypeError(`at(${atMs}): a number of milliseconds, from 0 up`)
  const checked = (indices: readonly number[]): readonly number[] => {
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
    suspend: (who, forMs) => then({ kind: 'suspend', peers: checked(typeof who === 'number' ? [who] : who), forMs }),
  }
  return timetable
}

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
      for (const peer of action.peers) clock.suspend(peer, action.forMs)
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

function reachableWithin(groups: readonly (readonly number[])[]): (from: string, to: string) => boolean {
  const groupOf = new Map(groups.flatMap((peers, group) => peers.map((peer) => [nodeOf(peer), group] as const)))
  return (from, to) => groupOf.has(from) && groupOf.get(from) === groupOf.get(to)
}
