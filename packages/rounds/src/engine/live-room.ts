import type { Cancel, Coordinator, MaybePromise, PeerId, VerifiedMessage } from '@rondo/core'
import { platformCrypto, RondoError } from '@rondo/core'
import { type Account, accountOf } from '../account/account.js'
import type { Article } from '../articles/article.js'
import { type ArticleDraft, type ContributionDraft, draftMessage } from '../articles/draft.js'
import { readArticle } from '../articles/read-article.js'
import type { Ask, Claim } from '../delivery/messages.js'
import { roundsError } from '../errors.js'
import { hexOf, isSameBytes } from '../hex.js'
import type { Journal } from '../journal/journal.js'
import type { RoundsLimits } from '../options.js'
import { decodeValue, encodeValue } from '../plan/encode-value.js'
import { judgeContent, judgeForm } from '../plan/judge.js'
import type { Plan } from '../plan/plan.js'
import type { View } from '../plan/shape.js'
import { isDeclined, textOf } from '../plan/verdict.js'
import type { RoomEffect, RoomEvent, Step, TimerName } from '../room/events.js'
import type { Room } from '../room/room.js'
import { step } from '../room/step.js'
import { transcriptOf } from '../transcript/transcript-of.js'
import { AttemptValues } from './attempt-values.js'
import { nameOf, nameOutcome, type Outcome } from './outcome.js'
import { Post } from './post.js'
import type { Progress, Round, RoundEvents } from './round.js'

