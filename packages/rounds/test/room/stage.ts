import { type Identity, identityFromSeed, type PeerId, signMessage, verifyMessage } from '@rondo/core'
import { createSeededRandom } from '@rondo/testkit/memory'
import type { Article, Candidate } from '../../src/articles/article.js'
import { type ArticleDraft, draftMessage } from '../../src/articles/draft.js'
import { readArticle } from '../../src/articles/read-article.js'
import { hexOf } from '../../src/hex.js'
import type { Phase, Plan } from '../../src/plan/plan.js'
import type { Local, View } from '../../src/plan/shape.js'
import type { RoomEffect, RoomEvent, Step, TimerName } from '../../src/room/events.js'
import { openAsCandidate, openAsHost } from '../../src/room/open-room.js'
import type { Room, RoomOutcome } from '../../src/room/room.js'
import { step } from '../../src/room/step.js'
import { otherStatement } from '../../src/testing/malice/alter.js'
import { readSaid } from '../../src/testing/malice/said.js'

// The pure room and nothing else, in a world of messages that are late, lost or false: what the engine does is done here by the
// shortest means, so that thousands of rounds are played in the time of one. Signatures are genuine.

export const network = 'room stage'
const identities: Identity[] = []

export function identityOf(member: number): Identity {
  for (let next = identities.length; next <= member; next += 1)
    identities.push(identityFromSeed(new Uint8Array(32).fill(next + 1)))
  const identity = identities[member]
  if (identity === undefined) throw new Error('there is one now')
  return identity
}

export interface StageOptions {
  readonly seed: number
  readonly plan: Plan
  readonly members: number
  readonly setup: unknown
  readonly retries: number
  readonly minimum: number
  /** The share of articles that are lost, and have to be asked for. */
  readonly loss: number
  /** The share of statements that take long to be signed and kept. */
  readonly slowness: number
  /** Who says different things to different members, and how often. */
  readonly liars: ReadonlyMap<number, number>
  /** Who is gone for good, from when on. */
  readonly gone: ReadonlyMap<number, number>
  /** When nobody reaches anybody. */
  readonly apart: readonly [fromMs: number, toMs: number]
}

interface Member {
  readonly number: number
  readonly peerId: PeerId
  room: Room | undefined
  readonly outcomes: RoomOutcome[]
  busyUntilMs: number
  readonly timers: Map<TimerName, number>
  readonly kept: Map<string, unknown>
  /** What else it said, by what it said first. */
  readonly lies: Map<string, Uint8Array>
}

const answerMs = 2_000
const deadlineMs = 1_000
const expiresMs = 600_000
const untilMs = 120_000

/** Plays one round to its end, and gives what every member made of it. */
export async function playRoom(options: StageOptions): Promise<readonly Member[]> {
  return new RoomStage(options).play()
}

class RoomStage {
  readonly #options: StageOptions
  readonly #random: () => number
  readonly #members: readonly Member[]
  readonly #queue: { readonly atMs: number; readonly order: number; readonly run: () => Promise<void> }[] = []
  readonly #articles = new Map<string, Article>()
  #nowMs = 0
  #order = 0

