import { completeLimits } from '@rondo/core'

/** What the journal of rounds holds. Zero never means unlimited. */
export const defaultJournalLimits = {
  /** Rooms at once, those of former lives among them. */
  roomsMax: 4_096,
  /** One article: a message of the largest size, with its signature and the path to it. */
  articleBytesMax: 1_114_112,
  /** What others said in one room, in number and in bytes. This member's own articles are always kept. */
  roomArticlesMax: 65_536,
  roomBytesMax: 67_108_864,
  /** All rooms. */
  bytesMax: 268_435_456,
  /** How long after the expiry of its room it is remembered that a secret was spent. */
  markerMarginMs: 86_400_000,
} as const

export type JournalLimits = { readonly [Name in keyof typeof defaultJournalLimits]: number }

export type JournalLimitOptions = { readonly [Name in keyof JournalLimits]?: number | undefined }

export function resolveJournalLimits(given: JournalLimitOptions = {}): JournalLimits {
  return completeLimits(defaultJournalLimits, given, 'the journal')
}
