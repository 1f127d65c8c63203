/** What a replay guard honours and holds. Zero never means unlimited. */
export const defaultReplayLimits = {
  /** How far the clocks of author and receiver may be apart. */
  skewMs: 120_000,
  /** From creation to expiry; a message that asks for more is refused. */
  lifetimeMsMax: 604_800_000,
  /** How far an epoch, which is the time of its author's start, may lie ahead of our clock. */
  epochAheadMsMax: 86_400_000,
  /** Sequences behind an author's highest within which order does not matter. */
  windowSequences: 8_160,
  /** All that is remembered. */
  cacheBytesMax: 16_777_216,
  /** Of these, kept free for authors that `isReserved` names. */
  reservedBytes: 4_194_304,
  /** Of the rest, what the authors that one forwarder brought may take. */
  forwarderBytesMax: 1_048_576,
  /** Least time between two searches for expired authors, which are made only where room is wanted. */
  sweepIntervalMs: 1_000,
} as const

export type ReplayLimits = { readonly [Name in keyof typeof defaultReplayLimits]: number }

export type ReplayLimitOptions = { readonly [Name in keyof ReplayLimits]?: number | undefined }

/** Wide enough for anybody, and what a stored window is bounded by. */
const windowSequencesMax = 1_048_576
const yearsMs = 3_153_600_000_000

const ceilings: { readonly [Name in keyof ReplayLimits]?: number } = {
  skewMs: yearsMs,
  lifetimeMsMax: yearsMs,
  epochAheadMsMax: yearsMs,
  windowSequences: windowSequencesMax,
}

/** Checks every limit once; what comes out is complete and frozen. */
export function resolveReplayLimits(given: ReplayLimitOptions = {}): ReplayLimits {
  const limits: Record<keyof ReplayLimits, number> = { ...defaultReplayLimits }
  for (const [name, value] of Object.entries(given)) {
    if (!isLimit(name)) throw new TypeError(`limits.${name} is not a limit of the replay guard`)
    if (value === undefined) continue
    const least = name === 'skewMs' ? 0 : 1
    const most = ceilings[name] ?? Number.MAX_SAFE_INTEGER
    if (!Number.isSafeInteger(value) || value < least || value > most) {
      throw new TypeError(`limits.${name} must be a whole number from ${least} to ${most}, not ${String(value)}`)
    }
    limits[name] = value
  }
  if (limits.reservedBytes >= limits.cacheBytesMax) {
    if (given.reservedBytes !== undefined) {
      throw new TypeError('limits.reservedBytes must be below limits.cacheBytesMax')
    }
    limits.reservedBytes = Math.floor(limits.cacheBytesMax / 4)
  }
  return Object.freeze(limits)
}

function isLimit(name: string): name is keyof ReplayLimits {
  return Object.hasOwn(defaultReplayLimits, name)
}
