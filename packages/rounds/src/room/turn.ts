import type { RoomEffect } from './events.js'
import type { Attempt, HistoryEntry, Room, Saying } from './room.js'

/** One step while it is being taken. What was there before it is never changed, so whoever holds the old room may keep it. */
export class Turn {
  readonly atMs: number
  readonly effects: RoomEffect[] = []
  #room: Room

  constructor(room: Room, atMs: number) {
    this.#room = room
    this.atMs = atMs
  }

  get room(): Room {
    return this.#room
  }

  change(part: Partial<Room>): void {
    this.#room = { ...this.#room, ...part }
  }

  changeAttempt(id: string, part: Partial<Attempt>): void {
    this.change({ attempts: this.#room.attempts.map((each) => (each.id === id ? { ...each, ...part } : each)) })
  }

  setSaying(id: string, phase: number, position: number, saying: Saying): void {
    const { said } = this.attempt(id)
    this.changeAttempt(id, { said: said.map((row, at) => (at === phase ? row.with(position, saying) : row)) })
  }

  /** Of an attempt that is there. */
  attempt(id: string): Attempt {
    const attempt = this.#room.attempts.find((each) => each.id === id)
    if (attempt === undefined) throw new Error(`no attempt ${id}`)
    return attempt
  }

  want(effect: RoomEffect): void {
    if (!this.#room.isWatched || !forMembers.includes(effect.type)) this.effects.push(effect)
  }

  note(entry: DistributiveOmit<HistoryEntry, 'atMs'>): void {
    this.change({ history: [...this.#room.history, { atMs: this.atMs, ...entry }] })
  }
}

/** What somebody who only watches does not do. */
const forMembers: readonly RoomEffect['type'][] = ['say', 'contribute', 'desist', 'progress']

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never
