import type { Coordinator, Env, Link } from '@rondo/core'

// What a peer is made to do that no honest one does. A behaviour changes what goes over its links, what its scenario says
// to its coordinator, or acts by itself; several of them combine.

/** One behaviour, as it is written down. The same one may be given to many peers of many worlds. */
export interface Malice {
  readonly name: string
  /** Once a peer, when the scenarios begin: what it remembers, it remembers over links and lives. */
  begin(tools: MaliceTools): Mischief
}

/** One behaviour at work. The first that a peer is given is the nearest to its coordinator. */
export interface Mischief {
  /** Takes the place of a link, between the coordinator and the network: it sees sealed frames. */
  link?(link: Link): Link
  /** Takes the place of the coordinator, between it and its scenario: it may lie. Once a life. */
  coordinator?(coordinator: Coordinator): Coordinator
  /** Once a life, before its scenario. */
  start?(): void
}

export interface MaliceTools {
  readonly peer: number
  /** Everybody else. */
  readonly others: readonly number[]
  /** The clock of the life that the peer is in: what was scheduled ends with it. */
  readonly env: Env
  /** [0, 1), from the seed and for this behaviour alone: honest peers' dice fall as they would without it. */
  random(): number
  /** Bytes from the same source. */
  bytes(length: number): Uint8Array
  /** A bare link to a peer: no handshake, and unknown to the coordinator. */
  dial(peer: number): Promise<Link>
  /** Leaves a line in the trace. */
  note(what: string, detail?: string): void
}

/** Whether something that happens to this share of cases happens now. */
export function happens({ random }: MaliceTools, share: number): boolean {
  return random() < share
}

/** A share of all cases, from 0 to 1. */
export function assertShare(share: number): number {
  if (!(share >= 0 && share <= 1)) throw new TypeError('share must be from 0 to 1')
  return share
}

/** A number above 0. */
export function assertPositive(name: string, value: number): number {
  if (!(value > 0 && Number.isFinite(value))) throw new TypeError(`${name} must be a finite number above 0`)
  return value
}
