import type { PeerId } from '../identity/peer-id.js'
import type { Limits } from '../options.js'
import { Scores } from './scores.js'

// Who is blamed for what. Only what came authenticated counts against a peer id: a record that does not open may be anybody's
// who sits on the line, and counts against the address group at most. Silence and slowness weigh so little that the network
// alone, or whoever holds it up, cannot make a peer discouraged.

/** A session ended by what its peer sent in sealed records, or failed to do in time. */
const peerFaults: Readonly<Record<string, number>> = {
  FRAME_MALFORMED: 500,
  ENVELOPE_MALFORMED: 500,
  MESSAGE_OVERSIZED: 500,
  NAMES_EXHAUSTED: 500,
  SESSION_ACK_REFUSED: 500,
  STREAM_MALFORMED: 500,
  PEER_SLOW: 20,
  PEER_SILENT: 20,
}

/** The same, by bytes that nobody has vouched for. */
const lineFaults: Readonly<Record<string, number>> = { RECORD_REFUSED: 50, RECORD_OVERSIZED: 50 }

/** A message that the guards refused. Versions apart and too many at once are no malice: they weigh a tenth. */
const refusedPoints = 10
const mildRefusals: Readonly<Record<string, number>> = {
  PROTOCOL_UNKNOWN: 1,
  PROTOCOL_VERSION: 1,
  PROTOCOL_TYPE_UNKNOWN: 1,
  CODEC_UNKNOWN: 1,
  RATE_EXCEEDED: 1,
  REQUEST_LIMIT: 1,
}

/** An inbound link that never became a peer. */
const handshakeFaults: Readonly<Record<string, number>> = {
  HANDSHAKE_TIMEOUT: 20,
  LINK_SLOTS_FULL: 2,
  HANDSHAKE_MALFORMED: 50,
  HANDSHAKE_FAILED: 50,
  HANDSHAKE_SIGNATURE: 50,
  HANDSHAKE_RATE: 1,
  LINK_CLOSED: 1,
}

type ReputationLimits = Pick<Limits, 'scoreDiscouraged' | 'scoreHalfLifeMs' | 'scoresMax'>

/** The standing of peers, and of the address groups that strangers come from. */
export class Reputation {
  readonly #monotonicMs: () => number
  readonly #peers: Scores
  readonly #groups: Scores

  /** `monotonicMs`: the clock by which scores decay. */
  constructor(limits: ReputationLimits, monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs
    this.#peers = new Scores(limits)
    this.#groups = new Scores(limits)
  }

  /** Scores that are remembered, of peers and groups. */
  get size(): number {
    return this.#peers.size + this.#groups.size
  }

  /** Peers discouraged at present. */
  get discouraged(): number {
    return this.#peers.countDiscouraged(this.#monotonicMs())
  }

  /** Whether it is worth looking for one. */
  get isAnyDiscouraged(): boolean {
    return this.#peers.mayDiscourage(this.#monotonicMs())
  }

  scoreOf(peerId: PeerId): number {
    return this.#peers.of(peerId, this.#monotonicMs())
  }

  isDiscouraged(peerId: PeerId): boolean {
    return this.#peers.isDiscouraged(peerId, this.#monotonicMs())
  }

  isGroupDiscouraged(group: string | undefined): boolean {
    return group !== undefined && this.#groups.isDiscouraged(group, this.#monotonicMs())
  }

  /** This end gave the session up, by a code of its own; what the peer said of itself in a goodbye is no fault. */
  broken(peerId: PeerId, group: string | undefined, code: string): void {
    const nowMs = this.#monotonicMs()
    this.#peers.blame(peerId, pointsOf(peerFaults, code) ?? 0, nowMs)
    if (group !== undefined) this.#groups.blame(group, pointsOf(lineFaults, code) ?? 0, nowMs)
  }

  /** The guards refused one of its messages. */
  refused(peerId: PeerId, code: string): void {
    this.#peers.blame(peerId, pointsOf(mildRefusals, code) ?? refusedPoints, this.#monotonicMs())
  }

  /** An inbound link of this group did not become a peer. */
  failedHandshake(group: string | undefined, code: string): void {
    if (group !== undefined) this.#groups.blame(group, pointsOf(handshakeFaults, code) ?? 0, this.#monotonicMs())
  }

  /** Forgets what has decayed to nothing. */
  sweep(): void {
    const nowMs = this.#monotonicMs()
    this.#peers.sweep(nowMs)
    this.#groups.sweep(nowMs)
  }
}

function pointsOf(points: Readonly<Record<string, number>>, code: string): number | undefined {
  return Object.hasOwn(points, code) ? points[code] : undefined
}
