import { firstDigestOf } from '../articles/ids.js'
import { placeClosing } from './closing.js'
import { finish } from './ending.js'
import { placeJoin } from './phases.js'
import { type Proposed, proposedBy } from './proposals.js'
import { type Attempt, joinsOf, presentAttempt } from './room.js'
import type { Turn } from './turn.js'

// From a proposal to an attempt. A member signs one successor of a room or of an attempt, and no second one in its life.

export function settleJoining(turn: Turn): void {
  const { room } = turn
  if (room.isWatched) return openAll(turn)
  switch (room.stage) {
    case 'accepted':
      return joinFirst(turn)
    case 'regrouping':
      return joinNext(turn)
    case 'joining':
      return begin(turn)
    default:
      return
  }
}

/** Every attempt that was ever proposed as it should be: what became of each is for its articles to say. */
function openAll(turn: Turn): void {
  for (const article of turn.room.articles) {
    if (article.kind !== 'join' || turn.room.attempts.length >= watchedMax) continue
    if (turn.room.attempts.some(({ id }) => id === article.attempt)) continue
    const proposed = proposedBy(turn.room, article)
    if (proposed !== undefined) open(turn, proposed)
  }
}

const watchedMax = 32

function joinFirst(turn: Turn): void {
  const { room } = turn
  const parent = room.invitation.room
  const proposed = firstOf(turn, parent)
  if (proposed === undefined) return
  const mine = proposed.members.find(({ peerId }) => peerId === room.invitation.candidates[room.me]?.peerId)
  if (mine === undefined) return finish(turn, { reason: 'LEFT_OUT', detail: 'the host began without this member' })
  if (mine.incarnation === room.incarnation) return say(turn, parent, proposed)
  // An answer of a former life was taken for this one's: this life may not take part, and learns how it ends.
  turn.change({ isWatched: true, stage: 'over' })
  turn.want({ type: 'timer', name: 'begin', ms: room.invitation.deadlineMs })
  openAll(turn)
}

function joinNext(turn: Turn): void {
  const { room } = turn
  const parent = presentAttempt(room)
  if (parent === undefined) return
  const proposed = firstOf(turn, parent.id)
  if (proposed === undefined) return
  if (proposed.proposal.roster.includes(room.me)) say(turn, parent.id, proposed)
}

/** The first proposal that may be followed. */
function firstOf(turn: Turn, parent: string): Proposed | undefined {
  const { room } = turn
  for (const join of joinsOf(room, parent)) {
    const proposed = proposedBy(room, join)
    if (proposed !== undefined) return proposed
  }
  return undefined
}

function say(turn: Turn, parent: string, { join: { attempt } }: Proposed): void {
  const { incarnation } = turn.room
  turn.change({ stage: 'joining' })
  if (presentAttempt(turn.room) === undefined)
    turn.want({ type: 'timer', name: 'begin', ms: turn.room.invitation.deadlineMs })
  turn.want({ type: 'say', draft: { kind: 'join', parent, incarnation, attempt, proposal: undefined } })
}

/** Once this member's own join is kept. */
function begin(turn: Turn): void {
  const { room } = turn
  const parent = presentAttempt(room)?.id ?? room.invitation.room
  const me = room.invitation.candidates[room.me]?.peerId
  const joins = joinsOf(room, parent)
  const mine = joins.find(({ author, incarnation }) => author === me && incarnation === room.incarnation)
  if (mine === undefined) return
  for (const join of joins) {
    const proposed = join.attempt === mine.attempt ? proposedBy(room, join) : undefined
    if (proposed === undefined) continue
    for (const name of ['begin', 'gather', 'regroup'] as const) turn.want({ type: 'timer', name, ms: 'never' })
    turn.change({ stage: 'running' })
    return open(turn, proposed)
  }
}

function open(turn: Turn, { join, proposal, round, number, members }: Proposed): void {
  const { room } = turn
  const attempt: Attempt = {
    id: join.attempt,
    parent: join.parent,
    number,
    round,
    proposal,
    members,
    roster: proposal.roster,
    mine: proposal.roster.indexOf(room.me),
    phase: 0,
    said: room.plan.phases.map(() => members.map(() => undefined)),
    digests: [firstDigestOf(join.attempt)],
    isOpen: !room.isWatched,
    isConfirmed: false,
    isStuck: false,
    verdicts: undefined,
    result: undefined,
    closings: [],
    phaseAtMs: turn.atMs,
    hasty: [],
    hurriedIn: -1,
  }
  turn.change({ attempts: [...room.attempts, attempt] })
  turn.note({ what: 'phase began', attempt: number, phase: 0 })
  for (const each of joinsOf(room, join.parent)) placeJoin(turn, each)
  for (const each of room.articles)
    if (each.kind === 'closing' && each.attempt === room.invitation.room && each.attempt === join.parent)
      placeClosing(turn, attempt.id, each)
  if (attempt.isOpen) turn.want({ type: 'timer', name: 'phase', ms: room.invitation.deadlineMs })
}
