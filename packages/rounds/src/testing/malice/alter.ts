import type { OwnMessageDraft } from '@rondo/core'
import type { Article } from '../../articles/article.js'
import type { ArticleDraft } from '../../articles/draft.js'
import { bytesOfHex, hexOf } from '../../hex.js'
import { draftLike, type Said } from './said.js'

// Something else that could have been said: of the same kind and size, so that it passes for true as far as possible.

type Random = () => number

/** For the same slot, another statement: sometimes it says the same, and only the time is another. */
export function otherStatement(said: Said, random: Random): OwnMessageDraft {
  const draft = draftLike(said, random() < 0.25 ? said.article : alterArticle(said.article, random))
  return { ...draft, createdMs: draft.createdMs - 1 }
}

/** The slot stays as it is. */
export function alterArticle(article: Article, random: Random): ArticleDraft {
  switch (article.kind) {
    case 'invitation':
      return { ...article, deadlineMs: article.deadlineMs + 1 }
    case 'answer': {
      const { answer } = article
      if (!answer.accepts) return { ...article, answer: { ...answer, reason: `${answer.reason}.` } }
      return { ...article, answer: { ...answer, nonce: alterHex(answer.nonce, random) } }
    }
    case 'join':
      return { ...article, attempt: alterHex(article.attempt, random) }
    case 'contribution':
      return article.value === undefined
        ? { ...article, digest: alterHex(article.digest, random) }
        : { ...article, value: alterValue(article.value, random) }
    case 'closing':
      return { ...article, detail: `${article.detail}.` }
  }
}

/** One thing in it is another. Where it has a field `value`, that one: an opening keeps its salt. */
export function alterValue(value: unknown, random: Random): unknown {
  if (value instanceof Uint8Array) return alterBytes(value, random)
  if (typeof value === 'number') return value + 1
  if (typeof value === 'string') return `${value}.`
  if (typeof value === 'boolean') return !value
  if (Array.isArray(value)) {
    const at = Math.floor(random() * value.length)
    return value.length === 0 ? [0] : value.map((each, index) => (index === at ? alterValue(each, random) : each))
  }
  if (typeof value === 'object' && value !== null) {
    const names = Object.keys(value)
    const name = 'value' in value ? 'value' : (names[Math.floor(random() * names.length)] ?? 'more')
    return { ...value, [name]: alterValue(Reflect.get(value, name), random) }
  }
  return 0
}

export function alterHex(text: string, random: Random): string {
  return hexOf(alterBytes(bytesOfHex(text), random))
}

function alterBytes(bytes: Uint8Array, random: Random): Uint8Array {
  if (bytes.length === 0) return new Uint8Array(1)
  const altered = new Uint8Array(bytes)
  const at = Math.floor(random() * altered.length)
  altered[at] = (altered[at] ?? 0) ^ (1 << Math.floor(random() * 8))
  return altered
}
