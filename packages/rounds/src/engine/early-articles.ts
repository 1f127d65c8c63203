import type { Env, PeerId } from '@rondo/core'
import type { RoundsLimits } from '../options.js'

export interface EarlyArticle {
  readonly from: PeerId
  readonly bytes: Uint8Array
  readonly atMs: number
}

/** What was said in rooms whose invitation has not come yet: kept for a while, within bounds. What is dropped can be asked for. */
export class EarlyArticles {
  readonly #env: Pick<Env, 'monotonicMs'>
  readonly #limits: RoundsLimits
  readonly #rooms = new Map<string, EarlyArticle[]>()
  readonly #bytesFrom = new Map<PeerId, number>()
  #bytes = 0

  constructor(env: Pick<Env, 'monotonicMs'>, limits: RoundsLimits) {
    this.#env = env
    this.#limits = limits
  }

  /** Whether these bytes are not kept already, so that a copy costs nothing. */
  isNew(room: string, from: PeerId, bytes: Uint8Array): boolean {
    const same = (each: EarlyArticle): boolean =>
      each.from === from && each.bytes.length === bytes.length && each.bytes.every((byte, at) => byte === bytes[at])
    return this.#rooms.get(room)?.some(same) !== true
  }

  add(room: string, from: PeerId, bytes: Uint8Array): void {
    this.#dropOld()
    const { earlyBytesMax, earlyBytesPerPeerMax } = this.#limits
    const fromPeer = (this.#bytesFrom.get(from) ?? 0) + bytes.length
    if (fromPeer > earlyBytesPerPeerMax || this.#bytes + bytes.length > earlyBytesMax) return
    const waiting = this.#rooms.get(room) ?? []
    // A copy: what was received may share its memory with much more.
    waiting.push({ from, bytes: bytes.slice(), atMs: this.#env.monotonicMs() })
    this.#rooms.set(room, waiting)
    this.#bytesFrom.set(from, fromPeer)
    this.#bytes += bytes.length
  }

  /** Everything of a room, which is known now. */
  take(room: string): readonly EarlyArticle[] {
    const waiting = this.#rooms.get(room) ?? []
    this.#rooms.delete(room)
    for (const { from, bytes } of waiting) this.#release(from, bytes.length)
    return waiting
  }

  clear(): void {
    for (const room of [...this.#rooms.keys()]) this.take(room)
  }

  #dropOld(): void {
    const beforeMs = this.#env.monotonicMs() - this.#limits.earlyMs
    for (const [room, waiting] of this.#rooms) if ((waiting.at(-1)?.atMs ?? 0) < beforeMs) this.take(room)
  }

  #release(from: PeerId, bytes: number): void {
    const left = (this.#bytesFrom.get(from) ?? 0) - bytes
    if (left > 0) this.#bytesFrom.set(from, left)
    else this.#bytesFrom.delete(from)
    this.#bytes -= bytes
  }
}
