import { type Coordinator, checkSchema, coreError, Gcra, type PeerId, type RondoError } from '@rondo/core'
import type { Invitation } from '../articles/article.js'
import { readArticle } from '../articles/read-article.js'
import { incarnationBytes } from '../articles/slot.js'
import { type Ask, type Links, roundsProtocol } from '../delivery/messages.js'
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
import type { LiveRoom } from './live-room.js'
import { RoomTable } from './room-table.js'
import type { Round } from './round.js'
import { ServedPlan } from './served-plan.js'
import type { InviteHandler, Served, ServeOptions, StartOptions } from './serving.js'

/** The rounds of one node. */
export interface Rounds {
  /** Takes part in the rounds of a protocol to which the handler says yes. */
  serve<T extends RoundsTypes>(
    definition: RoundsDefinition<T>,
    handler: InviteHandler<T>,
    options?: ServeOptions<T>,
  ): Served<T>
  /** Invites others to a round. Resolves when the invitation is out; the round then says itself how it goes. */
  start<T extends RoundsTypes>(
    definition: RoundsDefinition<T>,
    options: StartOptions<T>,
  ): Promise<Round<T['result'], T['setup']>>
  /**
   * The rounds that a former life of this node took part in, as its store remembers them. This life contributes nothing to them; it
   * passes on what the former one had said, and learns how they ended.
   */
  recover<T extends RoundsTypes>(definition: RoundsDefinition<T>): Promise<readonly Round<T['result'], T['setup']>[]>
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
  readonly #rooms: RoomTable
  readonly #served = new Map<string, ServedPlan>()
  readonly #early: EarlyArticles
  readonly #budgets = new Map<string, Gcra>()
  #loaded: Promise<readonly KeptRoom[]> | undefined
  /** By protocol: while the store is asked which rounds a former life was in. */
  readonly #recalling = new Map<string, Promise<void>>()

