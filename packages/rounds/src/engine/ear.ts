import {
  type Coordinator,
  equalBytes,
  type MaybePromise,
  type PeerId,
  platformCrypto,
  type VerifiedMessage,
} from '@rondo/core'
import type { Article } from '../articles/article.js'
import { readArticle } from '../articles/read-article.js'
import { hexOf } from '../hex.js'
import type { RoundsLimits } from '../options.js'
import type { Plan } from '../plan/plan.js'

// From bytes that anybody may have brought to articles whose signature holds. What was verified once is not verified again, and
// whoever brings too much that is good for nothing is not heard any more.

export interface EarParts {
  readonly coordinator: Coordinator
  readonly limits: RoundsLimits
  readonly plan: Plan
  /** Takes what was heard to the room. */
  readonly take: (article: Article, from: PeerId) => void
  /** What the room holds after that. */
  readonly articles: () => readonly Article[]
}

export class Ear {
  /**
   * Statements that have no place in the room: what others hold and this one will not, until it has come further. Without it two members
   * that hold what the other refuses would ask each other for ever.
   */
  readonly refused = new Set<string>()
  readonly #parts: EarParts
  /** By the hash of their bytes: copies cost no second verification. */
  readonly #verified = new Set<string>()
  readonly #refusedCopies = new Set<string>()
  readonly #forgeries = new Map<PeerId, number>()
  readonly #useless = new Map<PeerId, number>()

  constructor(parts: EarParts) {
    this.#parts = parts
  }

  /** Resolves when all of them have been verified; undefined where that took no time. */
  hear(from: PeerId, articles: readonly Uint8Array[]): Promise<unknown> | undefined {
    const verifying = articles.map((bytes) => this.#verify(from, bytes)).filter((each) => each !== undefined)
    return verifying.length === 0 ? undefined : Promise.all(verifying)
  }

  /** What found no place may find one now. */
  forgetRefused(): void {
    this.refused.clear()
    this.#refusedCopies.clear()
  }

  #verify(from: PeerId, bytes: Uint8Array): Promise<void> | undefined {
    if (this.#isUnheard(from)) return undefined
    const key = hexOf(platformCrypto.sha256(bytes))
    if (this.#verified.has(key) || this.#refusedCopies.has(key)) return undefined
    const verdict: MaybePromise<VerifiedMessage | { readonly ok: false }> = this.#parts.coordinator.verifyMessage(bytes)
    if (!(verdict instanceof Promise)) {
      this.#judge(from, key, verdict)
      return undefined
    }
    const { log } = this.#parts.coordinator.env
    return verdict
      .then((settled) => this.#judge(from, key, settled))
      .catch((cause) => log('error', 'an article could not be taken', { cause }))
  }

  #isUnheard(from: PeerId): boolean {
    const { forgeriesMax, uselessMax } = this.#parts.limits
    return (this.#forgeries.get(from) ?? 0) >= forgeriesMax || (this.#useless.get(from) ?? 0) >= uselessMax
  }

  #judge(from: PeerId, key: string, verdict: VerifiedMessage | { readonly ok: false }): void {
    if (!verdict.ok) return count(this.#forgeries, from)
    const { coordinator, plan, take, articles } = this.#parts
    const article = verdict.network === coordinator.network ? readArticle(plan, verdict) : undefined
    if (article === undefined) return count(this.#useless, from)
    take(article, from)
    // One copy of a statement is worth remembering: its author can sign it again and again, and no two copies are alike.
    const kept = articles().findLast(({ hash }) => hash === article.hash)
    if (kept !== undefined && equalBytes(kept.bytes, article.bytes)) this.#verified.add(key)
    else count(this.#useless, from)
    if (kept === undefined) this.#refuse(article, key)
  }

  #refuse({ hash }: Article, key: string): void {
    if (this.#refusedCopies.size >= refusedMax) return
    this.refused.add(hash)
    this.#refusedCopies.add(key)
  }
}

/** Each is named in every question, and takes some 260 bytes here. */
const refusedMax = 1_024

function count(counts: Map<PeerId, number>, from: PeerId): void {
  counts.set(from, (counts.get(from) ?? 0) + 1)
}
