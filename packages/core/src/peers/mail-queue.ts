import type { PeerId } from '../identity/peer-id.js'
import type { Limits } from '../options.js'

// What waits for peers that are away: in the order in which it was given, bounded for each peer and in all, until its time is up
// by either clock. Pure: it knows no session and no store.

/** One message for one peer. */
export interface Letter {
  /** Above that of every letter before. */
  readonly number: number
  readonly peerId: PeerId
  readonly protocol: string
  /** Undefined: the highest that both ends serve when it is sent. */
  readonly version: number | undefined
  readonly type: string
  /** It is signed when it is sent. */
  readonly signed: boolean
  readonly codecId: number
  readonly payload: Uint8Array
  /** On the wall clock. */
  readonly keptAtMs: number
  readonly queueMs: number
}

export interface Clocks {
  readonly wallMs: number
  readonly monotonicMs: number
}

export type MailLimits = Pick<Limits, 'awayMessagesPerPeerMax' | 'awayBytesPerPeerMax' | 'awayBytesMax'>

/** What a letter costs besides its payload: its names and numbers here, its head on the wire, its key in a store. */
export const letterOverheadBytes = 512

interface Waiting {
  readonly letter: Letter
  /** A wall clock that is set back does not keep it: this one never is. */
  readonly untilMonotonicMs: number
}

interface Box {
  /** By number, which is the order of keeping. */
  readonly letters: Map<number, Waiting>
  bytes: number
}

export class MailQueue {
  readonly #limits: MailLimits
  readonly #boxes = new Map<PeerId, Box>()
  #messages = 0
  #bytes = 0

  constructor(limits: MailLimits) {
    this.#limits = limits
  }

  get messages(): number {
    return this.#messages
  }

  /** What it costs, payloads and all. */
  get bytes(): number {
    return this.#bytes
  }

  /** The limit that leaves no room for the letter; undefined where there is. */
  refusal({ peerId, payload }: Letter): keyof MailLimits | undefined {
    const { awayMessagesPerPeerMax, awayBytesPerPeerMax, awayBytesMax } = this.#limits
    const bytes = payload.length + letterOverheadBytes
    const box = this.#boxes.get(peerId)
    if ((box?.letters.size ?? 0) >= awayMessagesPerPeerMax) return 'awayMessagesPerPeerMax'
    if ((box?.bytes ?? 0) + bytes > awayBytesPerPeerMax) return 'awayBytesPerPeerMax'
    if (this.#bytes + bytes > awayBytesMax) return 'awayBytesMax'
    return undefined
  }

  /** Takes it, whatever the limits say. Letters come by rising numbers. */
  add(letter: Letter, now: Clocks): void {
    const { peerId, payload, number } = letter
    const box = this.#boxes.get(peerId) ?? { letters: new Map(), bytes: 0 }
    this.#boxes.set(peerId, box)
    box.letters.set(number, { letter, untilMonotonicMs: now.monotonicMs + leftMs(letter, now.wallMs) })
    const bytes = payload.length + letterOverheadBytes
    box.bytes += bytes
    this.#bytes += bytes
    this.#messages += 1
  }

  /** False where it is not here any more. */
  remove({ peerId, number, payload }: Letter): boolean {
    const box = this.#boxes.get(peerId)
    if (box === undefined || !box.letters.delete(number)) return false
    const bytes = payload.length + letterOverheadBytes
    box.bytes -= bytes
    this.#bytes -= bytes
    this.#messages -= 1
    if (box.letters.size === 0) this.#boxes.delete(peerId)
    return true
  }

  has({ peerId, number }: Letter): boolean {
    return this.#boxes.get(peerId)?.letters.has(number) ?? false
  }

  /** Oldest first. */
  of(peerId: PeerId): readonly Letter[] {
    return [...(this.#boxes.get(peerId)?.letters.values() ?? [])].map(({ letter }) => letter)
  }

  /** Those whose time is up, by whichever clock says so first. They stay until they are removed. */
  expired(now: Clocks): readonly Letter[] {
    const expired: Letter[] = []
    for (const { letters } of this.#boxes.values()) {
      for (const { letter, untilMonotonicMs } of letters.values()) {
        if (now.monotonicMs >= untilMonotonicMs || leftMs(letter, now.wallMs) === 0) expired.push(letter)
      }
    }
    return expired
  }
}

/** How much of its time a letter has by the wall clock: never more than it was given, wherever that clock stands. */
export function leftMs({ keptAtMs, queueMs }: Letter, wallMs: number): number {
  return Math.max(0, Math.min(queueMs, keptAtMs + queueMs - wallMs))
}
