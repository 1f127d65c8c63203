import { platformCrypto } from '@rondo/core'
import type { Claim } from '../../src/delivery/messages.js'
import { heldOf, lackingIn, offsetOf } from '../../src/delivery/reconcile.js'
import { Routes } from '../../src/delivery/routes.js'
import { hexOf } from '../../src/hex.js'

// Members, their links, and messages that are in order between two of them and in any order otherwise. As much of delivery as has no
// time in it: articles and claims are passed on, and everybody asks somebody now and then.

export interface Sheet {
  readonly author: number
  readonly hash: string
}

export function sheetOf(author: number, number: number): Sheet {
  return { author, hash: hexOf(platformCrypto.sha256(Uint8Array.of(author, number >> 8, number & 255))) }
}

type Letter = { readonly from: number } & (
  | { readonly type: 'article'; readonly sheet: Sheet }
  | { readonly type: 'links'; readonly claim: Claim }
  | { readonly type: 'ask'; readonly held: Uint8Array; readonly offset: number }
)

/** What one member sent another, in order. */
interface Lane {
  readonly to: number
  letters: Letter[]
}

type Random = () => number

export class DeliveryModel {
  readonly routes: readonly Routes[]
  readonly held: readonly Map<string, Sheet>[]
  /** Copies of articles that were passed on along trees, and of claims. */
  pushed = 0
  told = 0
  readonly #links: readonly Set<number>[]
  readonly #liars: ReadonlySet<number>
  readonly #random: Random
  readonly #lanes = new Map<string, Lane>()
  /** Those with something in them. */
  readonly #busy: Lane[] = []
  #asks = 0

  constructor(links: readonly (readonly number[])[], random: Random, liars: Iterable<number> = []) {
    this.#links = links.map((each) => new Set(each))
    this.#random = random
    this.#liars = new Set(liars)
    this.routes = links.map((_, me) => new Routes(links.length, me))
    this.held = links.map(() => new Map())
  }

  /** Everybody looks at its links, and says what there is to say of them. */
  begin(): void {
    for (const [me, links] of this.#links.entries()) this.#setLinked(me, links)
  }

  relink(one: number, other: number, isLinked: boolean): void {
    for (const [me, them] of [
      [one, other],
      [other, one],
    ] as const) {
      const links = this.#linksOf(me)
      if (isLinked) links.add(them)
      else links.delete(them)
      this.#laneOf(me, them).letters = []
    }
    for (const me of [one, other]) this.#setLinked(me, this.#linksOf(me))
    if (!isLinked) return
    for (const [me, them] of [
      [one, other],
      [other, one],
    ] as const)
      for (const claim of this.routes[me]?.claims() ?? []) this.#send(them, { from: me, type: 'links', claim })
  }

  say(author: number, number: number): void {
    this.#hear(author, sheetOf(author, number))
  }

  /** A liar tells a neighbour. */
  lie(liar: number, to: number, claim: Claim): void {
    this.#send(to, { from: liar, type: 'links', claim })
  }

  askSomebody(me: number): void {
    const links = [...this.#linksOf(me)]
    const to = links[Math.floor(this.#random() * links.length)]
    if (to === undefined || this.#liars.has(me)) return
    const offset = offsetOf(this.#asks)
    this.#asks += 1
    const held = heldOf([...(this.held[me]?.values() ?? [])], offset)
    this.#send(to, { from: me, type: 'ask', held, offset })
  }

  /** Until nothing is under way. */
  settle(): void {
    while (this.#busy.length > 0) {
      const at = Math.floor(this.#random() * this.#busy.length)
      const lane = this.#busy[at]
      const letter = lane?.letters.shift()
      if (lane !== undefined && letter !== undefined) this.#receive(lane.to, letter)
      if (lane?.letters.length === 0) this.#busy.splice(at, 1)
    }
  }

  #receive(me: number, letter: Letter): void {
    if (this.#liars.has(me)) return
    switch (letter.type) {
      case 'article':
        return this.#hear(me, letter.sheet)
      case 'links': {
        const news = this.routes[me]?.learn(letter.claim)
        return news === undefined ? undefined : this.#tell(me, news, letter.from)
      }
      case 'ask':
        for (const sheet of lackingIn([...(this.held[me]?.values() ?? [])], letter.held, letter.offset)) {
          this.#send(letter.from, { from: me, type: 'article', sheet })
        }
    }
  }

  #hear(me: number, sheet: Sheet): void {
    const held = this.held[me]
    if (held === undefined || held.has(sheet.hash)) return
    held.set(sheet.hash, sheet)
    for (const hop of this.routes[me]?.nextHops(sheet.author) ?? []) {
      this.pushed += 1
      this.#send(hop, { from: me, type: 'article', sheet })
    }
  }

  #setLinked(me: number, links: Iterable<number>): void {
    const news = this.routes[me]?.setLinked(links)
    if (news !== undefined && !this.#liars.has(me)) this.#tell(me, news)
  }

  #tell(me: number, claim: Claim, from?: number): void {
    for (const to of this.routes[me]?.hearersOf(claim, from) ?? []) {
      this.told += 1
      this.#send(to, { from: me, type: 'links', claim })
    }
  }

  #send(to: number, letter: Letter): void {
    if (!this.#linksOf(letter.from).has(to)) throw new Error(`${letter.from} is not linked to ${to}`)
    const lane = this.#laneOf(letter.from, to)
    if (lane.letters.push(letter) === 1 && !this.#busy.includes(lane)) this.#busy.push(lane)
  }

  #laneOf(from: number, to: number): Lane {
    const name = `${from} ${to}`
    const known = this.#lanes.get(name)
    if (known !== undefined) return known
    const lane: Lane = { to, letters: [] }
    this.#lanes.set(name, lane)
    return lane
  }

  #linksOf(me: number): Set<number> {
    const links = this.#links[me]
    if (links === undefined) throw new Error(`there is no member ${me}`)
    return links
  }
}

/** A connected graph: a random tree, and of all other links the given share. */
export function connectedGraph(size: number, share: number, random: Random): number[][] {
  const links = Array.from({ length: size }, () => new Set<number>())
  const link = (one: number, other: number): void => {
    links[one]?.add(other)
    links[other]?.add(one)
  }
  // In an order of its own, or low numbers would always be near the root.
  const order = Array.from({ length: size }, (_, member) => ({ member, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ member }) => member)
  for (const [at, member] of order.entries()) if (at > 0) link(member, order[Math.floor(random() * at)] ?? 0)
  for (let low = 0; low < size; low += 1)
    for (let high = low + 1; high < size; high += 1) if (random() < share) link(low, high)
  return links.map((each) => [...each])
}
