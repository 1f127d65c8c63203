import type { Article } from '../articles/article.js'
import { bytesOfHex, hexOf } from '../hex.js'
import { articlesPerMessageMax, heldMax, partBytes } from './messages.js'

// What two members hold, compared by eight bytes of each statement's hash. Somebody can make two statements that agree in eight
// bytes, and one of them would hide the other from whoever has it; they do not agree in the next eight. So every ask
// takes another offset.

type Hashed = Pick<Article, 'hash'>

/** Where a part begins, for the first ask, the second, and so on. */
export function offsetOf(ask: number): number {
  return (ask * partBytes) % 32
}

/** What is held here, for an ask: the latest articles where there are too many, and the others may come once more. */
export function heldOf(articles: readonly Hashed[], offset: number): Uint8Array {
  const parts = articles.slice(-heldMax).map((article) => partOf(article, offset))
  // Sorted, for the order in which they came is nobody's business.
  return bytesOfHex(parts.sort().join(''))
}

/** What the asker lacks. */
export function lackingIn<A extends Hashed>(articles: readonly A[], held: Uint8Array, offset: number): readonly A[] {
  const parts = partsIn(held)
  return articles.filter((article) => !parts.has(partOf(article, offset)))
}

/** Whether the asker holds what is not here, or says so: a reason to ask it. */
export function knowsMore(articles: readonly Hashed[], held: Uint8Array, offset: number): boolean {
  const parts = partsIn(held)
  for (const article of articles) parts.delete(partOf(article, offset))
  return parts.size > 0
}

/** A message without its articles, and what each of them takes besides its bytes. */
const headBytes = 64
const articleHeadBytes = 5

/**
 * The articles of one message each, in the order given. No message is longer than `bytesMax`, but for those that carry one article
 * which is too long by itself.
 */
export function chunksOf(articles: readonly Pick<Article, 'bytes'>[], bytesMax: number): readonly Uint8Array[][] {
  const chunks: Uint8Array[][] = []
  let open: Uint8Array[] = []
  let total = 0
  for (const { bytes } of articles) {
    const cost = articleHeadBytes + bytes.length
    if (open.length === 0 || open.length >= articlesPerMessageMax || total + cost > bytesMax) {
      open = []
      total = headBytes
      chunks.push(open)
    }
    open.push(bytes)
    total += cost
  }
  return chunks
}

function partOf({ hash }: Hashed, offset: number): string {
  return hash.slice(2 * offset, 2 * (offset + partBytes))
}

/** An end that is no whole part is nothing. */
function partsIn(held: Uint8Array): Set<string> {
  const text = hexOf(held)
  const digits = 2 * partBytes
  const parts = new Set<string>()
  for (let at = 0; at + digits <= text.length; at += digits) parts.add(text.slice(at, at + digits))
  return parts
}
