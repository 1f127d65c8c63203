import { abortable } from '../env/deadline.js'
import type { Env } from '../env/env.js'
import { coreError } from '../errors.js'
import type { HandshakeGuard, RefusalCode } from '../flow/handshake.js'
import type { Suites } from '../identity/suite.js'
import type { AdmitPeer, Limits } from '../options.js'
import type { Link } from '../transport/transport.js'
import { FamiliarGroups } from './familiar-groups.js'
import { type GroupRank, HandshakeBudget, handshakeCost } from './handshake-budget.js'
import type { PeerInfo } from './peer-info.js'
import { Reputation } from './reputation.js'
import { type Place, Slots } from './slots.js'

// The guards before a session, in the order in which a newcomer meets them: a place among the strangers, the budgets of
// handshakes, a slot for the peer it proves to be, and `admit`.

export interface GateOptions {
  readonly env: Env
  readonly limits: Limits
  readonly suites: Pick<Suites, 'isKeyChecked'>
  readonly admit?: AdmitPeer | undefined
}

export class Gate {
  readonly reputation: Reputation
  readonly #options: GateOptions
  readonly #slots: Slots
  readonly #budget: HandshakeBudget
  readonly #familiar = new FamiliarGroups()

  constructor(options: GateOptions) {
    const { env, limits } = options
    this.#options = options
    this.reputation = new Reputation(limits, () => env.monotonicMs())
    this.#slots = new Slots(limits, this.reputation, {
      arrived: (group) => this.#familiar.arrived(group, env.monotonicMs()),
      left: (group) => this.#familiar.left(group, env.monotonicMs()),
    })
    this.#budget = new HandshakeBudget(limits)
  }

  /** Links in all, those in their handshake, and peers discouraged at present. */
  get counts() {
    const { taken, strangers } = this.#slots
    return { connections: taken, strangers, discouraged: this.reputation.discouraged }
  }

  /** Entries of every map here. */
  get remembered() {
    return {
      groupsAtWork: this.#budget.groups,
      groupsFamiliar: this.#familiar.size,
      scores: this.reputation.size,
    }
  }

  /** Whether anything should be spent on a newcomer from this group. */
  hasInbound(group: string | undefined): boolean {
    return this.#slots.hasInbound(group)
  }

  /** A place for an inbound link. There always is one; it may have to make way later. */
  enter({ remote: { group } }: Link): Place {
    return this.#slots.enter(group)
  }

  /** A place for a link that this node dials: however the peer stands, whoever is dialled is wanted. */
  takeOutbound(): Place | undefined {
    return this.#slots.takeOutbound()
  }

  /** What a stranger's handshake may cost. */
  guardFor({ remote: { group } }: Link): HandshakeGuard {
    const { suites } = this.#options
    return {
      begin: () => this.#spend(group, handshakeCost.begin),
      verify: (peerId) => (suites.isKeyChecked(peerId) ? undefined : this.#spend(group, handshakeCost.newKey)),
    }
  }

  /** Throws where the node talks to anybody but this peer. */
  async admit(peer: PeerInfo, signal: AbortSignal): Promise<void> {
    const { admit, env } = this.#options
    if (admit === undefined) return
    const { peerId } = peer
    let verdict: unknown
    let cause: unknown
    try {
      verdict = await abortable(Promise.resolve(admit(peer)), signal)
    } catch (thrown) {
      signal.throwIfAborted()
      cause = thrown
      env.log('warn', '`admit` threw, and the peer was not admitted', { peerId, error: thrown })
    }
    if (verdict !== true) throw coreError('PEER_NOT_ADMITTED', { peerId, cause })
  }

  #spend(group: string | undefined, cost: number): RefusalCode | undefined {
    const nowMs = this.#options.env.monotonicMs()
    return this.#budget.take(nowMs, group, this.#rankOf(group, nowMs), cost) === 0 ? undefined : 'HANDSHAKE_RATE'
  }

  #rankOf(group: string | undefined, nowMs: number): GroupRank {
    if (group === undefined) return 'unknown'
    if (this.reputation.isGroupDiscouraged(group)) return 'discouraged'
    return this.#familiar.has(group, nowMs) ? 'familiar' : 'unknown'
  }
}
