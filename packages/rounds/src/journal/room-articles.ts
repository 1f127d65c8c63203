import type { StoreOperation } from '@rondo/core'
import type { KeptArticle, RoomHead } from './journal.js'
import { articleKey, roomKey } from './journal-key.js'
import { articleNumberMax, encodeArticle, encodeRoom } from './journal-record.js'

// What is kept of one room: which articles, since when, and how well. A crash takes back any write that was not durable, in
// whatever order. So a durable article comes with the head of its room, unless an earlier durable write brought that.

interface Keeping {
  readonly isDurable: boolean
  readonly bytes: number
  /** Settles as the write does that carries it. */
  readonly written: Promise<void>
}

/** What all rooms hold. */
export interface Tally {
  bytes: number
}

export class RoomArticles {
  readonly head: RoomHead
  readonly isFormer: boolean
  readonly #tally: Tally
  readonly #kept = new Map<string, Keeping>()
  readonly #headKey: string
  readonly #headValue: Uint8Array
  #headIs: 'unwritten' | 'written' | 'durable' = 'unwritten'
  #nextNumber = 0
  #bytes = 0
  #isClosed = false

  constructor(head: RoomHead, isFormer: boolean, tally: Tally) {
    this.head = head
    this.isFormer = isFormer
    this.#tally = tally
    this.#headKey = roomKey(head.room)
    this.#headValue = encodeRoom(this.#headKey, head)
  }

  get count(): number {
    return this.#kept.size
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Found in the store: it may be gone with the power yet. */
  restore(hash: string, number: number, bytes: number): void {
    this.#headIs = 'written'
    this.#note(hash, { isDurable: false, bytes, written: Promise.resolve() })
    this.#nextNumber = Math.max(this.#nextNumber, Math.min(number + 1, articleNumberMax))
  }

  /** Those that no write brings yet which is as durable, each once. */
  missing(articles: readonly KeptArticle[], durable: boolean): readonly KeptArticle[] {
    const missing = new Map<string, KeptArticle>()
    for (const article of articles) {
      const kept = this.#kept.get(article.hash)
      if ((kept === undefined || (durable && !kept.isDurable)) && !missing.has(article.hash))
        missing.set(article.hash, article)
    }
    return [...missing.values()]
  }

  /** What resolves when those that are being written are. */
  writing(articles: readonly KeptArticle[]): readonly Promise<void>[] {
    return articles.flatMap(({ hash }) => this.#kept.get(hash)?.written ?? [])
  }

  /** It no longer counts. */
  close(): void {
    if (!this.#isClosed) this.#tally.bytes -= this.#bytes
    this.#isClosed = true
  }

  /** Everything under way has come to an end, one way or the other. */
  async settle(): Promise<void> {
    await Promise.allSettled([...this.#kept.values()].map(({ written }) => written))
  }

  /** Hands `write` the operations that keep these; what it fails to write counts as not kept. */
  keep(articles: readonly KeptArticle[], durable: boolean, write: (operations: StoreOperation[]) => Promise<void>) {
    const withHead = durable ? this.#headIs !== 'durable' : this.#headIs === 'unwritten'
    const operations: StoreOperation[] = withHead ? [{ type: 'put', key: this.#headKey, value: this.#headValue }] : []
    for (const { hash, bytes } of articles) {
      const key = articleKey(this.head.room, hash)
      operations.push({ type: 'put', key, value: encodeArticle(key, { number: this.#nextNumber, bytes }) })
      this.#nextNumber = Math.min(this.#nextNumber + 1, articleNumberMax)
    }
    const written = write(operations).then(
      () => this.#noteHead(durable),
      (cause: unknown) => {
        for (const { hash } of articles) this.#drop(hash, written)
        throw cause
      },
    )
    for (const { hash, bytes } of articles) this.#note(hash, { isDurable: durable, bytes: bytes.length, written })
    return written
  }

  #noteHead(durable: boolean): void {
    if (durable) this.#headIs = 'durable'
    else if (this.#headIs === 'unwritten') this.#headIs = 'written'
  }

  #note(hash: string, keeping: Keeping): void {
    this.#count(keeping.bytes - (this.#kept.get(hash)?.bytes ?? 0))
    this.#kept.set(hash, keeping)
  }

  #drop(hash: string, written: Promise<void>): void {
    const kept = this.#kept.get(hash)
    if (kept?.written !== written) return
    this.#kept.delete(hash)
    this.#count(-kept.bytes)
  }

  #count(bytes: number): void {
    this.#bytes += bytes
    if (!this.#isClosed) this.#tally.bytes += bytes
  }
}
