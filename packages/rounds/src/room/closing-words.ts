import type { Closing, ClosingReason } from '../articles/article.js'

/** Why something failed here is for this node alone: an error may tell of more than the round. */
export function toldOf(reason: ClosingReason, detail: string): string {
  return reason === 'failed' ? '' : detail
}

/** In the words of whoever closed, where it gave any. */
export function wordsOf({ detail }: Closing): string {
  return detail === '' ? 'it could not go on' : detail
}
