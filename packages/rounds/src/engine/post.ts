import type { Coordinator, PeerId } from '@rondo/core'
import type { Article } from '../articles/article.js'
import { isIn } from '../delivery/bitmap.js'
import { type Ask, type Claim, roundsProtocol } from '../delivery/messages.js'
import { chunksOf, heldOf, knowsMore, lackingIn, offsetOf } from '../delivery/reconcile.js'
import { Routes } from '../delivery/routes.js'
import { bytesOfHex } from '../hex.js'
import type { RoundsLimits } from '../options.js'

// Gets articles to members, over the links there are. What is said in one turn of the event loop travels in one message. Nobody waits
// for a message to be taken: whoever lacks an article asks for it.

export interface PostParts {
  readonly coordinator: Coordinator
  readonly limits: RoundsLimits
  readonly room: string
  readonly candidates: readonly PeerId[]
  readonly me: number
  /** What is held here now. */
  readonly articles: () => readonly Article[]
  /** Hashes of what has no place here, and is not wanted again. */
  readonly refused: ReadonlySet<string>
}

export class Post {
  readonly #parts: PostParts
  readonly #room: Uint8Array
  readonly #routes: Routes
  readonly #places: ReadonlyMap<PeerId, number>
  #linked: ReadonlySet<number> = new Set()
  /** By member: what goes out at the end of this turn. */
  readonly #outbox = new Map<number, Article[]>()
  /** Once for what is claimed of others, which is anybody's word; for every link of this member's own, again. */
  readonly #greeted = new Set<number>()
  readonly #askedAtMs = new Map<number, number>()
  /** Whose question is being answered. */
  readonly #answering = new Set<number>()
  #asks = 0
  /** Whom `somebody` was last. */
  #lastAsked = 0

  constructor(parts: PostParts) {
    const { room, candidates, me } = parts
    this.#parts = parts
    this.#room = bytesOfHex(room)
    this.#routes = new Routes(candidates.length, me)
    this.#places = new Map(candidates.map((peerId, place) => [peerId, place]))
  }

  /**
   * The room is new here. Whoever the host is linked to has the invitation from it, and pushes what it says: were all to greet
   * all, a round of n would begin with n² invitations, and with as many answers to questions that nobody had to ask.
   */
  begin(): void {
    this.#takeLinks()
  }

  /** Looks at who is connected. A member that was not gets to know the room, and is asked what it knows of it. */
  look(): void {
    for (const member of this.#takeLinks()) this.#greet(member)
  }

  /** Returns who was not linked before. */
  #takeLinks(): readonly number[] {
    const { coordinator, candidates, me } = this.#parts
    const linked = new Set<number>()
    for (const [place, peerId] of candidates.entries()) {
      if (place !== me && speaks(coordinator, peerId)) linked.add(place)
    }
    const before = this.#linked
    this.#linked = linked
    const claim = this.#routes.setLinked(linked)
    if (claim !== undefined) this.#tell(claim)
    return [...linked].filter((member) => !before.has(member))
  }

