import type { PeerId, RondoError } from '@rondo/core'
import type { RoundsErrorCode } from '../errors.js'
import type { JournalLimitOptions } from './journal-limits.js'

// What a round leaves behind: the articles, so that a former life can be watched to its end, and markers for what may happen
// only once. No secret is ever among it. Ids are hexadecimal, up to 128 bytes each.

/** What a room is remembered by. */
export interface RoomHead {
  readonly room: string
  /** Of the protocol, and its version. */
  readonly name: string
  readonly version: number
  /** Of the life that took part: for telling its articles from those of others, and never one to go on with. */
  readonly incarnation: string
  readonly expiresMs: number
}

export interface KeptRoom extends RoomHead {
  /** In the order in which they were kept. The store is not trusted: verify them like anybody's. */
  readonly articles: readonly Uint8Array[]
}

export interface KeptArticle {
  readonly hash: string
  readonly bytes: Uint8Array
}

export interface KeepOptions {
  /** For this member's own articles: resolves when they are on stable storage, if the store has any. */
  readonly durable: boolean
  /**
   * What may be said once in this room, by whatever life or process: for a join, the parent of the attempt. Claimed in one write
   * with the articles; where it was claimed before, nothing is written and `keep` rejects with `ROUND_TAKEN`.
   */
  readonly claim?: string | undefined
}

export interface Journal {
  /** Whether what `durable` promises outlives the process. */
  readonly isDurable: boolean
  /**
   * The rooms of former lives that have not expired. Deletes those that have, and what cannot be read; a marker that cannot be
   * read stays, and its secret stays spent. Whatever is damaged is reported.
   */
  load(nowMs: number): Promise<readonly KeptRoom[]>
  /** Begins a room of this life. Nothing is written before its first article. Throws `JOURNAL_FULL`. */
  open(room: RoomHead): void
  /**
   * Resolves when all of it is written. The same hash is the same statement, and is written once. Rejects with `ROUND_TAKEN`; with
   * `JOURNAL_FULL`, which only what is not `durable` meets, unless one article is too large; or as the store does, and then it
   * may have been written or not.
   */
  keep(room: string, articles: readonly KeptArticle[], options: KeepOptions): Promise<void>
  /**
   * Resolves, once that is on stable storage, to whether the secret was unspent. False where any life or process spent it before.
   * Where it rejects, the secret must not be handed out.
   */
  spend(room: string, attempt: string, secret: string): Promise<boolean>
  /** Deletes the room's articles. What was claimed and spent in it stays until a margin after its expiry. */
  forget(room: string, nowMs: number): Promise<void>
}

export interface JournalOptions {
  /** Each node keeps its own, whoever else uses the store. */
  readonly owner: PeerId
  /** Is told `JOURNAL_DAMAGED`, and `JOURNAL_FULL` where what former lives kept is more than may be read. */
  readonly report: (error: RondoError<RoundsErrorCode>) => void
  readonly limits?: JournalLimitOptions | undefined
}
