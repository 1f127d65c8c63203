import type { PeerId } from '@rondo/core'
import type { Invitation } from '../articles/article.js'

interface Host {
  /** By room: when its invitation was made. In the order in which they were let go of. */
  readonly rooms: Map<string, number>
  /** What it made until then may have been forgotten here. */
  untilMs: number
}

type Past = Pick<Invitation, 'author' | 'room' | 'createdMs'>

/**
 * Rooms that this life has been in and has let go of. Whoever is asked again for one of them would answer a second time in one place, and
 * be convicted. Where there are too many, the host with the most pays: of what it made until then nothing is followed any more.
 */
export class PastRooms {
  readonly #roomsMax: number
  readonly #hosts = new Map<PeerId, Host>()
  #rooms = 0
  #untilMs = Number.NEGATIVE_INFINITY

  constructor(roomsMax: number) {
    this.#roomsMax = roomsMax
  }

  add({ author, room, createdMs }: Past): void {
    const host = this.#hosts.get(author) ?? { rooms: new Map<string, number>(), untilMs: Number.NEGATIVE_INFINITY }
    this.#hosts.set(author, host)
    if (!host.rooms.has(room)) this.#rooms += 1
    host.rooms.set(room, createdMs)
    if (this.#rooms > this.#roomsMax) this.#dropOne()
    if (this.#hosts.size > hostsMax) this.#dropHost()
  }

  /** Or may have been there. */
  has({ author, room, createdMs }: Past): boolean {
    if (createdMs <= this.#untilMs) return true
    const host = this.#hosts.get(author)
    return host !== undefined && (createdMs <= host.untilMs || host.rooms.has(room))
  }

  isPast(room: string): boolean {
    return [...this.#hosts.values()].some(({ rooms }) => rooms.has(room))
  }

  #dropOne(): void {
    const most = [...this.#hosts.values()].reduce((a, b) => (b.rooms.size > a.rooms.size ? b : a))
    const [oldest] = most.rooms
    if (oldest === undefined) return
    const [room, createdMs] = oldest
    most.rooms.delete(room)
    most.untilMs = Math.max(most.untilMs, createdMs)
    this.#rooms -= 1
  }

  #dropHost(): void {
    const [oldest] = this.#hosts
    if (oldest === undefined) return
    const [peerId, { rooms, untilMs }] = oldest
    this.#hosts.delete(peerId)
    this.#rooms -= rooms.size
    this.#untilMs = Math.max(this.#untilMs, untilMs, ...rooms.values())
  }
}

const hostsMax = 4_096
