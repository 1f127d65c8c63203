import type { OwnMessageDraft } from '@rondo/core'
import { bytesOfHex } from '../hex.js'
import { valueCodec } from '../plan/encode-value.js'
import type { Plan } from '../plan/plan.js'
import { cut } from '../plan/verdict.js'
import type { Answer, Closing, Contribution, Invitation, Join } from './article.js'
import { encodeSlot, idBytes, incarnationBytes, type Slot } from './slot.js'

// From what a member means to say to what its key signs.

type Said<T> = Omit<T, 'network' | 'author' | 'createdMs' | 'expiresMs' | 'hash' | 'bytes' | 'room' | 'valueBytes'>

export type ContributionDraft = Said<Contribution>

export type ArticleDraft =
  | Said<Invitation>
  | (Said<Answer> & { readonly room: string })
  | Said<Join>
  | ContributionDraft
  | Said<Closing>

/** When it is said, and until when it is good: not later than the invitation, whatever this member's clock says. */
export interface DraftTimes {
  readonly createdMs: number
  readonly expiresMs: number
}

/** Throws a TypeError for what is no statement of this plan. */
export function draftMessage(
  plan: Pick<Plan, 'name' | 'version' | 'phases'>,
  draft: ArticleDraft,
  times: DraftTimes,
): OwnMessageDraft {
  return {
    protocol: plan.name,
    version: plan.version,
    type: typeOf(plan, draft),
    audience: 'anyone',
    position: { slot: encodeSlot(slotOf(draft)) },
    createdMs: Math.min(times.createdMs, times.expiresMs - 1),
    expiresMs: times.expiresMs,
    payload: payloadOf(draft),
    codec: valueCodec,
  }
}

function typeOf({ phases }: Pick<Plan, 'phases'>, draft: ArticleDraft): string {
  if (draft.kind !== 'contribution') return draft.kind
  const phase = phases[draft.phase]
  if (phase === undefined) throw new TypeError(`the plan has no phase ${draft.phase}`)
  return phase.name
}

function slotOf(draft: ArticleDraft): Slot {
  switch (draft.kind) {
    case 'invitation':
      return { kind: 'invitation', nonce: draft.nonce }
    case 'answer':
      return { kind: 'answer', room: draft.room, incarnation: draft.incarnation }
    case 'join':
      return { kind: 'join', parent: draft.parent, incarnation: draft.incarnation }
    case 'contribution':
      return { kind: 'contribution', round: draft.round, attempt: draft.attempt, phase: draft.phase }
    case 'closing':
      return { kind: 'closing', attempt: draft.attempt, incarnation: draft.incarnation }
  }
}

/** Arrays, for they are short; `readArticle` names the fields again. Words are cut to what may be read. */
function payloadOf(draft: ArticleDraft): unknown {
  switch (draft.kind) {
    case 'invitation': {
      const { incarnation, candidates, minimum, maximum, setup, answerMs, deadlineMs, retries } = draft
      const members = candidates.map(({ peerId, role }) => (role === undefined ? [peerId] : [peerId, role]))
      return [
        bytesOfHex(incarnation, incarnationBytes),
        members,
        minimum,
        maximum,
        setup,
        answerMs,
        deadlineMs,
        retries,
      ]
    }
    case 'answer':
      return draft.answer.accepts ? [true, bytesOfHex(draft.answer.nonce, idBytes)] : [false, cut(draft.answer.reason)]
    case 'join': {
      if (draft.proposal === undefined) return [bytesOfHex(draft.attempt, idBytes)]
      const { roster, answers, culprits, suspects } = draft.proposal
      return [bytesOfHex(draft.attempt, idBytes), roster, bytesOfHex(answers.join('')), culprits, suspects]
    }
    case 'contribution':
      return draft.value === undefined
        ? [bytesOfHex(draft.digest, idBytes)]
        : [bytesOfHex(draft.digest, idBytes), draft.value]
    case 'closing':
      return [draft.phase, draft.missing, draft.reason, cut(draft.detail)]
  }
}
