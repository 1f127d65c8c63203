import type { ByteReader } from '../bytes/byte-reader.js'
import type { ByteWriter } from '../bytes/byte-writer.js'

// Which sequences of one author and epoch were seen: a ring of words over a window that only moves up (RFC 6479).
// The ring is as long as the words between the lowest mark and the highest ask for, so that an author of few messages
// costs one number. What the window covers and the ring does not is unseen.

/** Sequences are below this, so that sums of them stay exact. */
export const sequenceMax = 0xffff_ffff_ffff

const wordBits = 32

export type WindowVerdict = 'fresh' | 'seen' | 'old'

export class ReplayWindow {
  readonly #sequences: number
  /** Everything below is refused: marks there may have been forgotten. */
  #base = 0
  /** The highest that was marked; -1 at first. */
  #top = -1
  /** The word of `#top`, while one word is all there is. */
  #lone = 0
  /** A power of two long. A word lies in the slot that its number leaves as a remainder. */
  #ring: Uint32Array | undefined

  /** Order does not matter within `sequences` of the highest. */
  constructor(sequences: number) {
    this.#sequences = sequences
  }

  /** Words held. */
  get words(): number {
    return this.#ring?.length ?? 1
  }

  look(sequence: number): WindowVerdict {
    if (sequence < this.#base) return 'old'
    if (sequence > this.#top) return 'fresh'
    const word = wordOf(sequence)
    if (word <= wordOf(this.#top) - this.words) return 'fresh'
    return (this.#word(word) >>> (sequence % wordBits)) & 1 ? 'seen' : 'fresh'
  }

  /** The words that it takes to mark a fresh `sequence` and forget nothing within the window. */
  wordsFor(sequence: number): number {
    const topWord = wordOf(this.#top)
    const word = wordOf(sequence)
    if (this.#top < 0 || word === topWord) return this.words
    if (word < topWord) return powerOfTwo(topWord - word + 1, this.words)
    const lowest = this.#lowestMarked(Math.max(this.#base, sequence - this.#sequences + 1))
    return powerOfTwo(word - lowest + 1, this.words)
  }

  /**
   * Marks a fresh `sequence` with `words` words at least. Where these are too few, the window moves up as far as they reach,
   * and false says that `sequence` is too far down for that; then nothing has changed.
   */
  mark(sequence: number, words: number = this.wordsFor(sequence)): boolean {
    const word = wordOf(sequence)
    const forgets = this.wordsFor(sequence) > Math.max(words, this.words)
    if (forgets && sequence < this.#top) return false
    if (words > this.words) this.#grow(words)
    if (sequence > this.#top) this.#moveUp(sequence, forgets)
    this.#set(word, this.#word(word) | (1 << (sequence % wordBits)))
    return true
  }

  /** Takes a mark back, as far as it is still held. */
  unmark(sequence: number): void {
    if (this.look(sequence) !== 'seen') return
    const word = wordOf(sequence)
    this.#set(word, this.#word(word) & ~(1 << (sequence % wordBits)))
  }

  /** Appends what `decodeReplayWindow` reads. */
  encode(writer: ByteWriter): void {
    const topWord = wordOf(this.#top)
    const lowest = this.#lowestMarked(this.#base)
    writer.u48(this.#base)
    writer.u48(this.#top)
    writer.u24(topWord - lowest + 1)
    for (let word = lowest; word <= topWord; word += 1) writer.u32(this.#word(word))
  }

  /** Reads a window that was kept, perhaps while it was wider or narrower; the reader has failed where it is none. */
  static decode(reader: ByteReader, sequences: number): ReplayWindow {
    const window = new ReplayWindow(sequences)
    const base = reader.u48()
    const top = reader.u48()
    const count = reader.u24()
    const topWord = wordOf(top)
    if (base > top || count < 1 || count > topWord + 1 || count * 4 > reader.remaining) reader.fail()
    if (reader.failed) return window
    // A window that was narrower has forgotten what lies below its base, so the base never moves down.
    window.#base = Math.max(base, top - sequences + 1)
    window.#top = top
    const lowest = topWord - count + 1
    const lowestKept = Math.max(lowest, wordOf(window.#base))
    reader.skip((lowestKept - lowest) * 4)
    window.#grow(powerOfTwo(topWord - lowestKept + 1, 1))
    for (let word = lowestKept; word <= topWord; word += 1) window.#set(word, reader.u32())
    return window
  }

  #word(word: number): number {
    return this.#ring === undefined ? this.#lone : this.#ring[word % this.#ring.length]!
  }

  #set(word: number, bits: number): void {
    if (this.#ring === undefined) this.#lone = bits >>> 0
    else this.#ring[word % this.#ring.length] = bits
  }

  #moveUp(sequence: number, forgets: boolean): void {
    const word = wordOf(sequence)
    const entered = this.#top < 0 ? 0 : Math.min(word - wordOf(this.#top), this.words)
    for (let offset = 0; offset < entered; offset += 1) this.#set(word - offset, 0)
    const held = forgets ? (word - this.words + 1) * wordBits : 0
    this.#base = Math.max(this.#base, sequence - this.#sequences + 1, held)
    this.#top = sequence
  }

  /** The lowest word from that of `sequence` up that has a mark; that of the highest sequence where there is none. */
  #lowestMarked(sequence: number): number {
    const topWord = wordOf(this.#top)
    let word = Math.max(wordOf(sequence), topWord - this.words + 1)
    while (word < topWord && this.#word(word) === 0) word += 1
    return word
  }

  #grow(words: number): void {
    if (words <= this.words) return
    const ring = new Uint32Array(words)
    const topWord = wordOf(this.#top)
    const lowest = Math.max(0, topWord - this.words + 1)
    for (let word = lowest; word <= topWord; word += 1) ring[word % words] = this.#word(word)
    this.#ring = ring
  }
}

function wordOf(sequence: number): number {
  return Math.floor(sequence / wordBits)
}

function powerOfTwo(count: number, least: number): number {
  let words = least
  while (words < count) words *= 2
  return words
}
