import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Account, accountOf } from '../../src/account/account.js'
import { describeProgress, describeRound } from '../../src/account/text.js'
import { renderTimeline } from '../../src/account/timeline.js'
import type { AbortReason, Room } from '../../src/room/room.js'
import { confirm, RoomBuilder } from './room-builder.js'

// Rooms of any shape: what happens in them is drawn at random, sensible or not, and all words in them are hostile.

const fragments = [
  '</title><script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '--><!--',
  ']]>',
  '</style></svg></td></table>',
  '&lt;script&gt;&#60;',
  '{}`${x}\\',
  '\u001b[31m\u0007\r\n\t\u0000',
  '\u202e\u2066\u200f\ufeff\u2028',
  '\ud800',
  'e\u0301\u0301\u0301\u0301\u0301',
  '💥漢字ﷺ',
  '”. Completed after 1 ms: “',
]
const hostile = fc
  .array(fc.oneof(fc.constantFrom(...fragments), fc.string({ unit: 'binary', maxLength: 40 })), { maxLength: 8 })
  .map((parts) => `x${parts.join('')}`.slice(0, 256))

const reasons = [
  'EQUIVOCATION',
  'FAULT',
  'TIMEOUT',
  'CLOSED',
  'NOT_ENOUGH',
  'LEFT_OUT',
  'CANCELLED',
  'DECLINED',
  'FAILED',
  'COPIED',
  'NO_RESULT',
  'RESTARTED',
  'STOPPED',
] as const satisfies readonly AbortReason[]
const stages = ['inviting', 'invited', 'accepted', 'joining', 'running', 'regrouping', 'over'] as const
const closings = ['timeout', 'evidence', 'declined', 'cancelled', 'closed', 'failed'] as const
const whys = ['silent', 'closed', 'accused', 'astray', 'copied'] as const
const states = ['accepted', 'early', 'astray'] as const

const member = fc.nat(99)
const anyStep = fc.oneof(
  fc.record({ do: fc.constant('answer' as const), member, words: fc.option(hostile, { nil: undefined }) }),
  fc.record({ do: fc.constant('attempt' as const), without: fc.uniqueArray(member, { maxLength: 3 }) }),
  fc.record({ do: fc.constant('say' as const), member, phase: fc.nat(confirm), state: fc.constantFrom(...states) }),
  fc.record({ do: fc.constant('sayAll' as const), phase: fc.nat(confirm) }),
  fc.record({
    do: fc.constant('close' as const),
    member,
    reason: fc.constantFrom(...closings),
    phase: fc.nat(255),
    missing: fc.uniqueArray(member, { maxLength: 10 }),
    words: hostile,
  }),
  fc.record({
    do: fc.constant('convict' as const),
    member,
    kind: fc.constantFrom('equivocation' as const, 'fault' as const),
    phase: fc.oneof(fc.constantFrom('commit', 'reveal', 'answer', ''), hostile),
    words: hostile,
  }),
  fc.record({
    do: fc.constant('complete' as const),
    result: fc.anything({ withBigInt: true, withMap: true, withDate: true }),
  }),
  fc.record({
    do: fc.constant('abort' as const),
    reason: fc.constantFrom(...reasons),
    words: hostile,
    suspects: fc.array(
      fc.record({ member, why: fc.constantFrom(...whys), phase: hostile, by: fc.array(member, { maxLength: 4 }) }),
      { maxLength: 5 },
    ),
    declined: fc.array(fc.record({ member, reason: hostile }), { maxLength: 6 }),
    mayBeCompleted: fc.boolean(),
  }),
)

