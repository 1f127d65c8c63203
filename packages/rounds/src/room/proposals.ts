import { answerDigits, type Join, type Proposal } from '../articles/article.js'
import { attemptIdOf, type RosterMember, roundIdOf } from '../articles/ids.js'
import { type Attempt, answersOf, candidateOf, isConvicted, type Room } from './room.js'

// Whether an attempt may be as its proposer wants it: judged by signed articles alone, so all who hold the same judge alike. What is
// not held yet may come: a proposal that is refused now is looked at again with every article.

export interface Proposed {
  readonly join: Join
  readonly proposal: Proposal
  readonly round: string
  readonly number: number
  readonly members: readonly RosterMember[]
}

/** The proposal of a join, where it is one and may be followed. */
export function proposedBy(room: Room, join: Join): Proposed | undefined {
  const { proposal } = join
  if (proposal === undefined) return undefined
  if (join.parent === room.invitation.room) return firstProposed(room, join, proposal)
  const parent = room.attempts.find(({ id }) => id === join.parent)
  return parent === undefined ? undefined : furtherProposed(room, parent, join, proposal)
}

function firstProposed(room: Room, join: Join, proposal: Proposal): Proposed | undefined {
  const { invitation } = room
  const { roster, culprits, suspects } = proposal
  if (join.author !== invitation.author || join.incarnation !== invitation.incarnation) return undefined
  if (roster[0] !== 0 || roster.length < invitation.minimum || roster.length > invitation.maximum) return undefined
  if (culprits.length > 0 || suspects.length > 0) return undefined
  const members = rosterMembersOf(room, proposal)
  if (members === undefined) return undefined
  const round = roundIdOf(join.parent, members)
  return join.attempt === attemptIdOf(join.parent, round, proposal)
    ? { join, proposal, round, number: 1, members }
    : undefined
}

/** The members of a first roster, each with the answer that the proposal names; undefined where one is not held. */
export function rosterMembersOf(room: Room, { roster, answers }: Proposal): readonly RosterMember[] | undefined {
  if (answers.length !== roster.length) return undefined
  const members = roster.map((member, at) => rosterMemberOf(room, member, answers[at] ?? ''))
  return members.every((member) => member !== undefined) ? members : undefined
}

function rosterMemberOf(room: Room, member: number, prefix: string): RosterMember | undefined {
  const { invitation } = room
  const candidate = invitation.candidates[member]
  if (candidate === undefined) return undefined
  if (member === 0) {
    const { incarnation, nonce, hash } = invitation
    return hash.startsWith(prefix) && prefix.length === answerDigits ? { ...candidate, incarnation, nonce } : undefined
  }
  // Whoever tries for long enough finds two answers that begin alike: it is the acceptance that counts.
  for (const { author, hash, incarnation, answer } of answersOf(room))
    if (author === candidate.peerId && hash.startsWith(prefix) && answer.accepts)
      return { ...candidate, incarnation, nonce: answer.nonce }
  return undefined
}

function furtherProposed(room: Room, parent: Attempt, join: Join, proposal: Proposal): Proposed | undefined {
  const { roster, answers, culprits, suspects } = proposal
  const proposer = parent.members.find(({ peerId }) => peerId === join.author)
  if (proposer?.incarnation !== join.incarnation || roster[0] !== candidateOf(room, join.author)) return undefined
  if (answers.length > 0 || !mayFollow(room, parent, proposal)) return undefined
  if (!culprits.every((member) => isConvicted(room, member))) return undefined
  if (!suspects.every((member) => isSuspectedByMost(parent, member))) return undefined
  const members = parent.members.filter((_, position) => roster.includes(parent.roster[position] ?? -1))
  const { round } = parent
  if (join.attempt !== attemptIdOf(join.parent, round, proposal)) return undefined
  return { join, proposal, round, number: parent.number + 1, members }
}

/** Whether a further attempt may have this roster, whoever is convicted or suspected. */
export function mayFollow(
  room: Room,
  parent: Attempt,
  { roster, culprits, suspects }: Omit<Proposal, 'answers'>,
): boolean {
  const { invitation, plan } = room
  const left = [...culprits, ...suspects]
  if (parent.number > invitation.retries) return false
  if (plan.leaveOut === 'nobody' && left.length > 0) return false
  if (plan.leaveOut === 'culprits' && suspects.length > 0) return false
  if (culprits.some((member) => suspects.includes(member)) || !left.every((member) => parent.roster.includes(member)))
    return false
  const wanted = parent.roster.filter((member) => !left.includes(member))
  if (wanted.length !== roster.length || !wanted.every((member, at) => member === roster[at])) return false
  // Fewer than a majority could leave all the others out, and so decide alone whose round it is.
  const isMajority = suspects.length === 0 || roster.length * 2 > parent.roster.length
  return roster.length >= invitation.minimum && isMajority
}

/** Named as missing in the signed closings of a strict majority of the roster, by those who waited. */
export function isSuspectedByMost({ closings, members }: Attempt, member: number): boolean {
  const accusers = closings.filter(({ reason, missing }) => reason === 'timeout' && missing.includes(member))
  return accusers.length * 2 > members.length
}
