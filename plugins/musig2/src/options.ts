import { completeLimits } from '@rondo/core'

// Every bound of the plugin. Those of the protocol are the same for all members, and so are no options.

/** Keys that are aggregated, and so members of a round. */
export const signersMax = 100
/** What one round signs: so many that their check takes less than 50 ms. */
export const itemsMax = 64
export const tweaksMax = 8
export const psbtBytesMax = 262_144
/** Keys with their values, in all of its maps. */
export const psbtRowsMax = 8192
/** Inputs of a transaction, and as many outputs. */
export const transactionEndsMax = 512

export const defaultMusig2Limits = {
  /** Rounds at once that may use one key. */
  signingsPerKeyMax: 8,
} as const

export type Musig2Limits = { readonly [Name in keyof typeof defaultMusig2Limits]: number }
export type Musig2LimitsOption = { readonly [Name in keyof typeof defaultMusig2Limits]?: number | undefined }

export function resolveMusig2Limits(given: Musig2LimitsOption = {}): Musig2Limits {
  return completeLimits(defaultMusig2Limits, given, 'musig2')
}

/** People approve, and hardware is unlocked: it takes longer than a message does. */
export const signingDefaults = { answerMs: 300_000, deadlineMs: 60_000 } as const

/** How long signing keeps the rest of the program waiting before it gives it a turn. */
export const turnMsMax = 5
