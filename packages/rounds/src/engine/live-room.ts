import { type Cancel, type Coordinator, type Env, type PeerId, RondoError } from '@rondo/core'
import { type Account, accountOf } from '../account/account.js'
import type { Article } from '../articles/article.js'
import type { Ask, Claim } from '../delivery/messages.js'
import type { Journal } from '../journal/journal.js'
import type { RoundsLimits } from '../options.js'
import type { Plan } from '../plan/plan.js'
import { isDeclined, textOf } from '../plan/verdict.js'
import type { RoomEffect, RoomEvent, Step, TimerName } from '../room/events.js'
import type { Room } from '../room/room.js'
import { step } from '../room/step.js'
import { transcriptOf } from '../transcript/transcript-of.js'
import { AttemptValues } from './attempt-values.js'
import { Contributor } from './contributor.js'
import { Ear } from './ear.js'
import { nameOf, nameOutcome, type Outcome } from './outcome.js'
import { Post } from './post.js'
import type { Progress, Round, RoundEvents } from './round.js'
import { Voice } from './voice.js'

// One room at work: what comes in becomes events, `step` decides, and the effects are carried out by the ear, the voice, the
// contributor and the post. Nothing is decided in this file.

export interface LiveRoomParts {
  readonly coordinator: Coordinator
  readonly limits: RoundsLimits
  readonly journal: Journal
  readonly plan: Plan
  readonly opening: Step
  /** Its time is over: nothing here is good for anything any more. */
  readonly expired: () => void
}

export class LiveRoom implements Round {
  readonly id: string
  readonly protocol: string
  readonly setup: unknown
  readonly candidates: readonly PeerId[]
  readonly outcome: Promise<Outcome>
  /** What this member brings along; set when it starts or accepts. */
  input: unknown
  readonly #parts: LiveRoomParts
  readonly #post: Post
  readonly #timers = new Map<TimerName, Cancel>()
  readonly #listeners = new Map<keyof RoundEvents<unknown>, Set<(fact: never) => unknown>>()
  readonly #events: RoomEvent[] = []
  readonly #ear: Ear
  readonly #voice: Voice
  readonly #contributor: Contributor
  /** Who brought what is being heard. */
  #bringer: PeerId | undefined
  #room: Room
  #isStepping = false
  #isDropped = false
  #settle: (outcome: Outcome) => void = () => {}

