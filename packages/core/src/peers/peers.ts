import { abortable, type Deadline, startDeadline } from '../env/deadline.js'
import { coreError } from '../errors.js'
import { type Channel, type ChannelOptions, openChannel, refuseLink } from '../flow/channel.js'
import type { PeerId } from '../identity/peer-id.js'
import type { AdmitPeer } from '../options.js'
import { RondoError } from '../rondo-error.js'
import type { CloseReason, Link } from '../transport/transport.js'
import { Gate } from './gate.js'
import { Presence } from './presence.js'
import { Session, type SessionCounts, type SessionNode, type SessionOwner } from './session.js'
import type { Place } from './slots.js'

// Who is connected. Links become sessions here, and of two links to one peer only one stays:
//   - both ends dial at once: the link that the lower peer id dialled wins, the other waits to see whether it does;
//   - a peer that is connected dials again: its session has to prove that it lives, else the newcomer takes its place.

/** Opens a link to one address; a transport's `dial` behind its scheme. */
export interface Dialler {
  readonly transport: string
  dial(address: string, signal: AbortSignal): Promise<Link>
}

export interface PeersOptions extends SessionNode {
  readonly channel: Omit<ChannelOptions, 'role' | 'expect' | 'signal' | 'closed'>
  readonly admit?: AdmitPeer | undefined
  /** Throws where no transport serves the address. */
  readonly diallerFor: (address: string) => Dialler
}

/** One address that did not lead to the peer. */
export interface FailedAttempt {
  readonly address: string
  readonly code: string
  readonly message: string
}

interface Upgrade {
  readonly role: 'dialler' | 'listener'
  readonly place: Place
  readonly expect?: PeerId | undefined
  readonly signal?: AbortSignal | undefined
}

interface OngoingDial {
  /** The handshake under way, once there is a link; never rejects. */
  upgrading: Promise<void> | undefined
  /** Settles when the dial has ended, whichever way; never rejects. */
  readonly ended: Promise<void>
  readonly cancel: (reason: unknown) => void
}

/** Ends a dial that is no longer needed, because the peer came in by its own link. */
const superseded = Symbol('superseded')

export class Peers implements SessionOwner {
  readonly #options: PeersOptions
  readonly #presence: Presence
  readonly #gate: Gate
  readonly #sessions = new Map<PeerId, Session>()
  readonly #dials = new Map<PeerId, OngoingDial>()
  readonly #arrivals = new Map<PeerId, Set<(session: Session) => void>>()
  /** Dials and handshakes under way, which end with the node. A set: listeners of one signal for all would pile up. */
  readonly #handshakes = new Set<Deadline>()
  #isStopped = false
  readonly #failedHandshakes = new Map<string, number>()
  readonly #refused = new Map<string, number>()
  #past: SessionCounts = { messagesSent: 0, messagesReceived: 0, bytesSent: 0, bytesReceived: 0 }

