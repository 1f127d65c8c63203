import type { PeerId } from '../identity/peer-id.js'
import { type AuthorMarks, bytesOfMarks, type StoredMarks } from './author-marks.js'
import { ExpiryFloor } from './expiry-floor.js'
import { type Debtor, ReplayBudget } from './replay-budget.js'
import type { ReplayLimits } from './replay-limits.js'
import { ReplayWindow } from './replay-window.js'

// The marks of all authors, within their budget. Authors are dropped only where room is wanted and all that they sent is out
// of time, and then the floor covers it; so a mistaken clock costs nothing as long as there is room. Synchronous, so that
// nothing comes between the question and the mark.

/** A message whose numbers were checked. */
export interface MarkedMessage {
  readonly author: PeerId
  readonly epoch: number
  readonly sequence: number
  readonly expiresMs: number
}

export type MarkRefusal = 'REPLAY_EPOCH_OLD' | 'REPLAY_SEEN' | 'REPLAY_SEQUENCE_OLD' | 'REPLAY_CACHE_FULL'

export interface CacheClock {
  readonly nowMs: number
  readonly monotonicMs: number
}

export interface ReplayCacheOptions {
  readonly limits: ReplayLimits
  readonly isReserved: (author: PeerId) => boolean
  /** Whether somebody writes down what is `changed` and `dropped`. */
  readonly isStored: boolean
  readonly floor?: ExpiryFloor | undefined
}

export class ReplayCache {
  readonly floor: ExpiryFloor
  /** Authors whose marks differ from what is stored, and authors whose entries are still to be deleted. */
  readonly changed = new Set<PeerId>()
  readonly dropped = new Set<PeerId>()
  readonly #isStored: boolean
  readonly #limits: ReplayLimits
  readonly #isReserved: (author: PeerId) => boolean
  readonly #authors = new Map<PeerId, AuthorMarks>()
  readonly #budget: ReplayBudget
  #sweptMs = Number.NEGATIVE_INFINITY

  constructor({ limits, isReserved, isStored, floor = new ExpiryFloor() }: ReplayCacheOptions) {
    this.#limits = limits
    this.#isReserved = isReserved
    this.#isStored = isStored
    this.#budget = new ReplayBudget(limits)
    this.floor = floor
  }

  get authors(): number {
    return this.#authors.size
  }

  get bytes(): number {
    return this.#budget.bytes
  }

  get forwarders(): number {
    return this.#budget.forwarders
  }

  marksOf(author: PeerId): AuthorMarks | undefined {
    return this.#authors.get(author)
  }

  /** Takes in what the store had, whatever the limits are by now: to leave it out would admit it anew. */
  restore(author: PeerId, { epoch, window, earliestMs, latestMs, forwarder }: StoredMarks): void {
    const isReserved = this.#isReserved(author)
    const bytes = bytesOfMarks(window.words)
    this.#keep(author, { epoch, window, earliestMs, latestMs, forwarder, isReserved, bytes })
  }

  /** Marks the message, or says why not; then nothing has been marked. */
  mark(message: MarkedMessage, forwarder: PeerId, clock: CacheClock): MarkRefusal | undefined {
    const marks = this.#authors.get(message.author)
    const refused = marks === undefined ? this.#begin(message, forwarder, clock) : this.#extend(marks, message, clock)
    if (refused === undefined) this.noteChange(message.author)
    return refused
  }

  /** Takes back the mark of a message that is not handed on after all. */
  unmark({ author, epoch, sequence }: MarkedMessage): void {
    const marks = this.#authors.get(author)
    if (marks?.epoch !== epoch) return
    marks.window.unmark(sequence)
    this.noteChange(author)
  }