  constructor(parts: LiveRoomParts) {
    const { coordinator, limits, journal, opening } = parts
    const { invitation, me, plan } = opening.room
    this.#parts = parts
    this.#room = opening.room
    this.id = invitation.room
    this.protocol = plan.name
    this.setup = opening.room.setup
    this.candidates = invitation.candidates.map(({ peerId }) => peerId)
    this.outcome = new Promise((resolve) => {
      this.#settle = resolve
    })
    const { id: room, candidates } = this
    const articles = () => this.#room.articles
    this.#ear = new Ear({ coordinator, limits, plan, articles, take: (article, from) => this.#take(article, from) })
    this.#voice = new Voice({
      coordinator,
      journal,
      plan,
      room: () => this.#room,
      said: (article) => this.happen({ type: 'heard', article }),
      failed: (cause) => this.#failed(cause),
    })
    this.#contributor = new Contributor({
      plan,
      valuesOf: (attempt) => this.#valuesOf(attempt),
      say: (draft, isWanted) => this.#voice.say(draft, isWanted),
      failed: (cause, phase) => this.#failed(cause, phase),
    })
    const { refused } = this.#ear
    this.#post = new Post({ coordinator, limits, room, candidates, me, articles, refused })
  }

  /** Says and asks what the opening asks for. */
  begin(): void {
    const { opening } = this.#parts
    // Of a room of a former life, others may know more.
    if (this.#room.isWatched) this.#post.look()
    else this.#post.begin()
    for (const effect of opening.effects) this.#do(effect)
    this.#awaitExpiry()
  }

  #awaitExpiry(): void {
    const { coordinator, expired } = this.#parts
    if (this.#timers.has('expiry') || coordinator.state === 'stopping' || coordinator.state === 'stopped') return
    const leftMs = this.#room.invitation.expiresMs - coordinator.env.wallMs()
    const expire = (): void => {
      this.happen({ type: 'timer', name: 'expiry' })
      expired()
    }
    this.#timers.set('expiry', coordinator.env.schedule(Math.max(0, leftMs), expire))
  }

  get room(): Room {
    return this.#room
  }

  get isOver(): boolean {
    return this.#room.outcome !== undefined
  }

  /** Whether this node, in whatever life, has signed an attempt here. */
  get hasJoined(): boolean {
    const { peerId } = this.#parts.coordinator
    return this.#room.articles.some(({ kind, author }) => kind === 'join' && author === peerId)
  }

  // What a program sees of it.

  on<Name extends keyof RoundEvents<unknown>>(name: Name, listener: RoundEvents<unknown>[Name]): () => void {
    const listeners = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, listeners.add(listener))
    return () => listeners.delete(listener)
  }

  abort(reason = 'given up'): void {
    this.happen({ type: 'abort', reason: 'STOPPED', detail: reason.slice(0, 256) })
  }

  account(): Account {
    return accountOf(this.#room)
  }

  transcript(): Uint8Array {
    return transcriptOf(this.#room)
  }

  // What comes in.

  linksChanged(): void {
    if (this.#isDropped) return
    this.#awaitExpiry()
    this.#post.look()
  }

  heardAsk(from: PeerId, ask: Ask): void {
    this.#post.heardAsk(from, ask)
  }

  heardClaim(from: PeerId, claim: Claim): void {
    this.#post.heardClaim(from, claim)
  }

  /** Resolves when all of them have been verified; undefined where that took no time. */
  heardArticles(from: PeerId, articles: readonly Uint8Array[]): Promise<unknown> | undefined {
    return this.#post.isMember(from) ? this.#ear.hear(from, articles) : undefined
  }

  #take(article: Article, from: PeerId): void {
    this.#bringer = from
    this.happen({ type: 'heard', article })
    this.#bringer = undefined
  }

  /** Something happens: the room takes its step, and what that asks for is done. */
  happen(event: RoomEvent): void {
    this.#events.push(event)
    if (this.#isStepping) return
    this.#isStepping = true
    try {
      for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) {
        const { room, effects } = step(this.#room, next, this.#parts.coordinator.env.monotonicMs())
        if (mayHavePlaces(this.#room, room)) this.#ear.forgetRefused()
        this.#room = room
        for (const effect of effects) this.#do(effect)
      }
    } finally {
      this.#isStepping = false
    }
  }

  /** Ends it, and says so. The room stays: the node may be started again, and is asked about it then. */
  async stop(): Promise<void> {
    this.abort('this node stops')
    const { coordinator, limits } = this.#parts
    let cancel: Cancel = () => {}
    // A key that lies in another device may never answer.
    const late = new Promise<void>((resolve) => {
      cancel = coordinator.env.schedule(limits.farewellMs, resolve)
    })
    await Promise.race([this.#voice.silence, late])
    cancel()
    this.#post.flush()
    // What the sessions were given goes out with the end of this turn, and they are closed after it.
    await new Promise<void>((resolve) => coordinator.env.defer(resolve))
    this.#rest()
  }

  drop(): void {
    this.#isDropped = true
    this.#rest()
  }

  #rest(): void {
    for (const cancel of this.#timers.values()) cancel()
    this.#timers.clear()
    this.#contributor.desist()
  }

  // What is done.

  #do(effect: RoomEffect): void {
    switch (effect.type) {
      case 'say': {
        const { draft } = effect
        // Nobody has to be told that this member comes along once it does not any more.
        return this.#voice.say(draft, () => draft.kind !== 'join' || !this.isOver)
      }
      case 'contribute':
        return this.#contributor.ask(effect.draft, effect.view)
      case 'desist':
        return this.#contributor.desist()
      case 'spread':
        return this.#post.spread(effect.article, this.#bringer)
      case 'ask':
        return this.#post.ask(effect.member)
      case 'timer':
        return this.#setTimer(effect.name, effect.ms)
      case 'progress':
        return this.#tellProgress(effect)
      case 'outcome':
        return this.#tellOutcome()
    }
  }

  #setTimer(name: TimerName, ms: number | 'never'): void {
    this.#timers.get(name)?.()
    this.#timers.delete(name)
    if (ms === 'never' || this.#isDropped) return
    const ring = (): void => {
      this.#timers.delete(name)
      this.happen({ type: 'timer', name })
    }
    const { env } = this.#parts.coordinator
    this.#timers.set(name, ms === 0 ? inTurn(env, ring) : env.schedule(ms, ring))
  }

  #valuesOf(attempt: string): AttemptValues {
    const { coordinator, journal, plan } = this.#parts
    const { invitation, me } = this.#room
    return new AttemptValues({
      plan,
      attempt,
      me: coordinator.peerId,
      role: invitation.candidates[me]?.role,
      input: this.input,
      random: (bytes) => coordinator.env.random(bytes),
      spend: (of, secret) => journal.spend(this.id, of, secret),
    })
  }

  /** In a phase, where it was its `contribute` that failed. */
  #failed(cause: unknown, phase?: string): void {
    if (isDeclined(cause)) return this.happen({ type: 'failed', reason: 'DECLINED', detail: cause.reason })
    const words = cause instanceof Error ? cause.message : textOf(cause)
    const isNamed = phase === undefined || (cause instanceof RondoError && cause.code === 'CONTRIBUTION_REFUSED')
    const detail = isNamed ? words : `contribute of ${phase} failed: ${words}`
    this.#parts.coordinator.env.log('warn', 'a round could not go on', { round: this.id, phase, cause })
    this.happen({ type: 'failed', reason: 'FAILED', detail: detail.slice(0, 256) })
  }

  #tellProgress({ attempt, phase, waitingFor }: Extract<RoomEffect, { type: 'progress' }>): void {
    if (!this.#listeners.has('progress')) return
    const { phases } = this.#parts.plan
    const progress: Progress = {
      phase: phases[phase]?.name ?? '',
      index: phase + 1,
      of: phases.length,
      attempt,
      waitingFor: waitingFor.map((member) => nameOf(this.#room, member)),
    }
    this.#emit('progress', progress)
  }

  #tellOutcome(): void {
    const { outcome } = this.#room
    if (outcome === undefined) return
    this.#contributor.desist()
    const named = nameOutcome(this.#room, outcome)
    this.#settle(named)
    this.#emit('outcome', named)
    if (outcome.status === 'completed') this.#keepAll()
  }

  /** So that the transcript can be served after a restart. Whoever loses it can ask the others. */
  #keepAll(): void {
    const { journal, coordinator } = this.#parts
    journal
      .keep(this.id, this.#room.articles, { durable: false })
      .catch((cause) => coordinator.env.log('warn', 'a transcript could not be kept', { round: this.id, cause }))
  }

  #emit<Name extends keyof RoundEvents<unknown>>(name: Name, fact: Parameters<RoundEvents<unknown>[Name]>[0]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      try {
        const returned = listener(fact as never)
        if (returned instanceof Promise) returned.catch((cause) => this.#report(name, cause))
      } catch (cause) {
        this.#report(name, cause)
      }
    }
  }

  #report(name: string, cause: unknown): void {
    this.#parts.coordinator.env.log('error', `a listener of '${name}' of a round failed`, { round: this.id, cause })
  }
}

/**
 * A turn of its own, after what has come in meanwhile: timers that are due ring one after the other, and what is deferred follows what
 * came before it at once.
 */
function inTurn(env: Env, run: () => void): Cancel {
  let isWanted = true
  let cancel: Cancel | undefined
  env.defer(() => {
    if (isWanted) cancel = env.schedule(0, run)
  })
  return () => {
    isWanted = false
    cancel?.()
  }
}

/** A join, an attempt or a phase gives a place to what came before it. */
function mayHavePlaces(before: Room, { articles, attempts }: Room): boolean {
  if (articles !== before.articles && articles.at(-1)?.kind === 'join') return true
  return attempts.some(({ phase }, at) => phase !== before.attempts[at]?.phase)
}
