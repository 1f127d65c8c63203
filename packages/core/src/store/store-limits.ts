import { completeLimits } from '../complete-limits.js'

export const defaultStoreLimits = {
  /** One key as UTF-8, the names of its scopes included. */
  keyBytesMax: 1_024,
  valueBytesMax: 16_777_216,
  /** The operations and expectations of one batch. */
  batchOperationsMax: 65_536,
  /** Their keys and values. */
  batchBytesMax: 67_108_864,
  /** Writes that wait for the one before them are joined into one, up to here. */
  joinedBytesMax: 1_048_576,
  /** What a range holds in memory: it stops a page at either. */
  pageEntriesMax: 256,
  pageBytesMax: 1_048_576,
} as const

export type StoreLimits = { readonly [Name in keyof typeof defaultStoreLimits]: number }
export type StoreLimitsOption = { readonly [Name in keyof StoreLimits]?: number | undefined }

export function resolveStoreLimits(given: StoreLimitsOption = {}): StoreLimits {
  return completeLimits(defaultStoreLimits, given, 'a store')
}
