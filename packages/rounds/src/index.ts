export type { Account } from './account/account.js'
export { describeProgress, describeRound } from './account/text.js'
export { renderTimeline } from './account/timeline.js'
export type { AbortedOutcome, CompletedOutcome, NamedCulprit, NamedSuspect, Outcome } from './engine/outcome.js'
export type { Progress, Round, RoundEvents } from './engine/round.js'
export { type Rounds, rounds } from './engine/rounds.js'
export type { Candidate, Invite, InviteHandler, Served, ServeOptions, StartOptions } from './engine/serving.js'
export { type RoundsErrorCode, roundsErrorTable } from './errors.js'
export { defaultRoundsLimits, type RoundsLimits, type RoundsLimitsOption, type RoundsOptions } from './options.js'
export { type Committed, commitment, committed, type Opening, opening, opens } from './plan/commitment.js'
export {
  defineRounds,
  type PhaseSteps,
  type RoundsBuilder,
  type RoundsDefinition,
  type RoundsHead,
  type RoundsTypes,
} from './plan/define-rounds.js'
export { hashMod } from './plan/hash-mod.js'
export type { LeaveOut } from './plan/plan.js'
export { bytes, schemaOf } from './plan/schemas.js'
export type { Local, Secret, Shape, View } from './plan/shape.js'
export { Declined, Fault, fault } from './plan/verdict.js'
export type { AbortReason } from './room/room.js'
export {
  type Conviction,
  type EvidenceVerdict,
  type VerifyEvidenceOptions,
  verifyEvidence,
} from './transcript/evidence.js'
export type { ReadSignedOptions, TranscriptCode, TranscriptRefusal } from './transcript/read-signed.js'
export { type DecodedTranscript, decodeTranscript } from './transcript/transcript.js'
export {
  defaultTranscriptLimits,
  type TranscriptLimits,
  type TranscriptLimitsOption,
} from './transcript/transcript-limits.js'
export {
  type CompletedTranscript,
  type ShownCulprit,
  type TranscriptVerdict,
  type UnfinishedTranscript,
  type VerifyTranscriptOptions,
  verifyTranscript,
} from './transcript/verify-transcript.js'
