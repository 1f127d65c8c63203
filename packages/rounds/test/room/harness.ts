import type { Article, Closing, Invitation } from '../../src/articles/article.js'
import type { ArticleDraft } from '../../src/articles/draft.js'
import { encodeValue } from '../../src/plan/encode-value.js'
import type { Plan } from '../../src/plan/plan.js'
import type { RoomEffect, RoomEvent, Step, TimerName } from '../../src/room/events.js'
import { openAsCandidate, openAsHost } from '../../src/room/open-room.js'
import type { Room } from '../../src/room/room.js'
import { step } from '../../src/room/step.js'
import { digest, peerIdOf } from '../account/room-builder.js'

// Rooms without an engine: what they want said becomes articles, with the hash that a signature would stand on and no signature, and
// nothing is delivered but what a test delivers.

/** Two of the same words are told apart by `salt`, as real ones are by their time. */
export function articleOf(member: number, draft: ArticleDraft, salt = ''): Article {
  const author = peerIdOf(member)
  const hash = digest(`${author} ${salt} ${JSON.stringify(draft)}`)
  const signed = { network: 'main', author, createdMs: 1, expiresMs: 1_000_000, hash, bytes: new Uint8Array() }
  switch (draft.kind) {
    case 'invitation':
      return { ...draft, ...signed, room: hash }
    case 'contribution':
      return { ...draft, ...signed, valueBytes: draft.value === undefined ? 0 : encodeValue(draft.value).length }
    default:
      return { ...draft, ...signed }
  }
}

/** Everything that can only be said once, as the slots of real articles are. */
export function placeOf(said: Article | ArticleDraft): string {
  switch (said.kind) {
    case 'invitation':
      return `invitation ${said.nonce}`
    case 'answer':
      return `answer ${said.room} ${said.incarnation}`
    case 'join':
      return `join ${said.parent} ${said.incarnation}`
    case 'contribution':
      return `contribution ${said.attempt} ${said.phase}`
    case 'closing':
      return `closing ${said.attempt} ${said.incarnation}`
  }
}

export function incarnationOf(member: number): string {
  return member.toString(16).padStart(2, '0').repeat(16)
}

export interface Terms {
  readonly plan: Plan
  readonly members: number
  readonly minimum?: number
  readonly maximum?: number
  readonly retries?: number
  readonly roles?: readonly (string | undefined)[]
}

export const answerMs = 2_000
export const deadlineMs = 1_000

export function invitationOf(terms: Terms): Invitation {
  const { members, minimum = members, maximum = members, retries = 0, roles = [] } = terms
  const candidates = Array.from({ length: members }, (_, at) => ({ peerId: peerIdOf(at), role: roles[at] }))
  const article = articleOf(0, {
    ...{ kind: 'invitation', nonce: digest('nonce'), incarnation: incarnationOf(0), candidates },
    ...{ minimum, maximum, setup: null, answerMs, deadlineMs, retries },
  })
  if (article.kind !== 'invitation') throw new Error('it is one')
  return article
}

/** One member, and what it wants done and nobody has done yet. */
export class Player {
  readonly number: number
  readonly effects: RoomEffect[] = []
  /** What it wants said: signed and heard when a test says so. */
  readonly wanted: ArticleDraft[] = []
  room: Room
  readonly #now: () => number
  readonly #step: typeof step

  constructor(number: number, plan: Plan, invitation: Invitation, take: typeof step, now: () => number) {
    this.number = number
    this.#now = now
    this.#step = take
    const incarnation = incarnationOf(number)
    const opening = { plan, invitation, setup: null, incarnation, me: number, atMs: 0 }
    const opened = number === 0 ? openAsHost(opening) : openAsCandidate(opening)
    this.room = opened.room
    this.#follow(opened)
  }

  happen(event: RoomEvent): readonly RoomEffect[] {
    const taken = this.#step(this.room, event, this.#now())
    this.#follow(taken)
    return taken.effects
  }

