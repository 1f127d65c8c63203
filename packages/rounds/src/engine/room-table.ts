import type { Coordinator, PeerId } from '@rondo/core'
import type { Invitation } from '../articles/article.js'
import { roundsError } from '../errors.js'
import type { Journal } from '../journal/journal.js'
import type { RoundsLimits } from '../options.js'
import type { Plan } from '../plan/plan.js'
import type { Step } from '../room/events.js'
import { LiveRoom } from './live-room.js'
import { PastRooms } from './past-rooms.js'

interface RoomTableParts {
  readonly coordinator: Coordinator
  readonly limits: RoundsLimits
  readonly journal: Journal
}

/** The rooms of a node, as many as it may have: those that run, and those that are over and still answer questions. */
export class RoomTable {
  readonly #parts: RoomTableParts
  readonly #rooms = new Map<string, LiveRoom>()
  readonly #past: PastRooms

  constructor(parts: RoomTableParts) {
    this.#parts = parts
    this.#past = new PastRooms(parts.limits.pastRoundsMax)
  }

  get(id: string): LiveRoom | undefined {
    return this.#rooms.get(id)
  }

  has(id: string): boolean {
    return this.#rooms.has(id)
  }

  all(): Iterable<LiveRoom> {
    return this.#rooms.values()
  }

  open(plan: Plan, opening: Step, input: unknown): LiveRoom {
    const { invitation } = opening.room
    const { room: id, expiresMs } = invitation
    const expired = (): void => this.forget(id)
    const { journal } = this.#parts
    const { name, version } = plan
    if (!opening.room.isWatched)
      journal.open({ room: id, name, version, incarnation: opening.room.incarnation, expiresMs })
    const room = new LiveRoom({ ...this.#parts, plan, opening, expired })
    room.input = input
    this.#rooms.set(id, room)
    room.begin()
    return room
  }

  forget(id: string, mayHaveSpoken = true): void {
    const { coordinator, journal } = this.#parts
    const { env } = coordinator
    const room = this.#rooms.get(id)
    if (room !== undefined && mayHaveSpoken) this.#past.add(room.room.invitation)
    room?.drop()
    this.#rooms.delete(id)
    journal.forget(id, env.wallMs()).catch((cause) => env.log('warn', 'a round could not be forgotten', { cause }))
  }

  /** The oldest that is over makes way, and first those of which there is nothing to show: anybody can invite to many. */
  makeRoom(): void {
    if (this.#rooms.size < this.#parts.limits.roundsMax) return
    const over = [...this.#rooms].filter(([, { isOver }]) => isOver)
    const [id] = over.find(([, { hasJoined }]) => !hasJoined) ?? over[0] ?? []
    if (id === undefined) throw roundsError('ROUNDS_FULL')
    this.forget(id)
  }

  hasRoomFor(host: PeerId): boolean {
    const { peerId } = this.#parts.coordinator
    const invited = [...this.#rooms.values()].filter(({ isOver, candidates }) => !isOver && candidates[0] !== peerId)
    const ofHost = invited.filter(({ candidates }) => candidates[0] === host)
    const { roundsPerHostMax, roundsInvitedMax } = this.#parts.limits
    if (ofHost.length >= roundsPerHostMax || invited.length >= roundsInvitedMax) return false
    try {
      this.makeRoom()
      return true
    } catch {
      return false
    }
  }

  /** Whether the invitation is to a room that this life was in, and has let go of. */
  isFormer(invitation: Invitation): boolean {
    return this.#past.has(invitation)
  }

  isPast(id: string): boolean {
    return this.#past.isPast(id)
  }

  async stop(): Promise<void> {
    const rooms = [...this.#rooms.values()]
    // A coordinator may start again, and is the same life then.
    for (const { room } of rooms) this.#past.add(room.invitation)
    await Promise.all(rooms.map((room) => room.stop()))
  }
}