const anyRoom: fc.Arbitrary<Room> = fc
  .record({
    members: fc.integer({ min: 2, max: 100 }),
    me: fc.nat(99),
    roles: fc.array(fc.option(hostile, { nil: undefined }), { maxLength: 100 }),
    stage: fc.constantFrom(...stages),
    steps: fc.array(fc.tuple(fc.integer({ min: -1_000, max: 100_000_000 }), anyStep), { maxLength: 14 }),
  })
  .map(({ members, me, roles, stage, steps }) => {
    const builder = new RoomBuilder({ members, me: me % members, roles })
    let attempts = 0
    for (const [atMs, step] of steps) {
      const own = 'member' in step ? step.member % members : 0
      if (step.do === 'answer') builder.answer(atMs, own, step.words)
      else if (step.do === 'close') builder.close(atMs, own, step.reason, { ...step, detail: step.words })
      else if (step.do === 'convict') builder.convict(atMs, own, step.kind, step.phase, step.words)
      else if (step.do === 'abort') builder.abort(atMs, step.reason, { ...step, detail: step.words })
      else if (step.do === 'attempt' || attempts === 0) {
        const without = step.do === 'attempt' ? step.without : []
        builder.attempt(
          atMs,
          Array.from({ length: members }, (_, each) => each).filter((each) => !without.includes(each)),
        )
        attempts += 1
      } else if (step.do === 'say') builder.say(atMs, step.phase, own, step.state)
      else if (step.do === 'sayAll') builder.sayAll(atMs, step.phase)
      else builder.complete(atMs, step)
    }
    return builder.stage(stage).room()
  })

const runs = { numRuns: process.env['RONDO_TIER'] === 'full' ? 2_000 : 40 }

test('every room has an account, and JSON keeps all of it', () => {
  fc.assert(
    fc.property(anyRoom, (room) => {
      const account = accountOf(room)
      expect(JSON.parse(JSON.stringify(account))).toStrictEqual(account)
    }),
    runs,
  )
})

test('no line of a text is wider than a hundred columns, and none has anything in it that is not seen', () => {
  fc.assert(
    fc.property(anyRoom, (room) => {
      for (const line of describeRound(accountOf(room)).split('\n')) {
        expect(widthOf(line)).toBeLessThanOrEqual(100)
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u)
      }
    }),
    runs,
  )
})

/** At most so wide: a terminal shows what is foreign in two columns. */
function widthOf(line: string): number {
  return [...line].reduce((columns, point) => columns + (/[\p{ASCII}\u0080-\u10ff…“”’]/u.test(point) ? 1 : 2), 0)
}

test('progress is one line of at most a hundred columns, whatever the phase is called', () => {
  fc.assert(
    fc.property(hostile, fc.nat(99), fc.array(hostile), (phase, index, waitingFor) => {
      const line = describeProgress({ phase, index, of: 100, waitingFor })
      expect(widthOf(line)).toBeLessThanOrEqual(100)
      expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u)
    }),
    runs,
  )
})

test('no words break out of a page: it has the same tags and attributes as with words that are harmless', () => {
  fc.assert(
    fc.property(anyRoom, (room) => {
      const account = accountOf(room)
      expect(skeletonOf(renderTimeline(account))).toBe(skeletonOf(renderTimeline(harmless(account))))
    }),
    runs,
  )
})

test('an account that somebody made up breaks out of nothing either', () => {
  fc.assert(
    fc.property(anyRoom, hostile, (room, words) => {
      const account = accountOf(room)
      const members = account.members.map((each, at) => ({ ...each, peerId: `${at}${words}` }))
      const made = { ...account, members, protocol: words, room: words, round: words }
      const dull = {
        ...account,
        members: account.members.map((each, at) => ({ ...each, peerId: `${at}x` })),
        protocol: 'x',
        room: 'x',
        round: 'x',
      }
      expect(skeletonOf(renderTimeline(made))).toBe(skeletonOf(renderTimeline(dull)))
      for (const line of describeRound(made).split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(100)
    }),
    runs,
  )
})

/** Every text of a stranger replaced. Names of phases stay where they decide what is drawn. */
function harmless(account: Account): Account {
  return JSON.parse(JSON.stringify(account), (key, value: unknown) => {
    const isWords = ['reason', 'detail', 'role', 'result'].includes(key) && typeof value === 'string'
    const isFixed = isWords && [...reasons, ...closings].some((fixed) => fixed === value)
    return isWords && !isFixed && value !== '' ? 'x' : value
  })
}

/** The page without its texts and the values of its attributes, but for those that are its own. */
function skeletonOf(page: string): string {
  const body = page.slice(page.indexOf('</style>'))
  expect(body.replace(/<[^<>]*>/g, '')).not.toMatch(/[<>]/)
  return (body.match(/<[^<>]*>/g) ?? [])
    .map((tag) => tag.replace(/ (?:title|aria-label)="[^"]*"/g, ' text=""').replace(/"[^"]*"/g, '""'))
    .join('\n')
}
