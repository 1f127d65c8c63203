import { abortable } from '../env/deadline.js'
import { createPromised } from '../env/promised.js'
import { coreError } from '../errors.js'
import type { PeerId } from '../identity/peer-id.js'
import { RondoError } from '../rondo-error.js'
import type { Link } from '../transport/transport.js'
import type { Handshakes } from './handshakes.js'
import type { Session } from './session.js'
import type { Place } from './slots.js'

// Who is being dialled: one dial a peer at a time, address after address. Whoever else wants the peer waits for what comes of
// it. A peer that comes in by its own link meanwhile ends the dial: what was wanted is there.

/** Opens a link to one address; a transport's `dial` behind its scheme. */
export interface Dialler {
  readonly transport: string
  dial(address: string, signal: AbortSignal): Promise<Link>
}

/** One address that did not lead to the peer. */
export interface FailedAttempt {
  readonly address: string
  readonly code: string
  readonly message: string
}

export interface DialsOptions {
  /** This node. */
  readonly peerId: PeerId
  /** Throws where no transport serves the address. */
  readonly diallerFor: (address: string) => Dialler
}

/** What became of an address: a link that has yet to prove its peer. */
export interface DialledLink {
  readonly expect: PeerId
  /** Where the peer is reached. */
  readonly addresses: readonly string[]
  readonly place: Place
  readonly signal: AbortSignal
}

/** The table of sessions, as a dial needs it. */
export interface SessionTable {
  find(peerId: PeerId): Session | undefined
  /** A place for one link more, where there is one. */
  takeOutbound(): Place | undefined
  /** A session begins on the link, or moves to it; else the link is closed, and its place free. */
  upgrade(link: Link, transport: string, how: DialledLink): Promise<Session>
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

export class Dials {
  readonly #options: DialsOptions
  readonly #handshakes: Handshakes
  readonly #table: SessionTable
  readonly #underWay = new Map<PeerId, OngoingDial>()
  readonly #arrivals = new Map<PeerId, Set<(session: Session) => void>>()

  constructor(options: DialsOptions, handshakes: Handshakes, table: SessionTable) {
    this.#options = options
    this.#handshakes = handshakes
    this.#table = table
  }

  /** The session with a peer: the one there is, or a new one by the first address that leads to it. */
  async connect(peerId: PeerId, addresses: readonly string[], signal: AbortSignal | undefined): Promise<Session> {
    if (peerId === this.#options.peerId) throw coreError('HANDSHAKE_SELF', { peerId })
    for (;;) {
      signal?.throwIfAborted()
      this.#handshakes.assertRunning()
      const session = this.#table.find(peerId)
      if (session?.state === 'connected') return session
      const ongoing = this.#underWay.get(peerId)
      if (ongoing === undefined) return this.#dial(peerId, addresses, signal)
      // Somebody else dials this peer already; if that comes to nothing, our addresses get their turn.
      await abortable(ongoing.ended, signal)
    }
  }

  /** Moves the session with a peer, or begins one, by the first of these addresses that leads to it; until then the old link stays. */
  async move(peerId: PeerId, addresses: readonly string[], signal: AbortSignal | undefined): Promise<Session> {
    if (peerId === this.#options.peerId) throw coreError('HANDSHAKE_SELF', { peerId })
    for (let ongoing = this.#underWay.get(peerId); ongoing !== undefined; ongoing = this.#underWay.get(peerId)) {
      await abortable(ongoing.ended, signal)
    }
    signal?.throwIfAborted()
    this.#handshakes.assertRunning()
    return this.#dial(peerId, addresses, signal, true)
  }

  /** The handshake of the dial to this peer, once there is a link; never rejects. */
  upgradingTo(peerId: PeerId): Promise<void> | undefined {
    return this.#underWay.get(peerId)?.upgrading
  }

  /** A peer is connected: whoever waited for it to come by itself has it, and our own dial is no longer needed. */
  arrived(session: Session): void {
    const { peerId, info } = session
    if (info.direction === 'inbound') this.#underWay.get(peerId)?.cancel(superseded)
    for (const arrived of this.#arrivals.get(peerId) ?? []) arrived(session)
  }

  async #dial(
    peerId: PeerId,
    addresses: readonly string[],
    signal: AbortSignal | undefined,
    isMove = false,
  ): Promise<Session> {
    const controller = new AbortController()
    const follow = (): void => controller.abort(signal?.reason)
    signal?.addEventListener('abort', follow, { once: true })
    const ended = createPromised<void>()
    const dial: OngoingDial = {
      upgrading: undefined,
      ended: ended.promise,
      cancel: (reason) => controller.abort(reason),
    }
    this.#underWay.set(peerId, dial)
    try {
      return await this.#dialEach(peerId, addresses, dial, controller.signal)
    } catch (error) {
      const session = this.#table.find(peerId)
      // To move is to come to another link: the one there is will not do.
      if (session?.state === 'connected' && !isMove && !signal?.aborted) return session
      throw error === superseded ? coreError('LINK_CLOSED', { peerId, detail: 'the peer came and went' }) : error
    } finally {
      signal?.removeEventListener('abort', follow)
      this.#underWay.delete(peerId)
      ended.resolve()
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
        return await this.#dialAddress(peerId, address, addresses, dial, signal)
      } catch (error) {
        signal.throwIfAborted()
        this.#handshakes.assertRunning()
        last = error
        const code = error instanceof RondoError ? error.code : 'DIAL_FAILED'
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

  async #dialAddress(
    peerId: PeerId,
    address: string,
    addresses: readonly string[],
    dial: OngoingDial,
    signal: AbortSignal,
  ): Promise<Session> {
    const dialler = this.#options.diallerFor(address)
    const place = this.#table.takeOutbound()
    if (place === undefined) throw coreError('LINK_SLOTS_FULL', { peerId })
    const deadline = this.#handshakes.start(signal)
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
    const upgraded = this.#table.upgrade(link, dialler.transport, { expect: peerId, addresses, place, signal })
    dial.upgrading = upgraded.then(
      () => {},
      () => {},
    )
    return upgraded
  }

  /** The peer says that it is connected by a link of its own: waits until that is so here, too. */
  async #arrival(peerId: PeerId, signal: AbortSignal, refusal: unknown): Promise<Session> {
    const current = this.#table.find(peerId)
    if (current?.state === 'connected') return current
    const arrived = this.#arrivals.get(peerId) ?? new Set()
    this.#arrivals.set(peerId, arrived)
    const deadline = this.#handshakes.start(signal)
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
}
