import { type Coordinator, checkSchema, coreError, type PeerId, type RondoError } from '@rondo/core'
import type { Invitation } from '../articles/article.js'
import { readArticle } from '../articles/read-article.js'
import { incarnationBytes } from '../articles/slot.js'
import { type Links, roundsProtocol } from '../delivery/messages.js'
import { roundsError } from '../errors.js'
import { hexOf } from '../hex.js'
import { createJournal } from '../journal/create-journal.js'
import type { Journal, KeptRoom } from '../journal/journal.js'
import { lifetimeMsMax, type RoundsLimits, type RoundsOptions, resolveRoundsLimits } from '../options.js'
import { assertDefinition } from '../plan/assert-definition.js'
import type { RoundsDefinition, RoundsTypes } from '../plan/define-rounds.js'
import { issuesText } from '../plan/judge.js'
import type { Plan } from '../plan/plan.js'
import { fitsPlan } from '../room/fits-plan.js'
import { openAsCandidate, openAsHost, openAsWatcher } from '../room/open-room.js'
import { candidateOf } from '../room/room.js'
import { EarlyArticles } from './early-articles.js'
import { draftInvitation, signInvitation } from './invitation-draft.js'
import { LiveRoom } from './live-room.js'
import type { Round } from './round.js'
import { ServedPlan } from './served-plan.js'
import type { InviteHandler, Served, ServeOptions, StartOptions } from './serving.js'
import { TokenBucket } from './token-bucket.js'

/** The rounds of one node. */
export interface Rounds {
  /** Takes part in the rounds of a protocol to which the handler says yes. */
  serve<T extends RoundsTypes>(
    definition: RoundsDefinition<T>,
    handler: InviteHandler<T>,
    options?: ServeOptions<T>,
  ): Served<T>
  /** Invites others to a round. Resolves when the invitation is out; the round then says itself how it goes. */
  start<T extends RoundsTypes>(definition: RoundsDefinition<T>, options: StartOptions<T>): Promise<Round<T['result']>>
  /**
   * The rounds that a former life of this node took part in, as its store remembers them. This life contributes nothing to them; it
   * passes on what the former one had said, and learns how they ended.
   */
  recover<T extends RoundsTypes>(definition: RoundsDefinition<T>): Promise<readonly Round<T['result']>[]>
}

const engines = new WeakMap<Coordinator, Engine>()

/**
 * The rounds of a coordinator; asked again, the same.
 *
 * @example
 * rounds(bob).serve(dice, (invite) => (invite.setup.sides <= 100 ? invite.accept() : invite.decline('too many sides')))
 * const round = await rounds(alice).start(dice, { with: [bob.peerId], setup: { sides: 6 } })
 * const outcome = await round.outcome
 */
export function rounds(coordinator: Coordinator, options?: RoundsOptions): Rounds {
  const known = engines.get(coordinator)
  if (known !== undefined) {
    if (options !== undefined) throw new TypeError('the rounds of this coordinator have their options already')
    return known
  }
  const engine = new Engine(coordinator, resolveRoundsLimits(options?.limits))
  engines.set(coordinator, engine)
  return engine
}

class Engine implements Rounds {
  readonly #coordinator: Coordinator
  readonly #limits: RoundsLimits
  readonly #journal: Journal
  readonly #rooms = new Map<string, LiveRoom>()
  readonly #served = new Map<string, ServedPlan>()
  readonly #early: EarlyArticles
  readonly #budgets = new Map<PeerId, TokenBucket>()
  #loaded: Promise<readonly KeptRoom[]> | undefined

  constructor(coordinator: Coordinator, limits: RoundsLimits) {
    const { env, store, peerId: owner } = coordinator
    this.#coordinator = coordinator
    this.#limits = limits
    this.#early = new EarlyArticles(env, limits)
    const report = (error: RondoError): void => env.log('warn', error.message, { code: error.code, ...error.details })
    this.#journal = createJournal(store, { owner, report })
    this.#register()
  }