  constructor(coordinator: Coordinator, limits: RoundsLimits) {
    const { env, store, peerId: owner } = coordinator
    this.#coordinator = coordinator
    this.#limits = limits
    this.#early = new EarlyArticles(env, limits)
    const report = (error: RondoError): void => env.log('warn', error.message, { code: error.code, ...error.details })
    this.#journal = createJournal(store, { owner, report })
    this.#rooms = new RoomTable({ coordinator, limits, journal: this.#journal })
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
    const closed = (): void => {
      // By whoever served it: it may have been closed before, and served anew since then.
      if (this.#served.get(key) === served) this.#served.delete(key)
    }
    const served = new ServedPlan(definition, handler, options, closed)
    this.#served.set(key, served)
    this.#serveFormer(definition, key)
    return served
  }

  async start<T extends RoundsTypes>(
    definition: RoundsDefinition<T>,
    options: StartOptions<T>,
  ): Promise<Round<T['result'], T['setup']>> {
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
    this.#rooms.makeRoom()
    const draft = draftInvitation(definition, options, this.#coordinator, this.#newLife())
    const invitation = await signInvitation(this.#coordinator, definition, draft)
    signal?.throwIfAborted()
    this.#assertUp()
    this.#rooms.makeRoom()
    // As everybody else reads it, or members would judge by setups that differ.
    const read = checkSchema(definition.setup, invitation.setup)
    if (!read.ok) throw roundsError('ROUND_SETUP_REFUSED', { detail: 'it is something else once it was sent' })
    const { incarnation } = invitation
    const opening = openAsHost({ ...this.#openingOf(definition, invitation, read.value), incarnation, me: 0 })
    const room = this.#rooms.open(definition, opening, options.local)
    // A text was written for the others to read; an error may tell of more than the round.
    const abort = (): void => room.abort(typeof signal?.reason === 'string' ? signal.reason : 'called off')
    signal?.addEventListener('abort', abort, { once: true })
    void room.outcome.then(() => signal?.removeEventListener('abort', abort))
    return room
  }

  async recover<T extends RoundsTypes>(
    definition: RoundsDefinition<T>,
  ): Promise<readonly Round<T['result'], T['setup']>[]> {
    assertDefinition(definition)
    this.#loaded ??= this.#journal.load(this.#coordinator.env.wallMs())
    const kept = await this.#loaded
    const mine = kept.filter(({ name, version }) => name === definition.name && version === definition.version)
    const recovered = await Promise.all(mine.map((each) => this.#recoverRoom(definition, each)))
    return recovered.filter((room) => room !== undefined)
  }

  /** Whoever asks for the rounds of a former life finds them here. */
  #serveFormer(definition: RoundsDefinition, key: string): void {
    const { env } = this.#coordinator
    const recalled = this.recover(definition).then(
      () => {},
      (cause) => env.log('warn', 'former rounds could not be read', { cause }),
    )
    this.#recalling.set(key, recalled)
    void recalled.then(() => this.#recalling.delete(key))
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
    const room = this.#rooms.open(plan, { room: watched, effects }, undefined)
    await room.heardArticles(this.#coordinator.peerId, articles)
    if (room.hasJoined) return room
    // Nothing binds it: should it be asked again, this life may answer.
    this.#rooms.forget(id, false)
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
      for (const room of this.#rooms.all()) room.linksChanged()
    }
    const handler = roundsProtocol.handler(
      {
        articles: ({ room, articles }, { from }) => this.#heardArticles(hexOf(room), from.peerId, articles),
        ask: (ask, { from }) => this.#heardAsk(ask, from.peerId),
        links: (links, { from }) => this.#heardLinks(links, from.peerId),
      },
      { onPeerConnected: look, onPeerDisconnected: look },
    )
    coordinator.on('interrupted', look)
    coordinator.on('resumed', look)
    coordinator.registerProtocol({ ...handler, onStop: () => this.#stop() })
  }

  /** Whoever asks knows the room: where the invitation did not come here, or was one too many, it is had from there. */
  #heardAsk(ask: Ask, from: PeerId): void {
    const room = this.#rooms.get(hexOf(ask.room))
    if (room === undefined) this.#askBack(ask.room, from)
    else room.heardAsk(from, ask)
  }

  /** Claims may overtake the invitation, and whoever makes them knows the room. */
  #heardLinks(links: Links, from: PeerId): void {
    const room = this.#rooms.get(hexOf(links.room))
    if (room === undefined) this.#askBack(links.room, from)
    else room.heardClaim(from, links)
  }

  #askBack(room: Uint8Array, from: PeerId): void {
    const { env } = this.#coordinator
    if (this.#served.size === 0 || this.#rooms.isPast(hexOf(room))) return
    if (this.#budgetOf(from, 'asked').take(env.monotonicMs()) > 0) return
    const { name: protocol, version } = roundsProtocol
    const payload = { room, offset: 0, held: new Uint8Array(0) }
    this.#coordinator.sendTo(from, { protocol, version, type: 'ask', payload }).catch(() => {})
  }

  #heardArticles(id: string, from: PeerId, articles: readonly Uint8Array[]): void {
    for (const bytes of articles) {
      const room = this.#rooms.get(id)
      if (room === undefined) this.#heardEarly(id, from, bytes)
      else room.heardArticles(from, [bytes])?.catch((cause) => this.#reportUnheard(cause))
    }
  }

  /** Of a room that is not known: its invitation, or something that overtook it. */
  #heardEarly(id: string, from: PeerId, bytes: Uint8Array): void {
    const { env } = this.#coordinator
    if (this.#served.size === 0) return
    if (!this.#early.isNew(id, from, bytes) || this.#budgetOf(from, 'verified').take(env.monotonicMs()) > 0) return
    const settle = (verdict: Awaited<ReturnType<Coordinator['verifyMessage']>>): void => {
      if (!verdict.ok || verdict.network !== this.#coordinator.network || this.#rooms.has(id)) return
      const served = this.#served.get(keyOf({ name: verdict.protocol, version: verdict.version }))
      const article = served && readArticle(served.definition, verdict)
      if (served === undefined || article === undefined) return
      if (article.kind !== 'invitation') this.#early.add(id, from, bytes)
      else if (article.room === id) this.#invited(served, article)
    }
    const verdict = this.#coordinator.verifyMessage(bytes)
    if (verdict instanceof Promise) verdict.then(settle).catch((cause) => this.#reportUnheard(cause))
    else settle(verdict)
  }

  #reportUnheard(cause: unknown): void {
    this.#coordinator.env.log('error', 'what somebody said in a round could not be heard', { cause })
  }

  /** Whoever comes back is greeted with the invitations of rounds that a former life of it is in: those are not for this one. */
  #invited(served: ServedPlan, invitation: Invitation): void {
    const recalling = this.#recalling.get(keyOf(served.definition))
    if (recalling === undefined) return this.#enter(served, invitation)
    recalling
      .then(() => {
        if (!this.#rooms.has(invitation.room)) this.#enter(served, invitation)
      })
      .catch((cause) => this.#reportUnheard(cause))
  }

  #enter(served: ServedPlan, invitation: Invitation): void {
    const coordinator = this.#coordinator
    const plan = served.definition
    const me = candidateOf({ invitation }, coordinator.peerId)
    const setup = checkSchema(plan.setup, invitation.setup)
    if (me < 1 || !setup.ok || !fitsPlan(plan, invitation) || !isTimely(invitation, coordinator.env.wallMs())) return
    if (
      coordinator.state !== 'running' ||
      this.#rooms.isFormer(invitation) ||
      !this.#rooms.hasRoomFor(invitation.author)
    )
      return
    const opening = openAsCandidate({ ...this.#openingOf(plan, invitation, setup.value), me })
    const room = this.#tryOpen(plan, opening)
    if (room === undefined) return
    for (const { from, bytes } of this.#early.take(invitation.room))
      room.heardArticles(from, [bytes])?.catch((cause) => this.#reportUnheard(cause))
    served.invite(room, {
      random: (bytes) => coordinator.env.random(bytes),
      failed: (cause) => coordinator.env.log('error', 'the handler of an invitation failed', { cause }),
    })
  }

  // Rooms.

  /** Undefined where nothing more can be kept, or the room is being forgotten still: whoever invites learns it by silence. */
  #tryOpen(plan: Plan, opening: ReturnType<typeof openAsHost>): LiveRoom | undefined {
    try {
      return this.#rooms.open(plan, opening, undefined)
    } catch (cause) {
      this.#coordinator.env.log('warn', 'an invitation could not be taken', { cause })
      return undefined
    }
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

  #assertUp(): void {
    const { state } = this.#coordinator
    if (state === 'stopping' || state === 'stopped') throw coreError('COORDINATOR_STOPPED')
  }

  #assertStore({ name, secrets }: Plan): void {
    if (secrets.size > 0 && !this.#journal.isDurable) throw roundsError('ROUND_STORE_VOLATILE', { detail: name })
  }

  /** What is asked of a peer is not taken from what it may say. */
  #budgetOf(peer: PeerId, what: 'asked' | 'verified'): Gcra {
    const { invitationsPerSecond, invitationsBurst } = this.#limits
    const key = `${what} ${peer}`
    const budget = this.#budgets.get(key) ?? new Gcra(invitationsPerSecond, invitationsBurst)
    this.#budgets.set(key, budget)
    const [oldest] = this.#budgets.keys()
    if (this.#budgets.size > budgetsMax && oldest !== undefined) this.#budgets.delete(oldest)
    return budget
  }

  async #stop(): Promise<void> {
    await this.#rooms.stop()
    this.#early.clear()
  }
}

/** Two for each peer; beyond it the oldest are forgotten, and begin anew. */
const budgetsMax = 4_096

/** Whether it is good still, and for no longer than rounds may be kept. */
function isTimely({ expiresMs, createdMs, answerMs, deadlineMs }: Invitation, nowMs: number): boolean {
  const lifetimeMs = expiresMs - createdMs
  if (expiresMs <= nowMs || expiresMs > nowMs + 2 * lifetimeMsMax || lifetimeMs > lifetimeMsMax) return false
  return answerMs <= lifetimeMs && deadlineMs <= lifetimeMs
}

function keyOf({ name, version }: Pick<Plan, 'name' | 'version'>): string {
  return `${name}/${version}`
}
