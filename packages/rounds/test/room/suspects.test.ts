import { expect, test } from 'vitest'
import type { Closing } from '../../src/articles/article.js'
import { isSuspectedByMost } from '../../src/room/proposals.js'
import { type Attempt, presentAttempt, type Room, type Suspect } from '../../src/room/room.js'
import { suspectsIn } from '../../src/room/suspects.js'
import { commit, digest, join, peerIdOf, RoomBuilder, reveal } from '../account/room-builder.js'

/** Four members who have committed, and some who have revealed. */
const revealedBy = (...members: readonly number[]): RoomBuilder =>
  new RoomBuilder({ members: 4 })
    .attempt(0, [0, 1, 2, 3])
    .sayAll(10, join)
    .sayAll(100, commit)
    .sayAll(200, reveal, { members })

function closedBy(member: number, reason: Closing['reason'], missing: readonly number[]): Closing {
  const hash = digest(`closing of ${member}`)
  const signed = {
    network: 'main',
    author: peerIdOf(member),
    createdMs: 0,
    expiresMs: 1,
    hash,
    bytes: new Uint8Array(),
  }
  const place = { attempt: digest('attempt 1'), incarnation: '00'.repeat(16), phase: reveal }
  return { ...signed, ...place, kind: 'closing', missing, reason, detail: '' }
}

function attemptIn(room: Room, closings: readonly Closing[]): Attempt {
  const attempt = presentAttempt(room)
  if (attempt === undefined) throw new Error('there is an attempt')
  return { ...attempt, closings }
}

type Whys = Readonly<Record<number, Suspect['why']>>

function suspected(room: Room, closings: readonly Closing[], hasWaited = true): Whys {
  const suspects = suspectsIn(room, attemptIn(room, closings), hasWaited)
  return Object.fromEntries(suspects.map(({ member, why }) => [member, why]))
}

test('who said nothing for too long is silent, and nobody is where nobody was waited for', () => {
  const room = revealedBy(0, 1).room()
  expect(suspected(room, [])).toEqual({ 2: 'silent', 3: 'silent' })
  expect(suspected(room, [], false)).toEqual({})
})

test('who stopped over evidence accuses nobody, and has nobody left out', () => {
  const room = revealedBy(0, 1).convict(210, 2, 'fault', 'reveal', 'it lied').room()
  const closings = [closedBy(0, 'evidence', [3]), closedBy(1, 'evidence', [3]), closedBy(2, 'evidence', [3])]
  expect(suspected(room, closings, false)).toEqual({})
  expect(isSuspectedByMost(attemptIn(room, closings), 3)).toBe(false)
  const waited = closings.map((closing) => ({ ...closing, reason: 'timeout' as const }))
  expect(isSuspectedByMost(attemptIn(room, waited), 3)).toBe(true)
})

test('who closed early is suspected of it, unless it is convicted: then its word is worth nothing', () => {
  const early = closedBy(2, 'timeout', [1])
  const told = revealedBy(0, 1, 3)
  expect(suspected(told.room(), [early])).toEqual({ 1: 'accused', 2: 'closed' })
  const convicted = told.convict(220, 2, 'equivocation', 'commit', 'it said two things').room()
  expect(suspected(convicted, [early])).toEqual({})
})
