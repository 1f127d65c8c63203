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

type WriteOperations = (operations: readonly StoreOperation[]) => Promise<void>

/** What all rooms hold. */
export interface Tally {
  bytes: number
}

export class RoomArticles {
  readonly head: RoomHead
  readonly isFormer: boolean
  readonly #tally: Tally
  readonly #kept = new Map<string, Keeping>()
  readonly #underWay = new Set<Promise<void>>()
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
    await Promise.allSettled(this.#underWay)
  }

  /** Hands `write` the operations that keep these. What it fails to write counts as not kept. */
  keep(articles: readonly KeptArticle[], durable: boolean, write: WriteOperations): Promise<void> {
    const written = this.#write(articles, durable, write)
    const keepings = articles.map(({ hash, bytes }) => {
      const keeping = { isDurable: durable, bytes: bytes.length, written }
      this.#note(hash, keeping)
      return { hash, keeping }
    })
    return written.catch((cause: unknown) => {
      for (const { hash, keeping } of keepings) this.#drop(hash, keeping)
      throw cause
    })
  }

  /** The same, where `write` may be refused: nobody else relies on it before it is done. */
  async keepIfGranted(articles: readonly KeptArticle[], durable: boolean, write: WriteOperations): Promise<void> {
    const written = this.#write(articles, durable, write)
    await written
    for (const { hash, bytes } of this.missing(articles, durable))
      this.#note(hash, { isDurable: durable, bytes: bytes.length, written })
  }

  #write(articles: readonly KeptArticle[], durable: boolean, write: WriteOperations): Promise<void> {
    const withHead = durable ? this.#headIs !== 'durable' : this.#headIs === 'unwritten'
    const operations: StoreOperation[] = []
    if (withHead && articles.length > 0) operations.push({ type: 'put', key: this.#headKey, value: this.#headValue })
    for (const { hash, bytes } of articles) {
      const key = articleKey(this.head.room, hash)
      operations.push({ type: 'put', key, value: encodeArticle(key, { number: this.#nextNumber, bytes }) })
      this.#nextNumber = Math.min(this.#nextNumber + 1, articleNumberMax)
    }
    const written = write(operations).then(() => {
      if (articles.length > 0) this.#noteHead(durable)
    })
    const settled = written.then(ignore, ignore)
    this.#underWay.add(settled)
    void settled.then(() => this.#underWay.delete(settled))
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

  #drop(hash: string, keeping: Keeping): void {
    if (this.#kept.get(hash) !== keeping) return
    this.#kept.delete(hash)
    this.#count(-keeping.bytes)
  }

  #count(bytes: number): void {
    this.#bytes += bytes
    if (!this.#isClosed) this.#tally.bytes += bytes
  }
}

function ignore(): void {}