// One room at work: what comes in becomes events, `step` decides, and the effects are carried out here. Nothing is decided in this
// file, and nothing is done anywhere else.

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
  readonly candidates: readonly PeerId[]
  readonly outcome: Promise<Outcome>
  /** What this member brings along; set when it starts or accepts. */
  input: unknown
  readonly #parts: LiveRoomParts
  readonly #post: Post
  readonly #timers = new Map<TimerName, Cancel>()
  readonly #listeners = new Map<keyof RoundEvents<unknown>, Set<(fact: never) => unknown>>()
  readonly #events: RoomEvent[] = []
  /** What was verified here, by the hash of its bytes: copies cost no second verification. */
  readonly #verified = new Set<string>()
  /**
   * Statements that have no place here, and copies of them: what others hold and this room will not, until it has come further.
   * Without it two members that hold what the other refuses would ask each other for ever.
   */
  readonly #refused = new Set<string>()
  readonly #refusedCopies = new Set<string>()
  readonly #forgeries = new Map<PeerId, number>()
  readonly #useless = new Map<PeerId, number>()
  /** Who brought what is being heard. */
  #bringer: PeerId | undefined
  #room: Room
  #isStepping = false
  #isDropped = false
  /** One statement after the other. */
  #saying: Promise<void> = Promise.resolve()
  #values: AttemptValues | undefined
  #contributing: AbortController | undefined
  #settle: (outcome: Outcome) => void = () => {}

  constructor(parts: LiveRoomParts) {
    const { coordinator, limits, opening } = parts
    const { invitation, me, plan } = opening.room
    this.#parts = parts
    this.#room = opening.room
    this.id = invitation.room
    this.protocol = plan.name
    this.candidates = invitation.candidates.map(({ peerId }) => peerId)
    this.outcome = new Promise((resolve) => {
      this.#settle = resolve
    })
    const { id: room, candidates } = this
    const [articles, refused] = [() => this.#room.articles, () => this.#refused]
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
    if (!this.#post.isMember(from)) return undefined
    const verifying = articles.map((bytes) => this.#verify(from, bytes)).filter((each) => each !== undefined)
    return verifying.length === 0 ? undefined : Promise.all(verifying)
  }

  #verify(from: PeerId, bytes: Uint8Array): Promise<void> | undefined {
    if (this.#isUnheard(from)) return undefined
    const key = hexOf(platformCrypto.sha256(bytes))
    if (this.#verified.has(key) || this.#refusedCopies.has(key)) return undefined
    const verdict = this.#parts.coordinator.verifyMessage(bytes)
    if (verdict instanceof Promise)
      return verdict.then((settled) => this.#heard(from, key, settled)).catch((cause) => this.#stumbled(cause))
    this.#heard(from, key, verdict)
    return undefined
  }

  #stumbled(cause: unknown): void {
    this.#parts.coordinator.env.log('error', 'an article could not be taken', { round: this.id, cause })
  }

  /** Whoever brought too much that is good for nothing has cost enough. */
  #isUnheard(from: PeerId): boolean {
    const { forgeriesMax, uselessMax } = this.#parts.limits
    return (this.#forgeries.get(from) ?? 0) >= forgeriesMax || (this.#useless.get(from) ?? 0) >= uselessMax
  }

  #heard(from: PeerId, key: string, verdict: VerifiedMessage | { readonly ok: false }): void {
    if (!verdict.ok) {
      this.#forgeries.set(from, (this.#forgeries.get(from) ?? 0) + 1)
      return
    }
    const article = this.#read(verdict)
    if (article !== undefined) {
      this.#bringer = from
      this.happen({ type: 'heard', article })
      this.#bringer = undefined
    }
    // One copy of a statement is worth remembering: its author can sign it again and again, and no two copies are alike.
    const kept = this.#room.articles.findLast(({ hash }) => hash === article?.hash)
    if (kept !== undefined && article !== undefined && isSameBytes(kept.bytes, article.bytes)) this.#verified.add(key)
    else this.#useless.set(from, (this.#useless.get(from) ?? 0) + 1)
    if (kept === undefined && article !== undefined && this.#refusedCopies.size < refusedMax) {
      this.#refused.add(article.hash)
      this.#refusedCopies.add(key)
    }
  }

  #read(message: VerifiedMessage): Article | undefined {
    if (message.network !== this.#parts.coordinator.network) return undefined
    return readArticle(this.#parts.plan, message)
  }

  /** Something happens: the room takes its step, and what that asks for is done. */
  happen(event: RoomEvent): void {
    this.#events.push(event)
    if (this.#isStepping) return
    this.#isStepping = true
    try {
      for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) {
        const { room, effects } = step(this.#room, next, this.#parts.coordinator.env.monotonicMs())
        if (mayHavePlaces(this.#room, room)) this.#forgetRefused()
        this.#room = room
        for (const effect of effects) this.#do(effect)
      }
    } finally {
      this.#isStepping = false
    }
  }

  #forgetRefused(): void {
    this.#refused.clear()
    this.#refusedCopies.clear()
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
    await Promise.race([this.#saying, late])
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
    this.#desist()
  }

  // What is done.

  #do(effect: RoomEffect): void {
    switch (effect.type) {
      case 'say': {
        const { draft } = effect
        // Nobody has to be told that this member comes along once it does not any more.
        return this.#say(
          () => draft,
          () => draft.kind !== 'join' || !this.isOver,
        )
      }
      case 'contribute':
        return this.#contribute(effect.draft, effect.view)
      case 'desist':
        return this.#desist()
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
    this.#timers.set(name, this.#parts.coordinator.env.schedule(ms, ring))
  }

  /** Signed, kept, and only then said. A draft that is wanted no more by the time its turn comes is undefined. */
  #say(draftNow: () => MaybePromise<ArticleDraft | undefined>, isWanted: () => boolean = () => true): void {
    this.#saying = this.#saying.then(async () => {
      try {
        const draft = await draftNow()
        if (draft === undefined || !isWanted()) return
        const article = await this.#sign(draft)
        if (!isWanted()) return
        await this.#keep(article)
        if (isWanted()) this.happen({ type: 'heard', article })
      } catch (cause) {
        this.#failed(cause)
      }
    })
  }

  async #sign(draft: ArticleDraft): Promise<Article> {
    const { coordinator, plan } = this.#parts
    const { expiresMs } = this.#room.invitation
    const times = { createdMs: coordinator.env.wallMs(), expiresMs }
    const bytes = await coordinator.signMessage(draftMessage(plan, draft, times))
    const verdict = await coordinator.verifyMessage(bytes)
    const article = verdict.ok ? this.#read(verdict) : undefined
    if (article === undefined) throw new Error(`what was signed as ${draft.kind} does not verify`)
    return article
  }

  /** Before it is sent. With a join goes everything that led to it, so that a later life can see what it was about. */
  async #keep(article: Article): Promise<void> {
    const articles = article.kind === 'join' ? [...this.#room.articles, article] : [article]
    await this.#parts.journal.keep(this.id, articles, { durable: true, claim: claimOf(article) })
  }

  #contribute(draft: ContributionDraft, view: View): void {
    const { plan } = this.#parts
    const phase = plan.phases[draft.phase]
    if (phase?.kind !== 'said') return
    const controller = new AbortController()
    this.#contributing = controller
    const { signal } = controller
    const values = this.#valuesOf(draft.attempt)
    const isWanted = (): boolean => !signal.aborted
    const make = async (): Promise<ContributionDraft | undefined> => {
      const local = values.localIn(view)
      const encoded = encodeValue(await phase.contribute(view, local, { signal }))
      if (signal.aborted) return undefined
      // As others will read it: a property that is undefined, say, is not sent.
      const read = decodeValue(encoded)
      if (!read.ok) throw roundsError('CONTRIBUTION_REFUSED', { detail: `${phase.name}: ${read.code}` })
      const { value } = read
      const form = judgeForm(phase, { value, valueBytes: encoded.length })
      const verdict = form.ok ? judgeContent(phase, view, local.me, form.value) : form
      // What breaks the protocol would convict this member.
      if (!verdict.ok) {
        const failed = form.ok ? `check of ${phase.name} failed` : phase.name
        const detail = 'fault' in verdict ? `${phase.name}: ${verdict.fault}` : `${failed}: ${textOf(verdict.failure)}`
        throw roundsError('CONTRIBUTION_REFUSED', { detail })
      }
      return { ...draft, value }
    }
    // Not in the queue of what is said: it may take its time, and a closing must not wait for it.
    const made = make()
    made.then(
      (ready) => this.#say(() => (isWanted() ? ready : undefined), isWanted),
      (cause: unknown) => {
        if (isWanted()) this.#failed(cause, phase.name)
      },
    )
  }

  #valuesOf(attempt: string): AttemptValues {
    if (this.#values?.attempt === attempt) return this.#values
    const { coordinator, journal, plan } = this.#parts
    const { invitation, me } = this.#room
    this.#values = new AttemptValues({
      plan,
      attempt,
      me: coordinator.peerId,
      role: invitation.candidates[me]?.role,
      input: this.input,
      random: (bytes) => coordinator.env.random(bytes),
      spend: (of, secret) => journal.spend(this.id, of, secret),
    })
    return this.#values
  }

  #desist(): void {
    this.#contributing?.abort(roundsError('ROUND_OVER'))
    this.#contributing = undefined
    this.#values?.end()
    this.#values = undefined
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
    this.#desist()
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

/** Each is named in every question, and takes some 260 bytes here. */
const refusedMax = 1_024

/** A join, an attempt or a phase gives a place to what came before it. */
function mayHavePlaces(before: Room, { articles, attempts }: Room): boolean {
  if (articles !== before.articles && articles.at(-1)?.kind === 'join') return true
  return attempts.some(({ phase }, at) => phase !== before.attempts[at]?.phase)
}

/** What no other life or process of this node may say once this one did. */
function claimOf(article: Article): string | undefined {
  if (article.kind === 'join') return article.parent
  return article.kind === 'contribution' ? article.attempt + hexOf(Uint8Array.of(article.phase)) : undefined
}
