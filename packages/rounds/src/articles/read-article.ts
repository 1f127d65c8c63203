import { type PeerId, parsePeerId, platformCrypto, type VerifiedMessage } from '@rondo/core'
import { hexOf } from '../hex.js'
import type { Plan } from '../plan/plan.js'
import {
  type Answer,
  type Article,
  answerDigits,
  type Candidate,
  type ClosingReason,
  type Proposal,
} from './article.js'
import { decodeSlot, idBytes, incarnationBytes, type Slot } from './slot.js'

// From a message whose signature was found to hold to what it says in a round. Undefined for what no honest member signs;
// whether it fits the round is not asked here. Never throws.

const reasonCharactersMax = 256
const candidatesMax = 100
const durationMsMax = 0xffff_ffff

/** `bytesMax` is what one contribution may take in this plan; what is larger is for `judge` to refuse. */
export function readArticle(
  plan: Pick<Plan, 'name' | 'version' | 'phases'>,
  message: VerifiedMessage,
): Article | undefined {
  const { position, protocol, version, audience, payload, author, createdMs, expiresMs, bytes } = message
  if (protocol !== plan.name || version !== plan.version || audience !== 'anyone' || !('slot' in position))
    return undefined
  const slot = decodeSlot(position.slot)
  if (slot === undefined || message.type !== typeOf(plan, slot)) return undefined
  const hash = hexOf(platformCrypto.sha256(message.statement))
  const signed = { author, createdMs, expiresMs, hash, bytes }
  if (!payload.ok || !Array.isArray(payload.value)) return undefined
  const fields: readonly unknown[] = payload.value
  switch (slot.kind) {
    case 'invitation': {
      const read = readInvitation(fields, author)
      return read && { ...signed, ...slot, ...read, room: roomOf(hash) }
    }
    case 'answer': {
      const answer = readAnswer(fields)
      return answer && { ...signed, ...slot, answer }
    }
    case 'join': {
      const [attempt] = fields
      if (!isBytes(attempt, idBytes)) return undefined
      if (fields.length === 1) return { ...signed, ...slot, attempt: hexOf(attempt), proposal: undefined }
      const proposal = readProposal(fields)
      return proposal && { ...signed, ...slot, attempt: hexOf(attempt), proposal }
    }
    case 'contribution': {
      const [digest, value] = fields
      if (!isBytes(digest, idBytes) || fields.length > 2) return undefined
      const valueBytes = message.payloadBytes.length - contributionHeadBytes
      return { ...signed, ...slot, digest: hexOf(digest), value, valueBytes }
    }
    case 'closing': {
      const [phase, missing, reason, detail] = fields
      if (fields.length !== 4 || !isCount(phase, 255) || !isIndices(missing) || !isReason(reason) || !isText(detail))
        return undefined
      return { ...signed, ...slot, phase, missing, reason, detail }
    }
  }
}

/** The room is the invitation: its statement names the protocol, the setup, the candidates and a nonce. */
function roomOf(invitationHash: string): string {
  return invitationHash
}

/** An array's head, a byte string's, and the digest. */
const contributionHeadBytes = 1 + 2 + idBytes

function typeOf({ phases }: Pick<Plan, 'phases'>, slot: Slot): string | undefined {
  return slot.kind === 'contribution' ? phases[slot.phase]?.name : slot.kind
}

function readInvitation(fields: readonly unknown[], author: PeerId) {
  const [incarnation, members, minimum, maximum, setup, answerMs, deadlineMs, retries] = fields
  if (fields.length !== 8 || !isBytes(incarnation, incarnationBytes)) return undefined
  const candidates = readCandidates(members)
  if (candidates?.[0]?.peerId !== author) return undefined
  if (!isCount(minimum, candidatesMax) || !isCount(maximum, candidatesMax) || minimum < 2 || maximum < minimum)
    return undefined
  if (candidates.length < minimum || !isCount(retries, 16)) return undefined
  if (!isCount(answerMs, durationMsMax) || !isCount(deadlineMs, durationMsMax) || answerMs < 1 || deadlineMs < 1)
    return undefined
  return { incarnation: hexOf(incarnation), candidates, minimum, maximum, setup, answerMs, deadlineMs, retries }
}

function readCandidates(members: unknown): readonly Candidate[] | undefined {
  if (!Array.isArray(members) || members.length > candidatesMax) return undefined
  const candidates: Candidate[] = []
  const seen = new Set<PeerId>()
  for (const member of members) {
    if (!Array.isArray(member) || member.length < 1 || member.length > 2) return undefined
    const [text, role]: readonly unknown[] = member
    const peerId = readPeerId(text)
    if (peerId === undefined || seen.has(peerId) || (role !== undefined && !isText(role))) return undefined
    seen.add(peerId)
    candidates.push({ peerId, role })
  }
  return candidates
}

function readPeerId(text: unknown): PeerId | undefined {
  if (typeof text !== 'string') return undefined
  try {
    return parsePeerId(text)
  } catch {
    return undefined
  }
}

function readAnswer([accepts, more, ...rest]: readonly unknown[]): Answer['answer'] | undefined {
  if (rest.length > 0) return undefined
  if (accepts === true && isBytes(more, idBytes)) return { accepts, nonce: hexOf(more) }
  return accepts === false && isText(more) ? { accepts, reason: more } : undefined
}

function readProposal([, roster, answers, culprits, suspects, ...rest]: readonly unknown[]): Proposal | undefined {
  if (rest.length > 0 || !isIndices(roster) || !isIndices(culprits) || !isIndices(suspects)) return undefined
  if (!(answers instanceof Uint8Array)) return undefined
  const text = hexOf(answers)
  if (text.length % answerDigits !== 0 || text.length > candidatesMax * answerDigits) return undefined
  const prefixes = Array.from({ length: text.length / answerDigits }, (_, at) =>
    text.slice(at * answerDigits, (at + 1) * answerDigits),
  )
  return { roster, answers: prefixes, culprits, suspects }
}

const reasons: readonly string[] = ['timeout', 'evidence', 'declined', 'cancelled', 'closed', 'failed']

function isReason(value: unknown): value is ClosingReason {
  return typeof value === 'string' && reasons.includes(value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= reasonCharactersMax
}

function isBytes(value: unknown, length: number): value is Uint8Array {
  return value instanceof Uint8Array && value.length === length
}

function isCount(value: unknown, max: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max
}

/** Candidates, ascending. */
function isIndices(value: unknown): value is readonly number[] {
  if (!Array.isArray(value) || value.length > candidatesMax) return false
  const indices: readonly unknown[] = value
  return indices.every((each, at) => isCount(each, candidatesMax - 1) && (at === 0 || each > Number(indices[at - 1])))
}
