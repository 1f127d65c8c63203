import type { Coordinator } from '@rondo/core'
import type { Article } from '../articles/article.js'
import { type ArticleDraft, draftMessage } from '../articles/draft.js'
import { readArticle } from '../articles/read-article.js'
import { hexOf } from '../hex.js'
import type { Journal } from '../journal/journal.js'
import type { Plan } from '../plan/plan.js'
import type { Room } from '../room/room.js'

// From what this member means to say to an article: signed, kept where it survives, and only then said. One after the other.

export interface VoiceParts {
  readonly coordinator: Coordinator
  readonly journal: Journal
  readonly plan: Plan
  readonly room: () => Room
  /** It is kept, and may be heard. */
  readonly said: (article: Article) => void
  readonly failed: (cause: unknown) => void
}

export class Voice {
  readonly #parts: VoiceParts
  #saying: Promise<void> = Promise.resolve()

  constructor(parts: VoiceParts) {
    this.#parts = parts
  }

  /** Resolves when all that was to be said so far has been said, or has failed. */
  get silence(): Promise<void> {
    return this.#saying
  }

  /** What is wanted no more by the time its turn comes is not said. */
  say(draft: ArticleDraft, isWanted: () => boolean): void {
    const { said, failed } = this.#parts
    this.#saying = this.#saying.then(async () => {
      try {
        if (!isWanted()) return
        const article = await this.#sign(draft)
        if (!isWanted()) return
        await this.#keep(article)
        if (isWanted()) said(article)
      } catch (cause) {
        failed(cause)
      }
    })
  }

  async #sign(draft: ArticleDraft): Promise<Article> {
    const { coordinator, plan, room } = this.#parts
    const { expiresMs } = room().invitation
    const times = { createdMs: coordinator.env.wallMs(), expiresMs }
    const bytes = await coordinator.signMessage(draftMessage(plan, draft, times))
    const verdict = await coordinator.verifyMessage(bytes)
    const article = verdict.ok ? readArticle(plan, verdict) : undefined
    if (article === undefined) throw new Error(`what was signed as ${draft.kind} does not verify`)
    return article
  }

  /** With a join goes everything that led to it, so that a later life can see what it was about. */
  async #keep(article: Article): Promise<void> {
    const { journal, room } = this.#parts
    const { articles, invitation } = room()
    const kept = article.kind === 'join' ? [...articles, article] : [article]
    await journal.keep(invitation.room, kept, { durable: true, claim: claimOf(article) })
  }
}

/** What no other life or process of this node may say once this one did. */
function claimOf(article: Article): string | undefined {
  if (article.kind === 'join') return article.parent
  return article.kind === 'contribution' ? article.attempt + hexOf(Uint8Array.of(article.phase)) : undefined
}
