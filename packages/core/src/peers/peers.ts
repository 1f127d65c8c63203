import { abortable, startDeadline } from '../env/deadline.js'
import { coreError } from '../errors.js'
import { type Channel, type ChannelOptions, openChannel, refuseLink } from '../flow/channel.js'
import type { ResumeClaim } from '../flow/envelope.js'
import { hearGreeting, refuseGreeting, sendGreeting } from '../flow/greeting.js'
import type { PeerId } from '../identity/peer-id.js'
import type { AdmitPeer } from '../options.js'
import type { Offer } from '../protocol/registry.js'
import { Served } from '../protocol/served.js'
import { RondoError } from '../rondo-error.js'
import type { CloseReason, Link } from '../transport/transport.js'
import { type Dialler, Dials } from './dials.js'
import { Gate } from './gate.js'
import { Handshakes } from './handshakes.js'
import type { Mailbox } from './mailbox.js'
import { PeerRecord } from './peer-record.js'
import { Presence } from './presence.js'
import { Recovery } from './recovery.js'
import { Session, type SessionCounts, type SessionNode, type SessionOwner } from './session.js'
import type { Place } from './slots.js'

// Who is connected. Links become sessions here, or carry one on, and of two links to one peer only one stays:
//   - both ends dial at once: the link that the lower peer id dialled wins, the other waits to see whether it does;
//   - a peer dials again and proves that it means the session it has: the new link takes over;
//   - it knows nothing of that session: the session has to prove that it lives, else a new one takes its place.

export interface PeersOptions extends SessionNode {
  readonly channel: Omit<ChannelOptions, 'role' | 'expect' | 'guard' | 'signal' | 'closed'>
  readonly admit?: AdmitPeer | undefined
  readonly mailbox: Mailbox
  /** Throws where no transport serves the address. */
  readonly diallerFor: (address: string) => Dialler
}

interface Upgrade {
  readonly role: 'dialler' | 'listener'
  readonly place: Place
  readonly expect?: PeerId | undefined
  /** Where the peer was reached. */
  readonly addresses?: readonly string[] | undefined
  readonly signal?: AbortSignal | undefined
}

/** A proven peer, before it is decided whether a session begins with it or goes on. */
interface Newcomer {
  readonly record: PeerRecord
  /** What this node would serve to it. */
  readonly served: Served
  readonly addresses?: readonly string[] | undefined
  /** What this end has claimed on the channel: the other may have moved it there already. */
  claimed: Session | undefined
}

export class Peers implements SessionOwner {
  readonly #options: PeersOptions
  readonly #presence: Presence
  readonly #gate: Gate
  readonly #handshakes: Handshakes
  readonly #dials: Dials
  readonly #recovery: Recovery
  readonly #sessions = new Map<PeerId, Session>()
  /** Those without a link, the longest so first. */
  readonly #interrupted = new Set<Session>()
  readonly #failedHandshakes = new Map<string, number>()
  readonly #refused = new Map<string, number>()
  #past: SessionCounts = { messagesSent: 0, messagesReceived: 0, bytesSent: 0, bytesReceived: 0 }

