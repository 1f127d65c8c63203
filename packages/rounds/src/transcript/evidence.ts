import { ByteWriter, conflicts, type MaybePromise, type PeerId, platformCrypto } from '@rondo/core'
import type { Article } from '../articles/article.js'
import { encodeSlot } from '../articles/slot.js'
import { hexOf } from '../hex.js'
import type { RoundsDefinition, RoundsTypes } from '../plan/define-rounds.js'
import type { Plan } from '../plan/plan.js'
import type { Culprit, Room } from '../room/room.js'
import { groundsOfCulprit } from './grounds.js'
import {
  type ReadSignedOptions,
  readSigned,
  refuse,
  type SignedArticles,
  settled,
  type TranscriptCode,
  type TranscriptRefusal,
} from './read-signed.js'
import { decodeEntries, encodeTranscript } from './transcript.js'
import { resolveTranscriptLimits, type TranscriptLimitsOption } from './transcript-limits.js'
import { replayOf, shownOf } from './verify-transcript.js'

// Evidence is a small transcript that convicts: two statements of one author for one place, or a contribution with all that it has to be
// judged by. It names nobody: who is convicted is what everybody finds who verifies it.

export interface VerifyEvidenceOptions extends ReadSignedOptions, TranscriptLimitsOption {}

export interface Conviction {
  readonly ok: true
  /** The same for whatever convicts the same member of the same: for telling what is known already. */
  readonly id: string
  readonly culprit: PeerId
  readonly kind: Culprit['kind']
  readonly reason: string
  readonly network: string
  readonly protocol: string
  readonly version: number
  /** Where it was a contribution. */
  readonly round: string | undefined
  readonly attempt: string | undefined
  /** Of the definition, or `invitation`, `answer`, `join`, `closing`. */
  readonly phase: string
  /** What convicts is good until then. */
  readonly expiresMs: number
}

/** `EVIDENCE_INCONCLUSIVE`: all of it holds, and it convicts nobody. */
export type EvidenceVerdict = Conviction | TranscriptRefusal<TranscriptCode | 'EVIDENCE_INCONCLUSIVE'>

/** Undefined where it would be larger than evidence may be: the transcript of the round convicts as well. */
export function encodeEvidence(room: Room, culprit: Culprit, options?: TranscriptLimitsOption): Uint8Array | undefined {
  const { evidenceBytesMax, articlesMax } = resolveTranscriptLimits(options)
  const grounds = groundsOfCulprit(room, culprit)
  const bytes = grounds.reduce((sum, article) => sum + article.bytes.length, 0)
  if (bytes > evidenceBytesMax || grounds.length > articlesMax) return undefined
  const evidence = encodeTranscript(grounds)
  return evidence.length > evidenceBytesMax ? undefined : evidence
}

/** Of what convicts: who said something in which place. */
export function evidenceIdOf({ articles }: Pick<Culprit, 'articles'>): string {
  const article = articles.at(-1)
  if (article === undefined) throw new TypeError('nothing convicts nobody')
  const writer = new ByteWriter()
  writer.ascii('rondo/1 evidence\0')
  writer.u8(article.author.length)
  writer.ascii(article.author)
  writer.bytes(encodeSlot(article))
  return hexOf(platformCrypto.sha256(writer.view()))
}

/**
 * Verifies evidence, with nothing but its bytes and the definition. Never throws for what is in the bytes; a promise only where
 * verifying a signature takes one.
 *
 * @example
 * const verdict = await verifyEvidence(dice, bytes, { network: 'main', nowMs: Date.now() })
 * if (verdict.ok) console.log(`${verdict.culprit}: ${verdict.reason}`)
 */
export function verifyEvidence<T extends RoundsTypes>(
  definition: RoundsDefinition<T>,
  bytes: Uint8Array,
  options: VerifyEvidenceOptions = {},
): MaybePromise<EvidenceVerdict> {
  const { evidenceBytesMax, articlesMax } = resolveTranscriptLimits(options)
  const decoded = decodeEntries(bytes, evidenceBytesMax, articlesMax)
  if (!decoded.ok) {
    const isLarge = decoded.code === 'TRANSCRIPT_LIMIT'
    const large = `more than evidenceBytesMax, ${evidenceBytesMax}, or articlesMax, ${articlesMax}`
    return refuse(decoded.code, isLarge ? large : 'these bytes are no whole evidence')
  }
  return settled(readSigned(definition, decoded.entries, options), (read) => {
    if (!read.ok) return read
    return read.articles.length === 2 ? judgePair(definition, read) : judgeByReplay(definition, read)
  })
}

type Signed = SignedArticles & { readonly ok: true }

/** Two statements speak for themselves: no rule of any protocol is needed to see that they do not go together. */
function judgePair(plan: Plan, { articles, messages, network }: Signed): EvidenceVerdict {
  const [a, b] = messages
  const [article] = articles
  if (a === undefined || b === undefined || article === undefined || !conflicts(a, b))
    return refuse('EVIDENCE_INCONCLUSIVE', 'the two statements do not stand in one place')
  const phase = article.kind === 'contribution' ? (plan.phases[article.phase]?.name ?? '') : article.kind
  const reason = 'said two things in one place'
  return convictionOf(plan, network, articles, { peerId: article.author, kind: 'equivocation', reason, phase })
}

function judgeByReplay(plan: Plan, { articles, network }: Signed): EvidenceVerdict {
  const room = replayOf(plan, articles)
  if (room === undefined)
    return refuse('EVIDENCE_INCONCLUSIVE', 'there is no invitation that the definition could follow')
  // What convicts in a further attempt brings along why that attempt did without others.
  const [culprit] = [...room.culprits].sort((a, b) => orderOf(b) - orderOf(a))
  if (culprit === undefined) return refuse('EVIDENCE_INCONCLUSIVE', 'nobody broke the protocol')
  return convictionOf(plan, network, culprit.articles, shownOf(room, culprit))
}

function orderOf({ attempt = 0, kind }: Culprit): number {
  return 2 * attempt + (kind === 'fault' ? 1 : 0)
}

function convictionOf(
  { name, version }: Plan,
  network: string,
  articles: readonly Article[],
  { peerId, kind, reason, phase }: ReturnType<typeof shownOf>,
): Conviction {
  const contribution = articles.find((article) => article.kind === 'contribution')
  return {
    ok: true,
    id: evidenceIdOf({ articles }),
    culprit: peerId,
    kind,
    reason,
    network,
    protocol: name,
    version,
    round: contribution?.round,
    attempt: contribution?.attempt,
    phase,
    expiresMs: Math.min(...articles.map(({ expiresMs }) => expiresMs)),
  }
}
