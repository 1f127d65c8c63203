// What a file that a stranger hands over may cost, before anything in it is believed.

export interface TranscriptLimits {
  /** A whole transcript. */
  readonly transcriptBytesMax: number
  /** A whole piece of evidence. */
  readonly evidenceBytesMax: number
  /** Articles in either: each of them may cost a signature to verify. */
  readonly articlesMax: number
}

export const defaultTranscriptLimits: TranscriptLimits = Object.freeze({
  transcriptBytesMax: 33_554_432,
  evidenceBytesMax: 8_388_608,
  articlesMax: 16_384,
})

export type TranscriptLimitsOption = { readonly [Name in keyof TranscriptLimits]?: number | undefined }

/** Throws a TypeError. */
export function resolveTranscriptLimits(options: TranscriptLimitsOption = {}): TranscriptLimits {
  const {
    transcriptBytesMax = defaultTranscriptLimits.transcriptBytesMax,
    evidenceBytesMax = defaultTranscriptLimits.evidenceBytesMax,
    articlesMax = defaultTranscriptLimits.articlesMax,
  } = options
  const limits = Object.freeze({ transcriptBytesMax, evidenceBytesMax, articlesMax })
  for (const [name, value] of Object.entries(limits)) {
    if (!(Number.isSafeInteger(value) && value >= 1 && value <= 0xffff_ffff))
      throw new TypeError(`${name} must be a whole number from 1 to 4,294,967,295: ${String(value)}`)
  }
  return limits
}