  #follow({ room, effects }: Step): void {
    this.room = room
    this.effects.push(...effects)
    for (const effect of effects) {
      if (effect.type === 'say') this.wanted.push(effect.draft)
      if (effect.type === 'contribute')
        this.wanted.push({ ...effect.draft, value: this.number * 10 + effect.draft.phase })
      if (effect.type === 'desist') this.#desist()
      if (effect.type === 'timer' && effect.name === 'judge') this.happen({ type: 'timer', name: 'judge' })
    }
  }

  /** What an author's function has not made yet is not wanted any more. */
  #desist(): void {
    const left = this.wanted.filter((draft) => draft.kind !== 'contribution' || draft.value === undefined)
    this.wanted.splice(0, this.wanted.length, ...left)
  }
}

/** A room in which every member is played, and a bag of all that was ever said. */
export class Table {
  readonly invitation: Invitation
  readonly players: readonly Player[]
  readonly said: Article[]
  #nowMs = 0

  constructor(terms: Terms, take: typeof step = step) {
    this.invitation = invitationOf(terms)
    this.said = [this.invitation]
    const { plan, members } = terms
    const now = (): number => this.#nowMs
    this.players = Array.from({ length: members }, (_, at) => new Player(at, plan, this.invitation, take, now))
  }

  player(member: number): Player {
    const player = this.players[member]
    if (player === undefined) throw new Error(`nobody has the number ${member}`)
    return player
  }

  /** A statement that this member wants made, as `alter` would have it; undefined where there is none. */
  utter(member: number, alter = (draft: ArticleDraft): ArticleDraft => draft, at = 0): Article | undefined {
    const player = this.player(member)
    const [draft] = player.wanted.splice(at % Math.max(1, player.wanted.length), 1)
    if (draft === undefined) return undefined
    const article = articleOf(member, alter(draft))
    this.said.push(article)
    player.happen({ type: 'heard', article })
    return article
  }

  /** Whatever this member does not hold. */
  missedBy(member: number): readonly Article[] {
    const held = new Set(this.player(member).room.articles.map(({ hash }) => hash))
    return this.said.filter(({ hash }) => !held.has(hash))
  }

  /** What rings has been waited for. */
  ring(member: number, name: TimerName): readonly RoomEffect[] {
    this.#nowMs += this.invitation.deadlineMs
    return this.player(member).happen({ type: 'timer', name })
  }

  hear(member: number, article: Article): readonly RoomEffect[] {
    return this.player(member).happen({ type: 'heard', article })
  }

  acceptAll(): this {
    for (const { number } of this.players.slice(1)) this.accept(number)
    return this
  }

  accept(member: number): void {
    this.player(member).happen({ type: 'accept', nonce: digest(`nonce ${member}`) })
  }

  /** Everybody says what they want to and hears all that is said, until nothing is left; `mute` ones do neither. */
  settle(mute: readonly number[] = []): this {
    for (let isMoving = true; isMoving; ) {
      isMoving = false
      for (const { number } of this.players) {
        if (mute.includes(number)) continue
        while (this.utter(number) !== undefined) isMoving = true
        const before = this.player(number).room
        for (const article of this.missedBy(number)) this.player(number).happen({ type: 'heard', article })
        if (this.player(number).room.articles.length > before.articles.length) isMoving = true
      }
    }
    return this
  }

  /** A statement that no room wanted, for a test to deliver. */
  say(member: number, draft: ArticleDraft, salt = ''): Article {
    const article = articleOf(member, draft, salt)
    this.said.push(article)
    return article
  }
}

/** What a member who has no room of its own would say. */
export function closingOf(
  member: number,
  attempt: string,
  more: Partial<Pick<Closing, 'phase' | 'missing' | 'reason' | 'detail'>> = {},
): ArticleDraft {
  const rest = { phase: 0, missing: [], reason: 'timeout', detail: '', ...more } as const
  return { kind: 'closing', attempt, incarnation: incarnationOf(member), ...rest }
}
