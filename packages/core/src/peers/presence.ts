import { coreError } from '../errors.js'
import type { Events } from '../events.js'
import type { Registration } from '../protocol/registry.js'
import type { CloseReason } from '../transport/transport.js'
import type { Session } from './session.js'

/** Tells each handler, exactly once, when a peer that speaks its protocol comes and when it goes. */
export class Presence {
  readonly #events: Events
  readonly #told = new Map<Session, Set<Registration>>()

  constructor(events: Events) {
    this.#events = events
  }

  /** Brings what handlers were told in line with what both ends serve now. */
  update(session: Session): void {
    if (session.hasEnded) return
    const told = this.#told.get(session) ?? new Set<Registration>()
    this.#told.set(session, told)
    const shared = new Set(
      session.served.all().filter(({ name, version }) => session.offer.get(name)?.includes(version)),
    )
    for (const registration of [...told]) {
      if (shared.has(registration)) continue
      told.delete(registration)
      this.#disconnected(registration, session, { code: 'PROTOCOL_UNKNOWN' })
    }
    for (const registration of shared) {
      // What a handler or a listener did meanwhile may have ended the session.
      if (told.has(registration) || session.hasEnded) continue
      told.add(registration)
      this.#tell(registration, session, () => registration.handler.onPeerConnected?.(session.info))
    }
  }

  leave(session: Session, reason: CloseReason): void {
    const told = this.#told.get(session) ?? []
    this.#told.delete(session)
    for (const registration of told) this.#disconnected(registration, session, reason)
  }

  #disconnected(registration: Registration, session: Session, reason: CloseReason): void {
    this.#tell(registration, session, () => registration.handler.onPeerDisconnected?.(session.info, reason))
  }

  #tell({ name, version }: Registration, { peerId }: Session, call: () => Promise<void> | void): void {
    const failed = (cause: unknown): void =>
      this.#events.emit('error', coreError('HANDLER_FAILED', { detail: `${name}/${version} presence`, peerId, cause }))
    try {
      const returned: unknown = call()
      if (returned instanceof Promise) returned.catch(failed)
    } catch (cause) {
      failed(cause)
    }
  }
}