  constructor(options: PeersOptions) {
    this.#options = options
    this.#presence = new Presence(options.events)
    const { env, limits, admit, channel } = options
    this.#gate = new Gate({ env, limits, admit, suites: channel.suites })
    this.#handshakes = new Handshakes(env, limits)
    this.#dials = new Dials(options, this.#handshakes, {
      find: (peerId) => this.#sessions.get(peerId),
      takeOutbound: () => this.#gate.takeOutbound(),
      upgrade: (link, transport, how) => this.#upgrade(link, transport, { ...how, role: 'dialler' }),
    })
    this.#recovery = new Recovery(env, limits, ({ peerId, addresses }, signal) =>
      this.#dials.connect(peerId, addresses, signal),
    )
  }

  find(peerId: string): Session | undefined {
    return this.#sessions.get(peerId as PeerId)
  }

  all(): readonly Session[] {
    return [...this.#sessions.values()]
  }

  hasInboundSlot(group: string | undefined): boolean {
    return this.#gate.hasInbound(group)
  }

  /** An inbound link: proves its peer and becomes a session, or is refused and counted. */
  welcome(link: Link, transport: string): void {
    if (!this.#gate.hasInbound(link.remote.group)) {
      this.#count(this.#failedHandshakes, 'LINK_SLOTS_FULL')
      refuseLink(link, 'LINK_SLOTS_FULL')
      return
    }
    const place = this.#gate.enter(link)
    this.#upgrade(link, transport, { role: 'listener', place }).catch((error) => {
      const code = codeOf(error)
      this.#gate.reputation.failedHandshake(link.remote.group, code)
      this.#count(this.#failedHandshakes, code)
      this.#options.env.log('debug', 'an inbound link was turned away', { code, address: link.remote.address })
    })
  }

  /** A link that somebody made by hand becomes a session, by either role. */
  async adopt(link: Link, transport: string, how: Omit<Upgrade, 'place'>): Promise<Session> {
    const isFull = how.role === 'listener' && !this.#gate.hasInbound(link.remote.group)
    const place = isFull ? undefined : how.role === 'dialler' ? this.#gate.takeOutbound() : this.#gate.enter(link)
    if (place === undefined) {
      refuseLink(link, 'LINK_SLOTS_FULL')
      throw coreError('LINK_SLOTS_FULL')
    }
    return this.#upgrade(link, transport, { ...how, place })
  }

  /** The session with a peer: the one there is, or a new one by the first address that leads to it. */
  connect(peerId: PeerId, addresses: readonly string[], signal: AbortSignal | undefined): Promise<Session> {
    return this.#dials.connect(peerId, addresses, signal)
  }

  /** Moves the session with a peer, or begins one, by the first of these addresses that leads to it; until then the old link stays. */
  move(peerId: PeerId, addresses: readonly string[], signal: AbortSignal | undefined): Promise<Session> {
    return this.#dials.move(peerId, addresses, signal)
  }

  /** The node starts: peers may come, and come again after a stop. */
  open(): void {
    this.#handshakes.open()
  }

  /** Every session says goodbye; resolves when all links are closed. */
  async closeAll(reason: CloseReason): Promise<void> {
    this.#handshakes.stop()
    await Promise.all(this.all().map((session) => session.close(reason)))
  }

  /** This node serves something else now: peers and handlers are told. */
  offerOurs(): void {
    for (const session of this.all()) {
      session.offerOurs()
      this.#presence.update(session)
    }
  }

  /** Forgets scores that have decayed to nothing. */
  sweep(): void {
    this.#gate.reputation.sweep()
  }

  counts() {
    const counts: { -readonly [Name in keyof SessionCounts]: number } = { ...this.#past }
    for (const session of this.all()) add(counts, session.counts)
    return {
      ...this.#gate.counts,
      ...counts,
      refused: Object.fromEntries(this.#refused),
      failedHandshakes: Object.fromEntries(this.#failedHandshakes),
    }
  }

  // From a session.

  began(session: Session): void {
    const { peerId, info } = session
    // Of two links that get through at once the older goes first, so that nobody hears of the second before the first's end.
    void this.#sessions.get(peerId)?.close({ code: 'HANDSHAKE_DUPLICATE' })
    this.#sessions.set(peerId, session)
    this.#options.mailbox.deliver(session)
    this.#dials.arrived(session)
    this.#options.events.emit('connected', info)
    this.#presence.update(session)
  }

  interrupted(session: Session, reason: CloseReason): void {
    if (this.#sessions.get(session.peerId) !== session) return
    this.#interrupted.add(session)
    this.#options.events.emit('interrupted', session.info, reason)
    if (this.#handshakes.areStopped) return
    void this.#recovery.recover(session)
    const [oldest] = this.#interrupted
    if (this.#interrupted.size > this.#options.limits.sessionsRecoverableMax) oldest?.lose('too many wait for a link')
  }

  resumed(session: Session): void {
    this.#interrupted.delete(session)
    this.#recovery.settle(session)
    this.#dials.arrived(session)
    this.#options.events.emit('resumed', session.info)
  }

  offerChanged(session: Session): void {
    this.#presence.update(session)
  }

  broken(session: Session, code: string): void {
    this.#gate.reputation.broken(session.peerId, session.group, code)
  }

  refused(session: Session, code: string): void {
    this.#gate.reputation.refused(session.peerId, code)
    this.#count(this.#refused, code)
  }

  ended(session: Session, reason: CloseReason): void {
    const past = { ...this.#past }
    add(past, session.counts)
    this.#past = past
    this.#options.mailbox.ended(session)
    this.#interrupted.delete(session)
    // Dialling on may lead to another session where this one was lost, and to nothing that anybody wants where it was ended.
    if (reason.code === 'SESSION_LOST') this.#recovery.settle(session)
    else this.#recovery.giveUp(session)
    if (this.#sessions.get(session.peerId) !== session) return
    this.#sessions.delete(session.peerId)
    this.#presence.leave(session, reason)
    this.#options.events.emit('disconnected', session.info, reason)
  }

  /** From a bare link to a session in the table: the handshake, the greetings, the choice between two links. */
  async #upgrade(link: Link, transport: string, how: Upgrade): Promise<Session> {
    const { role, expect, place } = how
    const deadline = this.#handshakes.start(how.signal)
    place.dropped = (code) => {
      deadline.abort(coreError(code, { detail: 'it made way for others' }))
      link.abandon?.()
    }
    try {
      const guard = role === 'listener' ? this.#gate.guardFor(link) : undefined
      const { signal } = deadline
      const options = { ...this.#options.channel, role, expect, guard, signal, closed: place.leave }
      const channel = await abortable(openChannel(link, options), signal)
      return await this.#begin(channel, transport, how, signal)
    } catch (error) {
      // The slot is free when the socket is: whoever does not answer the goodbye keeps his own occupied.
      await link.close({ code: codeOf(error) })
      place.leave()
      throw error
    } finally {
      deadline.clear()
    }
  }

  /** Greets and is greeted, and then a session begins on the channel, or goes on. */
  async #begin(
    channel: Channel,
    transport: string,
    { place, addresses }: Upgrade,
    signal: AbortSignal,
  ): Promise<Session> {
    const { peerId, env, registry, events } = this.#options
    const record = new PeerRecord(channel, transport, env.wallMs())
    const newcomer: Newcomer = {
      record,
      served: new Served(registry, events, record.info),
      addresses,
      claimed: undefined,
    }
    try {
      if (channel.peerId === peerId) throw coreError('HANDSHAKE_SELF', { peerId })
      const refusal = place.prove(channel.peerId)
      if (refusal !== undefined) throw coreError(refusal, { peerId: channel.peerId })
      const session = await (channel.role === 'dialler'
        ? this.#greetFirst(newcomer, signal)
        : this.#greetBack(newcomer, signal))
      place.dropped = (code) => {
        if (session.isOn(channel)) void session.close({ code, detail: 'it made way for others' })
        else void channel.link.close({ code })
      }
      if (session.hasEnded) throw coreError('LINK_CLOSED', { peerId: session.peerId })
      return session
    } catch (error) {
      // It would end the session there, which goes on over another channel, or waits for one; unless it is over.
      const { claimed } = newcomer
      if (claimed === undefined) refuseGreeting(channel, env, { code: codeOf(error) })
      else if (claimed.hasEnded) refuseGreeting(channel, env, { code: 'PEER_DISCONNECTED' })
      throw error
    }
  }

  async #greetFirst(newcomer: Newcomer, signal: AbortSignal): Promise<Session> {
    const { env } = this.#options
    const { record, addresses } = newcomer
    const { channel, transport, peerId } = record
    const current = this.#sessions.get(peerId)
    if (current === undefined) await this.#gate.admit(record.info, signal)
    const claim = current?.claim(channel)
    if (claim !== undefined) newcomer.claimed = current
    const served = current?.served ?? newcomer.served
    const offeredGeneration = served.generation
    sendGreeting(channel, env, { offer: served.offer(), resume: claim })
    const { offer, resume } = await hearGreeting(channel)
    if (resume === undefined) {
      newcomer.claimed = undefined
      // Restarted, or too late: it knows nothing of the session that this end would have gone on with.
      if (claim !== undefined) current?.lose('the peer has forgotten it')
      if (current !== undefined) await this.#gate.admit(record.info, signal)
      return this.#start(newcomer, offer, offeredGeneration)
    }
    if (current?.hasEnded) throw coreError('PEER_DISCONNECTED', { peerId })
    if (current === undefined || claim === undefined || !current.isAnsweredBy(resume, claim, channel)) {
      throw coreError('SESSION_RESUME_REFUSED', { peerId })
    }
    // Before it moves: the new link may be gone by the time that it has.
    if (addresses !== undefined) current.addresses = addresses
    current.moveTo(channel, transport, claim, resume)
    return current
  }

  /** A listener greets only once no other link to the peer is in the way. */
  async #greetBack(newcomer: Newcomer, signal: AbortSignal): Promise<Session> {
    const { env } = this.#options
    const { record, served } = newcomer
    const { channel, transport, peerId } = record
    const { offer, resume: claim } = await hearGreeting(channel)
    await this.#letOurDialGoFirst(peerId, signal)
    const current = this.#sessions.get(peerId)
    const answer = claim === undefined ? undefined : current?.answer(claim, channel)
    if (current !== undefined && claim !== undefined && answer !== undefined) {
      sendGreeting(channel, env, { offer: current.served.offer(), resume: answer })
      current.moveTo(channel, transport, answer, claim)
      return current
    }
    record.offer = offer
    await this.#gate.admit(record.info, signal)
    await this.#makeWay(peerId, claim, signal)
    const offeredGeneration = served.generation
    sendGreeting(channel, env, { offer: served.offer(), resume: undefined })
    return this.#start(newcomer, offer, offeredGeneration)
  }

  #start({ record, served, addresses }: Newcomer, offer: Offer, offeredGeneration: number): Session {
    record.offer = offer
    const session = new Session(this.#options, { record, served, offeredGeneration, addresses }, this)
    session.begin()
    return session
  }

  /** Both dial at once: the lower peer id's link wins, so that its owner waits a while for what comes of it. */
  async #letOurDialGoFirst(peerId: PeerId, signal: AbortSignal): Promise<void> {
    const { peerId: ours, limits, env } = this.#options
    // A dial without a link yet may lead nowhere and is not waited for; one whose other end is mute, not for long.
    const upgrading = ours < peerId ? this.#dials.upgradingTo(peerId) : undefined
    if (upgrading === undefined) return
    const patience = startDeadline(env, limits.probeTimeoutMs, () => coreError('HANDSHAKE_TIMEOUT'), signal)
    await abortable(upgrading, patience.signal).catch(() => {})
    patience.clear()
    signal.throwIfAborted()
  }

  /** Resolves when a new session with this peer may begin; throws where the one there is stays. */
  async #makeWay(peerId: PeerId, claim: ResumeClaim | undefined, signal: AbortSignal): Promise<void> {
    const { limits, env } = this.#options
    for (let current = this.#sessions.get(peerId); current !== undefined; current = this.#sessions.get(peerId)) {
      const silence = startDeadline(env, limits.probeTimeoutMs, () => coreError('PEER_SILENT', { peerId }), signal)
      const isAlive = await abortable(current.probe(), silence.signal).catch(() => false)
      silence.clear()
      signal.throwIfAborted()
      if (isAlive) throw coreError('HANDSHAKE_DUPLICATE', { peerId })
      // Late or forged: whoever shares this session has not begun anew, and will claim it again.
      if (claim?.sessionId === current.id) throw coreError('SESSION_RESUME_REFUSED', { peerId })
      current.lose('the peer began anew')
    }
  }

  #count(counts: Map<string, number>, code: string): void {
    counts.set(code, (counts.get(code) ?? 0) + 1)
  }
}

/** Whatever ended a link, as a code. */
function codeOf(error: unknown): string {
  return error instanceof RondoError ? error.code : 'LINK_CLOSED'
}

function add(counts: { -readonly [Name in keyof SessionCounts]: number }, more: SessionCounts): void {
  counts.messagesSent += more.messagesSent
  counts.messagesReceived += more.messagesReceived
  counts.bytesSent += more.bytesSent
  counts.bytesReceived += more.bytesReceived
}