  constructor(options: PeersOptions) {
    this.#options = options
    this.#presence = new Presence(options.events)
    const { env, limits, admit, channel } = options
    this.#gate = new Gate({ env, limits, admit, ed25519: channel.ed25519 })
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
  async connect(peerId: PeerId, addresses: readonly string[], signal: AbortSignal | undefined): Promise<Session> {
    if (peerId === this.#options.peerId) throw coreError('HANDSHAKE_SELF', { peerId })
    for (;;) {
      signal?.throwIfAborted()
      this.#assertRunning()
      const session = this.#sessions.get(peerId)
      if (session !== undefined) return session
      const ongoing = this.#dials.get(peerId)
      if (ongoing === undefined) return this.#dial(peerId, addresses, signal)
      // Somebody else dials this peer already; if that comes to nothing, our addresses get their turn.
      await abortable(ongoing.ended, signal)
    }
  }

  /** The node starts: peers may come, and come again after a stop. */
  open(): void {
    this.#isStopped = false
  }

  /** Every session says goodbye; resolves when all links are closed. */
  async closeAll(reason: CloseReason): Promise<void> {
    this.#isStopped = true
    for (const handshake of [...this.#handshakes]) handshake.abort(coreError('COORDINATOR_STOPPED'))
    await Promise.all(this.all().map((session) => session.close(reason)))
  }

  /** This node serves something else now: peers and handlers are told. */
  offerOurs(): void {
    for (const session of this.all()) {
      session.greet()
      this.#presence.update(session)
    }
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

  ready(session: Session): void {
    const { peerId, info } = session
    // Of two links that get through at once the older goes first, so that nobody hears of the second before the first's end.
    void this.#sessions.get(peerId)?.close({ code: 'HANDSHAKE_DUPLICATE' })
    this.#sessions.set(peerId, session)
    if (info.direction === 'inbound') this.#dials.get(peerId)?.cancel(superseded)
    this.#options.events.emit('connected', info)
    this.#presence.update(session)
    for (const arrived of this.#arrivals.get(peerId) ?? []) arrived(session)
  }

  offerChanged(session: Session): void {
    this.#presence.update(session)
  }

  refused(session: Session, code: string): void {
    this.#gate.reputation.refused(session.peerId, code)
    this.#count(this.#refused, code)
  }

  broken(session: Session, code: string): void {
    this.#gate.reputation.broken(session.peerId, session.group, code)
  }

  /** Forgets scores that have decayed to nothing. */
  sweep(): void {
    this.#gate.reputation.sweep()
  }

  ended(session: Session, reason: CloseReason): void {
    const past = { ...this.#past }
    add(past, session.counts)
    this.#past = past
    if (this.#sessions.get(session.peerId) !== session) return
    this.#sessions.delete(session.peerId)
    this.#presence.leave(session, reason)
    this.#options.events.emit('disconnected', session.info, reason)
  }

  /** From a bare link to a session in the table: the handshake, the greetings, the choice between two links. */
  async #upgrade(link: Link, transport: string, { role, expect, signal, place }: Upgrade): Promise<Session> {
    const deadline = this.#handshakeDeadline(signal)
    place.dropped = (code) => {
      deadline.abort(coreError(code, { detail: 'it made way for others' }))
      link.abandon?.()
    }
    try {
      const guard = role === 'listener' ? this.#gate.guardFor(link) : undefined
      const options = { ...this.#options.channel, role, expect, guard, signal: deadline.signal, closed: place.leave }
      const channel = await abortable(openChannel(link, options), deadline.signal)
      return await this.#begin(channel, transport, deadline, place)
    } catch (error) {
      // The slot is free when the socket is: whoever does not answer the goodbye keeps his own occupied.
      await link.close({ code: codeOf(error) })
      place.leave()
      throw error
    } finally {
      deadline.clear()
    }
  }

  /** Greets and waits to be greeted; a listener greets only once no other link to the peer is in the way. */
  async #begin(channel: Channel, transport: string, { signal }: Deadline, place: Place): Promise<Session> {
    if (channel.peerId === this.#options.peerId) throw coreError('HANDSHAKE_SELF', { peerId: channel.peerId })
    const session = new Session(this.#options, channel, transport, this)
    const giveUp = (): void => void session.close({ code: codeOf(signal.reason) })
    signal.addEventListener('abort', giveUp)
    try {
      const refusal = place.prove(channel.peerId)
      if (refusal !== undefined) throw coreError(refusal, { peerId: channel.peerId })
      place.dropped = (code) => void session.close({ code, detail: 'it made way for others' })
      await this.#gate.admit(session.info, signal)
      if (channel.role === 'dialler') session.greet()
      await abortable(session.greeted, signal)
      if (channel.role === 'listener') {
        await abortable(this.#makeWay(channel.peerId, signal), signal)
        session.greet()
      }
      signal.throwIfAborted()
    } catch (error) {
      await session.close({ code: codeOf(error) })
      throw error
    } finally {
      signal.removeEventListener('abort', giveUp)
    }
    if (session.hasEnded) throw coreError('LINK_CLOSED', { peerId: session.peerId })
    return session
  }

  /** Resolves when an inbound session with this peer may begin; throws `HANDSHAKE_DUPLICATE` where another link stays. */
  async #makeWay(peerId: PeerId, signal: AbortSignal): Promise<void> {
    const { peerId: ours, limits, env } = this.#options
    // A dial without a link yet may lead nowhere and is not waited for; one whose other end is mute, not for long.
    const upgrading = ours < peerId ? this.#dials.get(peerId)?.upgrading : undefined
    if (upgrading !== undefined) {
      const patience = startDeadline(env, limits.probeTimeoutMs, () => coreError('HANDSHAKE_TIMEOUT'), signal)
      await abortable(upgrading, patience.signal).catch(() => {})
      patience.clear()
      signal.throwIfAborted()
    }
    for (;;) {
      const current = this.#sessions.get(peerId)
      if (current === undefined) return
      const silence = startDeadline(env, limits.probeTimeoutMs, () => coreError('PEER_SILENT', { peerId }), signal)
      const isAlive = await abortable(current.probe(), silence.signal).catch(() => false)
      silence.clear()
      signal.throwIfAborted()
      if (isAlive) throw coreError('HANDSHAKE_DUPLICATE', { peerId })
      // Not awaited: whoever is gone answers no goodbye.
      void current.close({ code: 'PEER_SILENT', detail: 'the peer dialled anew' })
    }
  }

  async #dial(peerId: PeerId, addresses: readonly string[], signal: AbortSignal | undefined): Promise<Session> {
    const controller = new AbortController()
    const follow = (): void => controller.abort(signal?.reason)
    signal?.addEventListener('abort', follow, { once: true })
    let end = (): void => {}
    const ended = new Promise<void>((resolve) => {
      end = resolve
    })
    const dial: OngoingDial = { upgrading: undefined, ended, cancel: (reason) => controller.abort(reason) }
    this.#dials.set(peerId, dial)
    try {
      return await this.#dialEach(peerId, addresses, dial, controller.signal)
    } catch (error) {
      const session = this.#sessions.get(peerId)
      if (session !== undefined && !signal?.aborted) return session
      throw error === superseded ? coreError('LINK_CLOSED', { peerId, detail: 'the peer came and went' }) : error
    } finally {
      signal?.removeEventListener('abort', follow)
      this.#dials.delete(peerId)
      end()
    }
  }

  async #dialEach(
    peerId: PeerId,
    addresses: readonly string[],
    dial: OngoingDial,
    signal: AbortSignal,
  ): Promise<Session> {
    const attempts: FailedAttempt[] = []
    let last: unknown
    for (const address of addresses) {
      try {
        return await this.#dialAddress(peerId, address, dial, signal)
      } catch (error) {
        signal.throwIfAborted()
        this.#assertRunning()
        last = error
        const code = codeOf(error, 'DIAL_FAILED')
        if (code === 'HANDSHAKE_DUPLICATE') return this.#arrival(peerId, signal, error)
        attempts.push({ address, code, message: error instanceof Error ? error.message : String(error) })
      }
    }
    // One address, one reason; for several the story is in the details.
    if (attempts.length === 1 && last instanceof RondoError) throw last
    throw coreError('DIAL_FAILED', {
      peerId,
      detail: attempts.map(({ address, code }) => `${address} ${code}`).join(', ') || 'no addresses',
      cause: last,
      details: { attempts },
    })
  }

  async #dialAddress(peerId: PeerId, address: string, dial: OngoingDial, signal: AbortSignal): Promise<Session> {
    const dialler = this.#options.diallerFor(address)
    const place = this.#gate.takeOutbound()
    if (place === undefined) throw coreError('LINK_SLOTS_FULL', { peerId })
    const deadline = this.#handshakeDeadline(signal)
    const dialling = dialler.dial(address, deadline.signal)
    let link: Link
    try {
      link = await abortable(dialling, deadline.signal)
    } catch (error) {
      place.leave()
      // A transport that goes on all the same hands its link to nobody.
      dialling.then((late) => late.close({ code: 'LINK_CLOSED' })).catch(() => {})
      throw error
    } finally {
      deadline.clear()
    }
    const upgraded = this.#upgrade(link, dialler.transport, { role: 'dialler', expect: peerId, place, signal })
    dial.upgrading = upgraded.then(
      () => {},
      () => {},
    )
    return upgraded
  }

  /** The peer says that it is connected by a link of its own: waits until that is so here, too. */
  async #arrival(peerId: PeerId, signal: AbortSignal, refusal: unknown): Promise<Session> {
    const current = this.#sessions.get(peerId)
    if (current !== undefined) return current
    const arrived = this.#arrivals.get(peerId) ?? new Set()
    this.#arrivals.set(peerId, arrived)
    const deadline = this.#handshakeDeadline(signal)
    let stop = (): void => {}
    try {
      return await abortable(
        new Promise<Session>((resolve) => {
          arrived.add(resolve)
          stop = () => arrived.delete(resolve)
        }),
        deadline.signal,
      )
    } catch {
      signal.throwIfAborted()
      throw refusal
    } finally {
      stop()
      if (arrived.size === 0) this.#arrivals.delete(peerId)
      deadline.clear()
    }
  }

  /** Bounds a handshake in time, by the caller's signal, and by the node's own end. */
  #handshakeDeadline(signal: AbortSignal | undefined): Deadline {
    const { env, limits } = this.#options
    const ms = limits.handshakeTimeoutMs
    const expired = (): Error => coreError('HANDSHAKE_TIMEOUT', { detail: `${ms} ms` })
    const deadline = startDeadline(env, ms, expired, signal)
    this.#handshakes.add(deadline)
    if (this.#isStopped) deadline.abort(coreError('COORDINATOR_STOPPED'))
    return {
      ...deadline,
      clear: () => {
        this.#handshakes.delete(deadline)
        deadline.clear()
      },
    }
  }

  #assertRunning(): void {
    if (this.#isStopped) throw coreError('COORDINATOR_STOPPED')
  }

  #count(counts: Map<string, number>, code: string): void {
    counts.set(code, (counts.get(code) ?? 0) + 1)
  }
}

/** Whatever ended a link or a dial, as a code. */
function codeOf(error: unknown, otherwise = 'LINK_CLOSED'): string {
  return error instanceof RondoError ? error.code : otherwise
}

function add(counts: { -readonly [Name in keyof SessionCounts]: number }, more: SessionCounts): void {
  counts.messagesSent += more.messagesSent
  counts.messagesReceived += more.messagesReceived
  counts.bytesSent += more.bytesSent
  counts.bytesReceived += more.bytesReceived
}
