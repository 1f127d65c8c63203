import { completeLimits } from '@rondo/core'

// Every bound of the engine, by name, with a finite default.

export const defaultRoundsLimits = {
  /** Rounds at once, those that are over and still answer questions included; the oldest of these makes way. */
  roundsMax: 256,
  /** Of these, under way and others' invitations: the rest is for rounds of this node's own. */
  roundsInvitedMax: 224,
  /** Of those, one host's. */
  roundsPerHostMax: 32,
  /** Rounds that are gone, remembered so that this member does not answer for one of them a second time. */
  pastRoundsMax: 65_536,
  /** What members said in rounds that are not known yet: an answer may overtake the invitation. */
  earlyBytesMax: 1_048_576,
  earlyBytesPerPeerMax: 65_536,
  earlyMs: 10_000,
  /** Invitations whose signature one peer may have verified. */
  invitationsPerSecond: 20,
  invitationsBurst: 100,
  /** Articles of one round that one peer may bring and whose signature does not hold, before it is not heard there any more. */
  forgeriesMax: 16,
  /** The same for articles that were signed as they should, and have no place in the round or say there what was said before. */
  uselessMax: 4_096,
  /** How long a node that stops waits for what its members have to say yet. */
  farewellMs: 1_000,
  /** What articles travel in. */
  messageBytesMax: 524_288,
  /** Between two questions to the same member. */
  askIntervalMs: 50,
} as const

export type RoundsLimits = { readonly [Name in keyof typeof defaultRoundsLimits]: number }
export type RoundsLimitsOption = { readonly [Name in keyof typeof defaultRoundsLimits]?: number | undefined }

export interface RoundsOptions {
  readonly limits?: RoundsLimitsOption | undefined
}

export function resolveRoundsLimits(given: RoundsLimitsOption = {}): RoundsLimits {
  return completeLimits(defaultRoundsLimits, given, 'rounds')
}

/** The longest that anything said in a round is good for: a week, the clocks of the members being what they are. */
export const lifetimeMsMax = 604_800_000

/** What a round is started with, where it says nothing itself. */
export const startDefaults = {
  answerMs: 30_000,
  deadlineMs: 10_000,
  /** How long everything that is said in a round is good for, and is kept to be shown to others. */
  lifetimeMs: 3_600_000,
  retries: 0,
} as const