  constructor(options: StageOptions) {
    this.#options = options
    this.#random = createSeededRandom(options.seed)
    this.#members = Array.from({ length: options.members }, (_, number) => ({
      number,
      peerId: identityOf(number).peerId,
      room: undefined,
      outcomes: [],
      busyUntilMs: 0,
      timers: new Map(),
      kept: new Map(),
      lies: new Map(),
    }))
  }

  async play(): Promise<readonly Member[]> {
    const { setup, retries, minimum, members, plan } = this.#options
    const host = this.#member(0)
    const candidates: Candidate[] = this.#members.map(({ peerId }) => ({ peerId, role: undefined }))
    const article = await this.#sign(host, {
      ...{ kind: 'invitation', nonce: hexOf(this.#bytes(32)), incarnation: hexOf(this.#bytes(16)), candidates },
      ...{ minimum, maximum: members, setup, answerMs, deadlineMs, retries },
    })
    if (article.kind !== 'invitation') throw new Error('an invitation it is')
    const { incarnation } = article
    await this.#follow(host, openAsHost({ plan, invitation: article, setup, incarnation, me: 0, atMs: 0 }))
    while (this.#nowMs <= untilMs) {
      const next = this.#queue.shift()
      if (next === undefined) break
      this.#nowMs = next.atMs
      await next.run()
    }
    return this.#members
  }

  #member(number: number): Member {
    const member = this.#members[number]
    if (member === undefined) throw new Error(`there is no member ${number}`)
    return member
  }

  #bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => Math.floor(this.#random() * 256))
  }

  #later(ms: number, run: () => Promise<void>): void {
    const entry = { atMs: this.#nowMs + ms, order: this.#order++, run }
    const at = this.#queue.findIndex(({ atMs }) => atMs > entry.atMs)
    this.#queue.splice(at < 0 ? this.#queue.length : at, 0, entry)
  }

  #isGone({ number }: Member): boolean {
    return this.#nowMs >= (this.#options.gone.get(number) ?? Number.POSITIVE_INFINITY)
  }

  async #sign(member: Member, draft: ArticleDraft): Promise<Article> {
    const message = draftMessage(this.#options.plan, draft, { createdMs: 1_000 + Math.floor(this.#nowMs), expiresMs })
    return this.#read(await signMessage(identityOf(member.number), { ...message, network }))
  }

  async #read(bytes: Uint8Array): Promise<Article> {
    const name = hexOf(bytes)
    const known = this.#articles.get(name)
    if (known !== undefined) return known
    const verdict = await verifyMessage(bytes)
    const article = verdict.ok ? readArticle(this.#options.plan, verdict) : undefined
    if (article === undefined) throw new Error('what was signed here cannot be read')
    this.#articles.set(name, article)
    return article
  }

  async #happen(member: Member, event: RoomEvent): Promise<void> {
    if (member.room === undefined || this.#isGone(member)) return
    await this.#follow(member, step(member.room, event, this.#nowMs))
  }

  async #follow(member: Member, { room, effects }: Step): Promise<void> {
    member.room = room
    for (const effect of effects) await this.#do(member, effect)
  }

  async #do(member: Member, effect: RoomEffect): Promise<void> {
    switch (effect.type) {
      case 'say': {
        const article = await this.#sign(member, effect.draft)
        return this.#sayInTurn(member, article)
      }
      case 'contribute': {
        const { draft, view } = effect
        return this.#later(this.#random() * 20, async () => {
          const value = await this.#contribution(member, view, this.#options.plan.phases[draft.phase])
          const article = await this.#sign(member, { ...draft, value })
          this.#sayInTurn(member, article)
        })
      }
      case 'spread':
        for (const other of this.#members) if (other !== member) await this.#send(member, other, effect.article)
        return
      case 'ask': {
        const others = this.#members.filter((other) => other !== member)
        const somebody = others[Math.floor(this.#random() * others.length)]
        return this.#ask(member, effect.member === 'somebody' ? somebody : this.#member(effect.member))
      }
      case 'timer': {
        const order = this.#order
        member.timers.set(effect.name, order)
        if (effect.ms === 'never') return member.timers.delete(effect.name) ? undefined : undefined
        return this.#later(effect.ms, async () => {
          if (member.timers.get(effect.name) === order) await this.#happen(member, { type: 'timer', name: effect.name })
        })
      }
      case 'outcome':
        member.outcomes.push(effect.outcome)
    }
  }

  /** A key or a disk may take its time, and nothing is said before what was to be said before it. */
  #sayInTurn(member: Member, article: Article): void {
    const ms = this.#random() < this.#options.slowness ? this.#random() * 3_000 : this.#random() * 3
    member.busyUntilMs = Math.max(member.busyUntilMs, this.#nowMs) + ms
    this.#later(member.busyUntilMs - this.#nowMs, () => this.#happen(member, { type: 'heard', article }))
  }

  #ask(member: Member, asked: Member | undefined): void {
    const held = new Set(member.room?.articles.map(({ hash }) => hash))
    if (asked === undefined || !this.#arrives()) return
    this.#later(this.#delayMs(), async () => {
      if (this.#isGone(asked)) return
      for (const article of asked.room?.articles ?? [])
        if (!held.has(article.hash)) await this.#send(asked, member, article)
    })
  }

  async #send(from: Member, to: Member, article: Article): Promise<void> {
    if (!this.#arrives()) return
    const told = await this.#told(from, article)
    this.#later(this.#delayMs(), async () => {
      if (this.#isGone(to)) return
      if (to.room === undefined) await this.#invite(to, told)
      await this.#happen(to, { type: 'heard', article: told })
    })
  }

  /** What a liar says in place of its own statement. */
  async #told(from: Member, article: Article): Promise<Article> {
    const share = this.#options.liars.get(from.number) ?? 0
    if (article.author !== from.peerId || article.kind === 'invitation' || this.#random() >= share) return article
    const said = await readSaid(article.bytes, verifyMessage)
    if (said === undefined) return article
    const other =
      from.lies.get(article.hash) ??
      (await signMessage(identityOf(from.number), { ...otherStatement(said, this.#random), network }))
    from.lies.set(article.hash, other)
    return this.#read(other)
  }

  async #invite(member: Member, article: Article): Promise<void> {
    if (article.kind !== 'invitation') return
    const { plan, setup } = this.#options
    const incarnation = hexOf(this.#bytes(16))
    const opening = { plan, invitation: article, setup, incarnation, me: member.number, atMs: this.#nowMs }
    await this.#follow(member, openAsCandidate(opening))
    this.#later(this.#random() * 100, () => this.#happen(member, { type: 'accept', nonce: hexOf(this.#bytes(32)) }))
  }

  #arrives(): boolean {
    const [fromMs, toMs] = this.#options.apart
    const isApart = this.#nowMs >= fromMs && this.#nowMs < toMs
    return !isApart && this.#random() >= this.#options.loss
  }

  #delayMs(): number {
    return this.#random() < 0.05 ? this.#random() * 800 : 5 + this.#random() * 50
  }

  async #contribution(member: Member, view: View, phase: Phase | undefined): Promise<unknown> {
    if (phase?.kind !== 'said') throw new Error('only authors’ phases ask')
    const local: Local = {
      me: member.peerId,
      role: undefined,
      input: undefined,
      random: (length) => this.#bytes(length),
      remember: (name) => {
        const key = `${view.attempt} ${name}`
        if (!member.kept.has(key)) member.kept.set(key, this.#options.plan.kept.get(name)?.(view, local))
        return member.kept.get(key)
      },
      shown: () => Promise.reject(new Error('there are no secrets here')),
      burn: () => Promise.reject(new Error('there are no secrets here')),
    }
    return phase.contribute(view, local, { signal: new AbortController().signal })
  }
}

export type { Member }
