import { equalBytes } from '@rondo/core'
import { bitmapBytes, bitmapOf, isIn } from './bitmap.js'
import { type Claim, membersMax, sequenceMax } from './messages.js'
import { childrenIn, type Graph } from './tree.js'

// The ways through one room. Members that are not linked to all say so; from that everybody makes the same tree for each author,
// and an article goes along it: n - 1 copies, whatever the graph. A member that said nothing is taken to be linked to all.
// Claims are anybody's word. False ones can make articles late, or cost up to a copy for each link, and nothing else: what a tree
// does not deliver, `ask` does.

/** How many claims about one member are believed, and so passed on, in the life of a room. */
const claimsPerMemberMax = 256

interface Known {
  readonly claim: Claim
  /** How many claims led to it. */
  readonly count: number
}

/** Members are numbered as in the invitation. */
export class Routes {
  readonly #size: number
  readonly #me: number
  readonly #known = new Map<number, Known>()
  /** My links, as they are; undefined until they are set. */
  #linked: Uint8Array | undefined
  /** Of my last claim; 0 before there is one. */
  #sequence = 0
  #contradicted = 0
  #graph: Graph | undefined
  readonly #hops = new Map<number, readonly number[]>()

  constructor(size: number, me: number) {
    if (!(Number.isInteger(size) && size >= 1 && size <= membersMax))
      throw new TypeError(`size must be from 1 to ${membersMax}: ${String(size)}`)
    this.#size = size
    this.#me = this.#assertMember(me)
  }

  /** Whom I am linked to. Returns the claim to tell them, where there is news. */
  setLinked(members: Iterable<number>): Claim | undefined {
    const others = new Set(members)
    others.delete(this.#me)
    for (const member of others) this.#assertMember(member)
    const linked = bitmapOf(others, this.#size)
    if (this.#linked !== undefined && equalBytes(linked, this.#linked)) return undefined
    this.#linked = linked
    this.#forgetTrees()
    const isLinkedToAll = others.size === this.#size - 1
    if (this.#sequence === 0 && isLinkedToAll) return undefined
    this.#sequence += 1
    return this.claim()
  }

  /** What I say of my links; undefined while I am linked to all and have never said otherwise. */
  claim(): Claim | undefined {
    if (this.#sequence === 0 || this.#linked === undefined) return undefined
    return { member: this.#me, sequence: this.#sequence, linked: this.#linked }
  }

  /** Every claim known here, mine among them: for a new neighbour. */
  claims(): readonly Claim[] {
    const mine = this.claim()
    const others = Array.from(this.#known.values(), ({ claim }) => claim)
    return mine === undefined ? others : [mine, ...others]
  }

  /** Takes in what somebody was heard to claim. Returns what to tell the others: the claim where it is news. */
  learn(claim: Claim): Claim | undefined {
    const { member, sequence, linked } = claim
    if (!this.#isMember(member) || linked.length !== bitmapBytes(this.#size)) return undefined
    if (member === this.#me) return this.#contradict(sequence, linked)
    const before = this.#known.get(member)
    const { count = 0 } = before ?? {}
    if (!(sequence > (before?.claim.sequence ?? 0) && sequence <= sequenceMax)) return undefined
    if (count >= claimsPerMemberMax) return undefined
    // Copied, for it may be a view of all that came with it.
    const news = { member, sequence, linked: linked.slice() }
    this.#known.set(member, { claim: news, count: count + 1 })
    if (before === undefined || !equalBytes(before.claim.linked, linked)) this.#forgetTrees()
    return news
  }

  /**
   * Whom to tell a claim: of mine everybody, of others those who did not hear it from the claimant, nor are the one from whom I
   * have it. And the claimant where it was another who said so: it may be a lie to contradict.
   */
  hearersOf({ member, linked }: Claim, from?: number): readonly number[] {
    if (member === this.#me) return this.#neighbours()
    return this.#neighbours().filter((each) => each !== from && (each === member || !isIn(linked, each)))
  }

  /**
   * To whom I pass on what an author says, when I say it or first hear it. Nobody, where the graph does not lead from the author
   * to me: it is wrong then, and a guess by everybody would cost n copies each.
   */
  nextHops(author: number): readonly number[] {
    this.#assertMember(author)
    const known = this.#hops.get(author)
    if (known !== undefined) return known
    this.#graph ??= this.#makeGraph()
    // What I say goes to all my neighbours, whatever is claimed of them.
    const hops = author === this.#me ? this.#neighbours() : childrenIn(this.#graph, author, this.#me)
    this.#hops.set(author, hops)
    return hops
  }

  /** Somebody says something else of me, or a former life of mine did: my next claim is later than that. */
  #contradict(sequence: number, linked: Uint8Array): Claim | undefined {
    if (this.#linked === undefined || !(sequence >= this.#sequence && sequence < sequenceMax)) return undefined
    if (equalBytes(linked, this.#linked)) {
      this.#sequence = sequence
      return undefined
    }
    if (this.#contradicted >= claimsPerMemberMax) return undefined
    this.#contradicted += 1
    this.#sequence = sequence + 1
    return this.claim()
  }

  #makeGraph(): Graph {
    const graph: number[][] = Array.from({ length: this.#size }, () => [])
    for (let low = 0; low < this.#size; low += 1) {
      for (let high = low + 1; high < this.#size; high += 1) {
        if (!(this.#admits(low, high) && this.#admits(high, low))) continue
        graph[low]?.push(high)
        graph[high]?.push(low)
      }
    }
    return graph
  }

  #admits(member: number, other: number): boolean {
    if (member === this.#me) return this.#amLinkedTo(other)
    const known = this.#known.get(member)
    return known === undefined || isIn(known.claim.linked, other)
  }

  #amLinkedTo(member: number): boolean {
    return this.#linked !== undefined && isIn(this.#linked, member)
  }

  #neighbours(): readonly number[] {
    return Array.from({ length: this.#size }, (_, member) => member).filter((member) => this.#amLinkedTo(member))
  }

  #forgetTrees(): void {
    this.#graph = undefined
    this.#hops.clear()
  }

  #isMember(member: number): boolean {
    return Number.isInteger(member) && member >= 0 && member < this.#size
  }

  #assertMember(member: number): number {
    if (this.#isMember(member)) return member
    throw new TypeError(`a member is a number from 0 to ${this.#size - 1}: ${String(member)}`)
  }
}