  /** Passes on what an author said, as far as that is this member's to do; not to whom it has it from. */
  spread(article: Article, from?: PeerId): void {
    const author = this.#places.get(article.author)
    const bringer = from === undefined ? undefined : this.#places.get(from)
    if (author === undefined) return
    for (const member of this.#routes.nextHops(author)) if (member !== bringer) this.#put(member, article)
  }

  ask(member: number | 'somebody'): void {
    const { coordinator, limits } = this.#parts
    const asked = member === 'somebody' ? this.#next() : member
    if (asked === undefined || !this.#isReachable(asked)) return
    const nowMs = coordinator.env.monotonicMs()
    if (nowMs - (this.#askedAtMs.get(asked) ?? Number.NEGATIVE_INFINITY) < limits.askIntervalMs) return
    this.#askedAtMs.set(asked, nowMs)
    const offset = offsetOf(this.#asks)
    this.#asks += 1
    this.#send(asked, 'ask', { room: this.#room, offset, held: heldOf(this.#known(), offset) })
  }

  heardAsk(from: PeerId, { held, offset }: Ask): void {
    const member = this.#places.get(from)
    if (member === undefined) return
    const articles = this.#parts.articles()
    // Who holds nothing is new here.
    if (held.length === 0) this.#tellClaims(member)
    void this.#answer(member, lackingIn(articles, held, offset))
    if (knowsMore(this.#known(), held, offset)) this.ask(member)
  }

  /** One at a time and at the pace of the link: the question is small, and what it asks for may be all that was ever said here. */
  async #answer(member: number, articles: readonly Article[]): Promise<void> {
    if (articles.length === 0 || this.#answering.has(member)) return
    this.#answering.add(member)
    for (const chunk of chunksOf(articles, this.#parts.limits.messageBytesMax)) {
      if (!(await this.#send(member, 'articles', { room: this.#room, articles: chunk }))) break
    }
    this.#answering.delete(member)
  }

  heardClaim(from: PeerId, claim: Claim): void {
    const member = this.#places.get(from)
    if (member === undefined) return
    const news = this.#routes.learn(claim)
    if (news === undefined) return
    this.#tell(news, member)
    if (claim.member === 0) this.#greetBeyond(claim)
  }

  /** Whom the host does not reach has the invitation from its neighbours. */
  #greetBeyond({ linked }: Claim): void {
    for (const member of this.#linked) {
      if (member !== 0 && !isIn(linked, member) && !this.#greeted.has(member)) this.#greet(member)
    }
  }

  isMember(peerId: PeerId): boolean {
    return this.#places.has(peerId)
  }

  /** What nobody has to send: what is held comes last, and so is named where not all can be. */
  #known(): readonly Pick<Article, 'hash'>[] {
    const { articles, refused } = this.#parts
    return [...Array.from(refused, (hash) => ({ hash })), ...articles()]
  }

  #greet(member: number): void {
    this.#greeted.add(member)
    const [invitation] = this.#parts.articles()
    if (invitation !== undefined) this.#put(member, invitation)
    this.#tellClaims(member)
    this.#askedAtMs.delete(member)
    this.ask(member)
  }

  #tellClaims(member: number): void {
    for (const claim of this.#routes.claims()) this.#send(member, 'links', { room: this.#room, ...claim })
  }

  #tell(claim: Claim, from?: number): void {
    for (const member of this.#routes.hearersOf(claim, from))
      this.#send(member, 'links', { room: this.#room, ...claim })
  }

  #next(): number | undefined {
    const reachable = [...this.#linked].filter((member) => this.#isReachable(member)).sort((a, b) => a - b)
    const next = reachable.find((member) => member > this.#lastAsked) ?? reachable[0]
    if (next !== undefined) this.#lastAsked = next
    return next
  }

  /** What is sent to a member whose link is away waits with its session; a question had better go to somebody else. */
  #isReachable(member: number): boolean {
    const peerId = this.#parts.candidates[member]
    return peerId !== undefined && this.#linked.has(member) && this.#parts.coordinator.isConnected(peerId)
  }

  #put(member: number, article: Article): void {
    const waiting = this.#outbox.get(member)
    if (waiting !== undefined) {
      if (!waiting.includes(article)) waiting.push(article)
      return
    }
    if (this.#outbox.size === 0) this.#parts.coordinator.env.defer(() => this.flush())
    this.#outbox.set(member, [article])
  }

  /** What waits for the end of this turn goes now. */
  flush(): void {
    const outbox = [...this.#outbox]
    this.#outbox.clear()
    for (const [member, articles] of outbox) this.#deliver(member, articles)
  }

  #deliver(member: number, articles: readonly Article[]): void {
    for (const chunk of chunksOf(articles, this.#parts.limits.messageBytesMax))
      this.#send(member, 'articles', { room: this.#room, articles: chunk })
  }

  /** Resolves to whether the session took it; never rejects. */
  #send(member: number, type: 'articles' | 'ask' | 'links', payload: unknown): Promise<boolean> {
    const { coordinator, candidates } = this.#parts
    const peerId = candidates[member]
    if (peerId === undefined) return Promise.resolve(false)
    const { name: protocol, version } = roundsProtocol
    return coordinator.sendTo(peerId, { protocol, version, type, payload }).then(
      () => true,
      () => false,
    )
  }
}

function speaks(coordinator: Coordinator, peerId: PeerId): boolean {
  const peer = coordinator.getPeer(peerId)
  return (
    peer?.state === 'connected' && peer.protocols.get(roundsProtocol.name)?.includes(roundsProtocol.version) === true
  )
}
