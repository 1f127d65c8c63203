import type { Identity } from '@rondo/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Article, Invitation } from '../../src/articles/article.js'
import type { ArticleDraft } from '../../src/articles/draft.js'
import { encodeSlot } from '../../src/articles/slot.js'
import { hexOf } from '../../src/hex.js'
import type { RoomEvent, TimerName } from '../../src/room/events.js'
import { openAsCandidate, openAsHost } from '../../src/room/open-room.js'
import type { Room } from '../../src/room/room.js'
import { step } from '../../src/room/step.js'
import { plan, say } from '../articles/samples.js'
import { alice, bob, idOf } from '../plan/samples.js'

// Two honest members whose programs change their minds, whose clocks ring at any time and whose articles come in any order: neither
// ever wants to say two things in one place, though what it says takes time to be signed and kept.

const incarnations = ['aa'.repeat(16), 'bb'.repeat(16)]

async function invite(): Promise<Invitation> {
  const candidates = [alice, bob].map(({ peerId }) => ({ peerId, role: undefined }))
  const times = { answerMs: 100, deadlineMs: 100, retries: 2 }
  const draft = { kind: 'invitation', nonce: idOf('1'), incarnation: incarnations[0] ?? '', candidates } as const
  const article = await say({ ...draft, minimum: 2, maximum: 2, setup: null, ...times })
  if (article?.kind !== 'invitation') throw new Error('no invitation')
  return article
}

class Member {
  readonly identity: Identity
  room: Room
  /** What it wants said, not signed yet. */
  readonly wanted: ArticleDraft[] = []
  readonly places: string[] = []
  /** Articles of anybody that have not come here. */
  readonly coming: Article[] = []

  constructor(identity: Identity, me: number, invitation: Invitation) {
    this.identity = identity
    const open = me === 0 ? openAsHost : openAsCandidate
    this.room = open({ plan, invitation, setup: null, incarnation: incarnations[me] ?? '', me, atMs: 0 }).room
  }

  happen(event: RoomEvent): void {
    const { room, effects } = step(this.room, event, 0)
    this.room = room
    for (const effect of effects) {
      if (effect.type === 'contribute') this.#want({ ...effect.draft, value: this.places.length })
      if (effect.type === 'say') this.#want(effect.draft)
      if (effect.type === 'desist') this.#desist()
    }
  }

  #want(draft: ArticleDraft): void {
    this.wanted.push(draft)
    this.places.push(hexOf(encodeSlot(draft)))
  }

  /** A contribution that nobody has signed yet is not signed any more. */
  #desist(): void {
    this.wanted.splice(0, Number.POSITIVE_INFINITY, ...this.wanted.filter(({ kind }) => kind !== 'contribution'))
  }
}

type Move =
  | { readonly what: 'sign' | 'hear'; readonly who: number; readonly at: number }
  | { readonly what: 'happen'; readonly who: number; readonly event: RoomEvent }

const timers: readonly TimerName[] = ['answers', 'begin', 'phase', 'regroup', 'gather', 'pull', 'judge', 'expiry']
const event: fc.Arbitrary<RoomEvent> = fc.oneof(
  fc.constant<RoomEvent>({ type: 'accept', nonce: idOf('2') }),
  fc.constant<RoomEvent>({ type: 'accept', nonce: idOf('3') }),
  fc.constant<RoomEvent>({ type: 'decline', reason: 'no' }),
  fc.constant<RoomEvent>({ type: 'abort', reason: 'STOPPED', detail: 'the node stops' }),
  fc.constant<RoomEvent>({ type: 'failed', reason: 'FAILED', detail: 'it could not' }),
  fc.constantFrom(...timers).map((name): RoomEvent => ({ type: 'timer', name })),
)
const who = fc.nat(1)
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ what: fc.constantFrom('sign' as const, 'hear' as const), who, at: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('happen' as const), who, event }) },
)

async function play(moves: readonly Move[]): Promise<readonly Member[]> {
  const invitation = await invite()
  const members = [new Member(alice, 0, invitation), new Member(bob, 1, invitation)]
  for (const member of members) member.happen({ type: 'heard', article: invitation })
  for (const next of moves) {
    const member = members[next.who]
    if (member === undefined) continue
    if (next.what === 'happen') member.happen(next.event)
    if (next.what === 'hear') {
      const [article] = member.coming.splice(next.at % Math.max(1, member.coming.length), 1)
      if (article !== undefined) member.happen({ type: 'heard', article })
    }
    if (next.what !== 'sign') continue
    const draft = member.wanted.shift()
    const article = draft && (await say(draft, { identity: member.identity }))
    if (article === undefined) continue
    member.happen({ type: 'heard', article })
    for (const other of members) if (other !== member) other.coming.push(article)
  }
  return members
}

function expectHonest(members: readonly Member[]): void {
  for (const { places, room } of members) {
    expect(new Set(places).size).toBe(places.length)
    expect(room.culprits).toEqual([])
  }
}

const numRuns = process.env['RONDO_TIER'] === 'full' ? 3_000 : 150

test('nobody honest says two things in one place, whatever its program wants', async () => {
  const moves = fc.array(move, { minLength: 5, maxLength: 120 })
  const begun: Move[] = [{ what: 'happen', who: 1, event: { type: 'accept', nonce: idOf('2') } }]
  await fc.assert(
    fc.asyncProperty(moves, fc.boolean(), async (list, isAccepted) => {
      expectHonest(await play(isAccepted ? [...begun, ...list] : list))
    }),
    { numRuns },
  )
})

test('two who go on without a word come to the end', async () => {
  const inTurn = Array.from(
    { length: 120 },
    (_, at): Move => ({ what: at % 4 < 2 ? 'sign' : 'hear', who: at % 2, at: 0 }),
  )
  const members = await play([{ what: 'happen', who: 1, event: { type: 'accept', nonce: idOf('2') } }, ...inTurn])
  expectHonest(members)
  for (const { room } of members) expect(room.outcome).toMatchObject({ status: 'completed', result: 1 })
})

test('who takes its word back before it was heard answers once', async () => {
  for (const [first, second] of [
    [
      { type: 'accept', nonce: idOf('2') },
      { type: 'abort', reason: 'STOPPED', detail: 'the node stops' },
    ],
    [
      { type: 'decline', reason: 'no' },
      { type: 'abort', reason: 'STOPPED', detail: 'the node stops' },
    ],
    [
      { type: 'accept', nonce: idOf('2') },
      { type: 'decline', reason: 'no' },
    ],
    [
      { type: 'abort', reason: 'STOPPED', detail: 'the node stops' },
      { type: 'accept', nonce: idOf('2') },
    ],
  ] as const) {
    const steps = [first, second].map((event): Move => ({ what: 'happen', who: 1, event }))
    const signing = Array.from({ length: 3 }, (): Move => ({ what: 'sign', who: 1, at: 0 }))
    expectHonest(await play([...steps, ...signing]))
  }
})
