import type { MaybePromise, PeerId } from '@rondo/core'
import type { Article, Candidate, Invitation } from '../articles/article.js'
import type { RoundsDefinition, RoundsTypes } from '../plan/define-rounds.js'
import type { Plan } from '../plan/plan.js'
import { replay } from '../room/replay.js'
import { type Attempt, type Culprit, presentAttempt, type Room } from '../room/room.js'
import { type ReadSignedOptions, readSigned, refuse, settled, type TranscriptRefusal } from './read-signed.js'
import { decodeEntries } from './transcript.js'
import { resolveTranscriptLimits, type TranscriptLimitsOption } from './transcript-limits.js'
import { completedIn } from './transcript-of.js'

// What a transcript comes to: every signature holds, and the articles are heard in a room where nobody plays, by the very rules that
// members follow. So there is nothing to disagree about between who played and who reads of it.

export interface VerifyTranscriptOptions extends ReadSignedOptions, TranscriptLimitsOption {
  /** The id of the round that it has to be about: `id` of a `Round`, or `round` of a view or of another verdict. */
  readonly round?: string | undefined
}

/** Of one attempt; of none where nobody came that far. */
interface TranscriptParticulars<T extends RoundsTypes> {
  readonly ok: true
  readonly network: string
  /** The hash of the invitation: `id` of a `Round`. */
  readonly room: string
  /** Through its schema. */
  readonly setup: T['setup']
  /** The first is 1; 0 where it did not come to one. */
  readonly attempt: number
  /** In order, the proposer first. */
  readonly roster: readonly Candidate[]
  /** Who broke the protocol, whatever became of the round. */
  readonly culprits: readonly ShownCulprit[]
}

export interface CompletedTranscript<T extends RoundsTypes = RoundsTypes> extends TranscriptParticulars<T> {
  readonly status: 'completed'
  readonly round: string
  readonly result: T['result']
}

export interface UnfinishedTranscript<T extends RoundsTypes = RoundsTypes> extends TranscriptParticulars<T> {
  readonly status: 'unfinished'
  /** Undefined where it did not come to an attempt. */
  readonly round: string | undefined
  /** The phase that is not complete, and who is missing there. That is all it says: they may well have spoken. */
  readonly phase: string
  readonly waitingFor: readonly PeerId[]
}

export interface ShownCulprit {
  readonly peerId: PeerId
  readonly kind: Culprit['kind']
  readonly reason: string
  readonly phase: string
}

export type TranscriptVerdict<T extends RoundsTypes = RoundsTypes> =
  | CompletedTranscript<T>
  | UnfinishedTranscript<T>
  | TranscriptRefusal

/**
 * Verifies a transcript, with nothing but its bytes and the definition. Completed is what every member has confirmed, and only
 * that. Never throws for what is in the bytes; a promise only where verifying a signature takes one.
 *
 * @example
 * const verdict = await verifyTranscript(dice, bytes, { network: 'main' })
 * if (verdict.ok && verdict.status === 'completed') console.log(verdict.result.roll)
 */
export function verifyTranscript<T extends RoundsTypes>(
  definition: RoundsDefinition<T>,
  bytes: Uint8Array,
  options: VerifyTranscriptOptions = {},
): MaybePromise<TranscriptVerdict<T>> {
  const { transcriptBytesMax, articlesMax } = resolveTranscriptLimits(options)
  const decoded = decodeEntries(bytes, transcriptBytesMax, articlesMax)
  if (!decoded.ok) {
    const isLarge = decoded.code === 'TRANSCRIPT_LIMIT'
    const large = `more than transcriptBytesMax, ${transcriptBytesMax}, or articlesMax, ${articlesMax}`
    return refuse(decoded.code, isLarge ? large : 'these bytes are no whole transcript')
  }
  if (decoded.entries[0]?.slot.kind !== 'invitation') return refuse('TRANSCRIPT_MALFORMED', 'it has no invitation')
  return settled(readSigned(definition, decoded.entries, options), (read) => {
    if (!read.ok) return read
    const room = replayOf(definition, read.articles)
    if (room === undefined)
      return refuse(
        'ROUND_SETUP_REFUSED',
        `${definition.name} knows no such round: look at its setup, its members and their roles`,
      )
    const verdict = verdictOn<T>(room, read.network)
    // Who was invited knows the round by its invitation, who joined by its roster as well. Both are hashes.
    if (options.round !== undefined && ![verdict.room, verdict.round].includes(options.round))
      return refuse('TRANSCRIPT_FOREIGN', `it is about the round ${verdict.round ?? verdict.room}`)
    return verdict
  })
}

/** Where a host invited twice in one place, in the room that somebody followed it into. */
export function replayOf(plan: Plan, articles: readonly Article[]): Room | undefined {
  const invitations = articles.filter((article): article is Invitation => article.kind === 'invitation')
  const rooms = new Set(articles.flatMap((article) => (article.kind === 'answer' ? article.room : [])))
  const followed = invitations.find(({ room }) => rooms.has(room))
  return replay(plan, followed === undefined ? articles : [followed, ...articles])
}

function verdictOn<T extends RoundsTypes>(
  room: Room,
  network: string,
): CompletedTranscript<T> | UnfinishedTranscript<T> {
  const { outcome, invitation, plan } = room
  const culprits = room.culprits.map((culprit) => shownOf(room, culprit))
  const particulars = { ok: true, network, room: invitation.room, setup: room.setup, culprits } as const
  const completed = completedIn(room)
  if (completed !== undefined && outcome?.status === 'completed') {
    const { round, number } = completed
    const roster = rosterOf(completed)
    return { ...particulars, status: 'completed', round, attempt: number, roster, result: outcome.result }
  }
  const attempt = presentAttempt(room)
  return {
    ...particulars,
    status: 'unfinished',
    round: attempt?.round,
    attempt: attempt?.number ?? 0,
    roster: attempt === undefined ? [] : rosterOf(attempt),
    phase: attempt === undefined ? 'join' : (plan.phases[attempt.phase]?.name ?? ''),
    waitingFor: attempt === undefined ? [] : missingIn(attempt),
  }
}

export function shownOf({ invitation }: Room, { member, kind, reason, phase }: Culprit): ShownCulprit {
  const { peerId } = invitation.candidates[member] ?? { peerId: invitation.author }
  return { peerId, kind, reason, phase }
}

function rosterOf({ members }: Attempt): readonly Candidate[] {
  return members.map(({ peerId, role }) => ({ peerId, role }))
}

function missingIn({ said, phase, members }: Attempt): readonly PeerId[] {
  const isMissing = (position: number): boolean => said[phase]?.[position]?.state !== 'accepted'
  return members.flatMap(({ peerId }, position) => (isMissing(position) ? [peerId] : []))
}
