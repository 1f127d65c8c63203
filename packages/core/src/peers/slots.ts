import type { PeerId } from '../identity/peer-id.js'
import type { Limits } from '../options.js'
import { type Stranger, Strangers } from './strangers.js'

// Connection slots. Inbound links begin among the strangers, beside the slots, and take a slot once their peer is proven. Some
// slots are kept for links that this node dials; one address group gets so many, and discouraged peers get so many. A discouraged
// peer takes nobody's slot, and gives its own up to whoever is in good standing.

/** One link's place, from its first byte to its end. */
export interface Place {
  /** Called once when the link has to make way; whoever holds the place then closes the link. */
  dropped: (code: SlotRefusal) => void
  /** The link's peer is known: from the strangers to a slot. A code says why there is none, and the place stays what it is. */
  prove(peerId: PeerId): SlotRefusal | undefined
  /** Gives the place back; a second call does nothing. */
  leave(): void
}

export type SlotRefusal = 'LINK_SLOTS_FULL' | 'PEER_DISCOURAGED'

type SlotLimits = Pick<
  Limits,
  | 'connectionsMax'
  | 'connectionsReservedOutbound'
  | 'connectionsPerGroupMax'
  | 'connectionsDiscouragedMax'
  | 'strangersMax'
  | 'strangersPerGroupMax'
>

/** How peers stand, as `Reputation` knows it. */
interface Standing {
  readonly isAnyDiscouraged: boolean
  scoreOf(peerId: PeerId): number
  isDiscouraged(peerId: PeerId): boolean
}

/** Told of every slot that an address group takes and gives back. */
interface GroupWatch {
  arrived(group: string): void
  left(group: string): void
}

/** An inbound slot that is taken. */
interface Occupant {
  readonly peerId: PeerId
  readonly group: string | undefined
  readonly place: Place
}

export class Slots {
  readonly #limits: SlotLimits
  readonly #standing: Standing
  readonly #watch: GroupWatch
  readonly #strangers: Strangers
  readonly #occupants = new Set<Occupant>()
  readonly #groups = new Map<string, number>()
  #outbound = 0

  constructor(limits: SlotLimits, standing: Standing, watch: GroupWatch) {
    this.#limits = limits
    this.#standing = standing
    this.#watch = watch
    this.#strangers = new Strangers(limits)
  }

  /** Links in all. */
  get taken(): number {
    return this.strangers + this.#occupants.size + this.#outbound
  }

  /** Inbound links in their handshake. */
  get strangers(): number {
    return this.#strangers.size
  }

  /** Inbound links of this group whose peers are proven. */
  provenOf(group: string): number {
    return this.#groups.get(group) ?? 0
  }

  /** Whether a newcomer from this group would get a slot, if its peer is in good standing. */
  hasInbound(group: string | undefined): boolean {
    return this.#isFree(group) || this.#worst(group) !== undefined
  }

  /** A place for an inbound link in its handshake: there always is one, if need be that of an older stranger. */
  enter(group: string | undefined): Place {
    let leave = (): void => void this.#strangers.remove(stranger)
    const place: Place = {
      dropped: () => {},
      prove: (peerId) => {
        const refusal = this.#refusalFor(peerId, group)
        if (refusal !== undefined) return refusal
        // Whoever was dropped meanwhile has lost its place.
        if (!this.#strangers.remove(stranger)) return 'LINK_SLOTS_FULL'
        if (!this.#isFree(group)) this.#makeWay(group)
        const occupant = this.#occupy({ peerId, group, place })
        leave = () => this.#vacate(occupant)
        return undefined
      },
      leave: () => leave(),
    }
    const stranger: Stranger = { group, drop: () => place.dropped('LINK_SLOTS_FULL') }
    this.#strangers.add(stranger)
    return place
  }

  /** A place for a link that this node dials. */
  takeOutbound(): Place | undefined {
    if (this.#used >= this.#limits.connectionsMax && !this.#makeWay(undefined)) return undefined
    this.#outbound += 1
    let isTaken = true
    return {
      dropped: () => {},
      prove: () => undefined,
      leave: () => {
        if (isTaken) this.#outbound -= 1
        isTaken = false
      },
    }
  }

  get #used(): number {
    return this.#occupants.size + this.#outbound
  }

  #refusalFor(peerId: PeerId, group: string | undefined): SlotRefusal | undefined {
    const isFree = this.#isFree(group)
    if (!this.#standing.isDiscouraged(peerId)) {
      return isFree || this.#worst(group) !== undefined ? undefined : 'LINK_SLOTS_FULL'
    }
    const isBelowShare = this.#discouraged().length < this.#limits.connectionsDiscouragedMax
    return isFree && isBelowShare ? undefined : 'PEER_DISCOURAGED'
  }

  #isFree(group: string | undefined): boolean {
    const { connectionsMax, connectionsReservedOutbound } = this.#limits
    if (this.#occupants.size >= connectionsMax - connectionsReservedOutbound || this.#used >= connectionsMax)
      return false
    return !this.#isGroupFull(group)
  }

  #isGroupFull(group: string | undefined): boolean {
    return group !== undefined && this.provenOf(group) >= this.#limits.connectionsPerGroupMax
  }

  /** Drops the discouraged peer whose going would make room; says whether there was one. */
  #makeWay(group: string | undefined): boolean {
    const worst = this.#worst(group)
    if (worst === undefined) return false
    this.#vacate(worst)
    worst.place.dropped('PEER_DISCOURAGED')
    return true
  }

  #worst(group: string | undefined): Occupant | undefined {
    const inTheWay = this.#isGroupFull(group) ? (each: Occupant) => each.group === group : () => true
    let worst: { readonly occupant: Occupant; readonly score: number } | undefined
    for (const occupant of this.#discouraged().filter(inTheWay)) {
      const score = this.#standing.scoreOf(occupant.peerId)
      if (worst === undefined || score > worst.score) worst = { occupant, score }
    }
    return worst?.occupant
  }

  /** Nobody is looked at while nobody is discouraged, which is nearly always. */
  #discouraged(): readonly Occupant[] {
    if (!this.#standing.isAnyDiscouraged) return []
    return [...this.#occupants].filter(({ peerId }) => this.#standing.isDiscouraged(peerId))
  }

  #occupy(occupant: Occupant): Occupant {
    const { group } = occupant
    this.#occupants.add(occupant)
    if (group !== undefined) {
      this.#groups.set(group, this.provenOf(group) + 1)
      this.#watch.arrived(group)
    }
    return occupant
  }

  #vacate(occupant: Occupant): void {
    const { group } = occupant
    if (!this.#occupants.delete(occupant) || group === undefined) return
    const left = this.provenOf(group) - 1
    if (left > 0) this.#groups.set(group, left)
    else this.#groups.delete(group)
    this.#watch.left(group)
  }
}
