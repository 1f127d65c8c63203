import { isName, type PeerId, parsePeerId, platformCrypto, type VerifiedMessage } from '@rondo/core'
import { hexOf } from '../hex.js'
import { decodeValue, valueCodec } from '../plan/encode-value.js'
import type { Plan } from '../plan/plan.js'
import { reasonCharactersMax } from '../plan/verdict.js'
import {
  type Answer,
  type Article,
  answerDigits,
  type Candidate,
  type ClosingReason,
  type Proposal,
} from './article.js'
import { decodeSlot, idBytes, incarnationBytes, type Slot } from './slot.js'

// From a message whose signature was found to hold to what it says in a round. Undefined for what no honest member signs, and for
// all but the one form of what it does; whether it fits the round, and its network, is not asked here. Never throws.

const candidatesMax = 100
const durationMsMax = 0xffff_ffff
const retriesMax = 16
const phaseMax = 255

/** What a contribution may take in its phase is not asked here either: `valueBytes` is what it takes. */
export function readArticle(
  plan: Pick<Plan, 'name' | 'version' | 'phases'>,
  message: VerifiedMessage,
): Article | undefined {
  const { network, position, protocol, version, audience, author, createdMs, expiresMs, bytes } = message
  if (protocol !== plan.name || version !== plan.version || audience !== 'anyone' || !('slot' in position))
    return undefined
  const slot = decodeSlot(position.slot)
  if (slot === undefined || message.type !== typeOf(plan, slot)) return undefined
  const fields = fieldsOf(message)
  if (fields === undefined) return undefined
  const hash = hexOf(platformCrypto.sha256(message.statement))
  const signed = { network, author, createdMs, expiresMs, hash, bytes }
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
      if (!isBytes(digest, idBytes) || fields.length !== (value === undefined ? 1 : 2)) return undefined
      const valueBytes = message.payloadBytes.length - contributionHeadBytes
      return { ...signed, ...slot, digest: hexOf(digest), value, valueBytes }
    }
    case 'closing': {
      const [phase, missing, reason, detail] = fields
      if (
        fields.length !== 4 ||
        !isCount(phase, phaseMax) ||
        !isIndices(missing) ||
        !isReason(reason) ||
        !isText(detail)
      )
        return undefined
      return { ...signed, ...slot, phase, missing, reason, detail }
    }
  }
}

/** By the one codec of rounds: a node's own codecs and limits must not decide what its peers are taken to have said. */
function fieldsOf({ codecId, payloadBytes }: VerifiedMessage): readonly unknown[] | undefined {
  if (codecId !== valueCodec.id) return undefined
  const decoded = decodeValue(payloadBytes)
  return decoded.ok && Array.isArray(decoded.value) ? decoded.value : undefined
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
  if (candidates.length < minimum || !isCount(retries, retriesMax)) return undefined
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
    if (peerId === undefined || seen.has(peerId)) return undefined
    seen.add(peerId)
    if (member.length === 1) candidates.push({ peerId, role: undefined })
    else if (isName(role)) candidates.push({ peerId, role })
    else return undefined
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
  if (rest.length > 0 || !isIndices(roster) || roster.length < 2 || !isIndices(culprits) || !isIndices(suspects))
    return undefined
  if (!(answers instanceof Uint8Array)) return undefined
  const text = hexOf(answers)
  if (text.length !== 0 && text.length !== roster.length * answerDigits) return undefined
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

/** A zero below zero has an encoding of its own, and so is none. */
function isCount(value: unknown, max: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max && !Object.is(value, -0)
}

/** Candidates, ascending, and so no more of them than there may be. */
function isIndices(value: unknown): value is readonly number[] {
  if (!Array.isArray(value)) return false
  const indices: readonly unknown[] = value
  return indices.every((each, at) => isCount(each, candidatesMax - 1) && (at === 0 || each > Number(indices[at - 1])))
}