  /** Has the author written down, or its entry deleted where it was dropped. */
  noteChange(author: PeerId): void {
    if (!this.#isStored) return
    const [now, before] = this.#authors.has(author) ? [this.changed, this.dropped] : [this.dropped, this.changed]
    now.add(author)
    before.delete(author)
  }

  #begin(message: MarkedMessage, forwarder: PeerId, clock: CacheClock): MarkRefusal | undefined {
    const { author, epoch, sequence, expiresMs } = message
    const isReserved = this.#isReserved(author)
    const bytes = bytesOfMarks(1)
    if (!this.#makeRoom({ forwarder, isReserved }, bytes, clock)) return 'REPLAY_CACHE_FULL'
    const window = new ReplayWindow(this.#limits.windowSequences)
    window.mark(sequence)
    this.#keep(author, { epoch, window, earliestMs: expiresMs, latestMs: expiresMs, forwarder, isReserved, bytes })
    return undefined
  }

  #keep(author: PeerId, marks: AuthorMarks): void {
    this.#authors.set(author, marks)
    this.#budget.charge(marks, marks.bytes)
  }

  #extend(marks: AuthorMarks, message: MarkedMessage, clock: CacheClock): MarkRefusal | undefined {
    const { author, epoch, sequence, expiresMs } = message
    if (epoch < marks.epoch) return 'REPLAY_EPOCH_OLD'
    if (epoch > marks.epoch) {
      marks.epoch = epoch
      marks.window = new ReplayWindow(this.#limits.windowSequences)
    }
    const verdict = marks.window.look(sequence)
    if (verdict !== 'fresh') return verdict === 'seen' ? 'REPLAY_SEEN' : 'REPLAY_SEQUENCE_OLD'
    const wanted = marks.window.wordsFor(sequence)
    // An author that is known is never refused for want of room, unless it goes back further than what it has covers.
    const words = this.#mayGrow(author, marks, bytesOfMarks(wanted), clock) ? wanted : marks.window.words
    if (!marks.window.mark(sequence, words)) return 'REPLAY_CACHE_FULL'
    this.#charge(marks, bytesOfMarks(marks.window.words))
    this.#noteExpiry(marks, expiresMs)
    return undefined
  }

  #mayGrow(author: PeerId, marks: AuthorMarks, bytes: number, clock: CacheClock): boolean {
    const more = bytes - marks.bytes
    if (more <= 0) return true
    const isReserved = this.#isReserved(author)
    if (isReserved !== marks.isReserved) {
      this.#budget.charge(marks, -marks.bytes)
      marks.isReserved = isReserved
      this.#budget.charge(marks, marks.bytes)
    }
    return this.#makeRoom(marks, more, clock, marks)
  }

  #charge(marks: AuthorMarks, bytes: number): void {
    this.#budget.charge(marks, bytes - marks.bytes)
    marks.bytes = bytes
  }

  /** Keeps what one author's messages expire at in one piece, unless a clock that was wrong lies between. */
  #noteExpiry(marks: AuthorMarks, expiresMs: number): void {
    const { lifetimeMsMax, skewMs } = this.#limits
    // By a clock that is right, two messages honoured at one time expire closer together than this.
    const apartMs = lifetimeMsMax + 4 * skewMs
    if (expiresMs > marks.latestMs + apartMs || expiresMs < marks.earliestMs - apartMs) {
      this.#raiseFloor(marks)
      marks.earliestMs = expiresMs
      marks.latestMs = expiresMs
    }
    marks.earliestMs = Math.min(marks.earliestMs, expiresMs)
    marks.latestMs = Math.max(marks.latestMs, expiresMs)
  }

  #makeRoom(debtor: Debtor, bytes: number, clock: CacheClock, keep?: AuthorMarks): boolean {
    if (this.#budget.fits(debtor, bytes)) return true
    if (clock.monotonicMs - this.#sweptMs < this.#limits.sweepIntervalMs) return false
    // A store that deletes nothing would let the names of the dropped pile up.
    if (this.dropped.size > this.#authors.size) return false
    this.#sweptMs = clock.monotonicMs
    this.#sweep(clock.nowMs, keep)
    return this.#budget.fits(debtor, bytes)
  }

  #sweep(nowMs: number, keep: AuthorMarks | undefined): void {
    for (const [author, marks] of this.#authors) {
      if (marks === keep || !this.#isOutOfTime(marks, nowMs)) continue
      this.#raiseFloor(marks)
      this.#charge(marks, 0)
      this.#authors.delete(author)
      this.noteChange(author)
    }
  }

  /** Whether no message that expires when these do is honoured now. In the far future lies what a clock that ran ahead let in. */
  #isOutOfTime({ earliestMs, latestMs }: AuthorMarks, nowMs: number): boolean {
    const { lifetimeMsMax, skewMs } = this.#limits
    return latestMs + skewMs <= nowMs || earliestMs > nowMs + lifetimeMsMax + skewMs
  }

  #raiseFloor({ earliestMs, latestMs }: AuthorMarks): void {
    this.floor.add(earliestMs, latestMs)
  }
}