  serve<T extends RoundsTypes>(
    definition: RoundsDefinition<T>,
    handler: InviteHandler<T>,
    options: ServeOptions<T> = {},
  ): Served<T> {
    assertDefinition(definition)
    this.#assertStore(definition)
    const key = keyOf(definition)
    if (this.#served.has(key)) throw new TypeError(`${key} is served already: close what \`serve\` returned first`)
    const served = new ServedPlan(definition, handler, options, () => this.#served.delete(key))
    this.#served.set(key, served)
    this.#serveFormer(definition)
    return served
  }

  async start<T extends RoundsTypes>(
    definition: RoundsDefinition<T>,
    options: StartOptions<T>,
  ): Promise<Round<T['result']>> {
    const { signal } = options
    signal?.throwIfAborted()
    this.#assertUp()
    assertDefinition(definition)
    this.#assertStore(definition)
    const setup = checkSchema(definition.setup, options.setup)
    if (!setup.ok) {
      const detail = setup.code === 'SCHEMA_ASYNC' ? 'its schema is asynchronous' : issuesText(setup.issues)
      throw roundsError('ROUND_SETUP_REFUSED', { detail })
    }
    this.#makeRoom()
    const draft = draftInvitation(definition, options, this.#coordinator, this.#newLife())
    const invitation = await signInvitation(this.#coordinator, definition, draft)
    signal?.throwIfAborted()
    this.#assertUp()
    this.#makeRoom()
    const { incarnation } = invitation
    const opening = openAsHost({ ...this.#openingOf(definition, invitation, setup.value), incarnation, me: 0 })
    const room = this.#open(definition, opening, options.local)
    const abort = (): void => room.abort(String(signal?.reason))
    signal?.addEventListener('abort', abort, { once: true })
    void room.outcome.then(() => signal?.removeEventListener('abort', abort))
    return room
  }

  async recover<T extends RoundsTypes>(definition: RoundsDefinition<T>): Promise<readonly Round<T['result']>[]> {
    assertDefinition(definition)
    this.#loaded ??= this.#journal.load(this.#coordinator.env.wallMs())
    const kept = await this.#loaded
    const mine = kept.filter(({ name, version }) => name === definition.name && version === definition.version)
    const recovered = await Promise.all(mine.map((each) => this.#recoverRoom(definition, each)))
    return recovered.filter((room) => room !== undefined)
  }

  /** Whoever asks for the rounds of a former life finds them here. */
  #serveFormer(definition: RoundsDefinition): void {
    const { env } = this.#coordinator
    this.recover(definition).catch((cause) => env.log('warn', 'former rounds could not be read', { cause }))
  }

  async #recoverRoom(plan: Plan, { room: id, articles }: KeptRoom): Promise<LiveRoom | undefined> {
    const known = this.#rooms.get(id)
    if (known !== undefined) return known
    const invitation = await this.#readInvitation(plan, id, articles)
    const setup = checkSchema(plan.setup, invitation?.setup)
    if (invitation === undefined || !setup.ok) return undefined
    const opened = this.#rooms.get(id)
    if (opened !== undefined) return opened
    const me = candidateOf({ invitation }, this.#coordinator.peerId)
    const watched = openAsWatcher({ ...this.#openingOf(plan, invitation, setup.value), me })
    const { deadlineMs } = invitation
    const effects = [
      { type: 'timer', name: 'pull', ms: 1 } as const,
      { type: 'timer', name: 'begin', ms: deadlineMs } as const,
    ]
    const room = this.#open(plan, { room: watched, effects }, undefined)
    await room.heardArticles(this.#coordinator.peerId, articles)
    if (room.hasJoined) return room
    // Nothing binds it: should it be asked again, this life may answer.
    this.#forget(id)
    return undefined
  }

  async #readInvitation(plan: Plan, id: string, articles: readonly Uint8Array[]): Promise<Invitation | undefined> {
    for (const bytes of articles) {
      const verdict = await this.#coordinator.verifyMessage(bytes)
      const article =
        verdict.ok && verdict.network === this.#coordinator.network ? readArticle(plan, verdict) : undefined
      if (article?.kind === 'invitation' && article.room === id) return article
    }
    return undefined
  }

  // What comes in.

  #register(): void {
    const coordinator = this.#coordinator
    const look = (): void => {
      for (const room of this.#rooms.values()) room.linksChanged()
    }
    const handler = roundsProtocol.handler(
      {
        articles: ({ room, articles }, { from }) => this.#heardArticles(hexOf(room), from.peerId, articles),
        ask: (ask, { from }) => this.#rooms.get(hexOf(ask.room))?.heardAsk(from.peerId, ask),
        links: (links, { from }) => this.#heardLinks(links, from.peerId),
      },
      { onPeerConnected: look, onPeerDisconnected: look },
    )
    coordinator.on('interrupted', look)
    coordinator.on('resumed', look)
    coordinator.registerProtocol({ ...handler, onStop: () => this.#stop() })
  }

  /** Claims may overtake the invitation, and whoever makes them knows the room. */
  #heardLinks(links: Links, from: PeerId): void {
    const room = this.#rooms.get(hexOf(links.room))
    if (room !== undefined) return room.heardClaim(from, links)
    const { env } = this.#coordinator
    if (this.#served.size === 0 || !this.#budgetOf(from).take(env.monotonicMs())) return
    const { name: protocol, version } = roundsProtocol
    const payload = { room: links.room, offset: 0, held: new Uint8Array(0) }
    this.#coordinator.sendTo(from, { protocol, version, type: 'ask', payload }).catch(() => {})
  }

  #heardArticles(id: string, from: PeerId, articles: readonly Uint8Array[]): void {
    for (const bytes of articles) {
      const room = this.#rooms.get(id)
      if (room === undefined) this.#heardEarly(id, from, bytes)
      else room.heardArticles(from, [bytes])
    }
  }

  /** Of a room that is not known: its invitation, or something that overtook it. */
  #heardEarly(id: string, from: PeerId, bytes: Uint8Array): void {
    const { env } = this.#coordinator
    if (this.#served.size === 0) return
    if (!this.#early.isNew(id, from, bytes) || !this.#budgetOf(from).take(env.monotonicMs())) return
    const settle = (verdict: Awaited<ReturnType<Coordinator['verifyMessage']>>): void => {
      if (!verdict.ok || verdict.network !== this.#coordinator.network || this.#rooms.has(id)) return
      const served = this.#served.get(keyOf({ name: verdict.protocol, version: verdict.version }))
      const article = served && readArticle(served.definition, verdict)
      if (served === undefined || article === undefined) return
      if (article.kind !== 'invitation') this.#early.add(id, from, bytes)
      else if (article.room === id) this.#invited(served, article)
    }
    const verdict = this.#coordinator.verifyMessage(bytes)
    if (verdict instanceof Promise)
      verdict.then(settle).catch((cause) => env.log('error', 'an invitation could not be taken', { cause }))
    else settle(verdict)
  }

  #invited(served: ServedPlan, invitation: Invitation): void {
    const coordinator = this.#coordinator
    const plan = served.definition
    const me = candidateOf({ invitation }, coordinator.peerId)
    const setup = checkSchema(plan.setup, invitation.setup)
    if (me < 1 || !setup.ok || !fitsPlan(plan, invitation) || !isTimely(invitation, coordinator.env.wallMs())) return
    if (!this.#hasRoomFor(invitation.author)) return
    const opening = openAsCandidate({ ...this.#openingOf(plan, invitation, setup.value), me })
    const room = this.#open(plan, opening, undefined)
    for (const { from, bytes } of this.#early.take(invitation.room)) room.heardArticles(from, [bytes])
    served.invite(room, {
      random: (bytes) => coordinator.env.random(bytes),
      failed: (cause) => coordinator.env.log('error', 'the handler of an invitation failed', { cause }),
    })
  }

  // Rooms.

  #open(plan: Plan, opening: ReturnType<typeof openAsHost>, input: unknown): LiveRoom {
    const { invitation } = opening.room
    const { room: id, expiresMs } = invitation
    const expired = (): void => this.#forget(id)
    const [coordinator, limits, journal] = [this.#coordinator, this.#limits, this.#journal]
    const { name, version } = plan
    if (!opening.room.isWatched)
      journal.open({ room: id, name, version, incarnation: opening.room.incarnation, expiresMs })
    const room = new LiveRoom({ coordinator, limits, journal, plan, opening, expired })
    room.input = input
    this.#rooms.set(id, room)
    room.begin()
    return room
  }

  #openingOf(plan: Plan, invitation: Invitation, setup: unknown) {
    const atMs = this.#coordinator.env.monotonicMs()
    return { plan, invitation, setup, incarnation: this.#newLife(), atMs }
  }

  /**
   * Never read from a store. One for each room, and not one for all: a room that was forgotten and is opened once more, its invitation
   * being good still, is another life as well, and what is said there stands in another place.
   */
  #newLife(): string {
    return hexOf(this.#coordinator.env.random(incarnationBytes))
  }

  #forget(id: string): void {
    const { env } = this.#coordinator
    this.#rooms.get(id)?.drop()
    this.#rooms.delete(id)
    this.#journal
      .forget(id, env.wallMs())
      .catch((cause) => env.log('warn', 'a round could not be forgotten', { cause }))
  }

  /** The oldest that is over makes way. */
  #makeRoom(): void {
    if (this.#rooms.size < this.#limits.roundsMax) return
    const over = [...this.#rooms].find(([, room]) => room.isOver)
    if (over === undefined) throw roundsError('ROUNDS_FULL')
    this.#forget(over[0])
  }

  #hasRoomFor(host: PeerId): boolean {
    const running = [...this.#rooms.values()].filter(({ isOver, candidates }) => !isOver && candidates[0] === host)
    if (running.length >= this.#limits.roundsPerHostMax) return false
    try {
      this.#makeRoom()
      return true
    } catch {
      return false
    }
  }

  #assertUp(): void {
    const { state } = this.#coordinator
    if (state === 'stopping' || state === 'stopped') throw coreError('COORDINATOR_STOPPED')
  }

  #assertStore({ name, secrets }: Plan): void {
    if (secrets.size > 0 && !this.#journal.isDurable) throw roundsError('ROUND_STORE_VOLATILE', { detail: name })
  }

  #budgetOf(peer: PeerId): TokenBucket {
    const { invitationsPerSecond, invitationsBurst } = this.#limits
    const nowMs = this.#coordinator.env.monotonicMs()
    const budget = this.#budgets.get(peer) ?? new TokenBucket(invitationsPerSecond, invitationsBurst, nowMs)
    if (!this.#budgets.has(peer) && this.#budgets.size >= budgetsMax) this.#budgets.clear()
    this.#budgets.set(peer, budget)
    return budget
  }

  async #stop(): Promise<void> {
    const rooms = [...this.#rooms.values()]
    await Promise.all(rooms.map((room) => room.stop()))
    this.#early.clear()
    this.#rooms.clear()
  }
}

const budgetsMax = 1_024

/** Whether it is good still, and for no longer than rounds may be kept. */
function isTimely({ expiresMs, createdMs, answerMs, deadlineMs }: Invitation, nowMs: number): boolean {
  const lifetimeMs = expiresMs - createdMs
  if (expiresMs <= nowMs || expiresMs > nowMs + 2 * lifetimeMsMax || lifetimeMs > lifetimeMsMax) return false
  return answerMs <= lifetimeMs && deadlineMs <= lifetimeMs
}

function keyOf({ name, version }: Pick<Plan, 'name' | 'version'>): string {
  return `${name}/${version}`
}
