import { expect, test } from 'vitest'
import { accountOf } from '../../src/account/account.js'
import type { Room } from '../../src/room/room.js'
import { digest, peerIdOf, RoomBuilder, reveal } from './room-builder.js'
import { type Story, stories } from './stories.js'

const refuse = () => {
  throw new Error('caught')
}
const accountIn = (story: Story) => accountOf(stories[story]())
const all = Object.keys(stories) as Story[]

test.each(all)('JSON keeps all of an account: %s', (story) => {
  const account = accountIn(story)
  expect(JSON.parse(JSON.stringify(account))).toStrictEqual(account)
})

test('times count from the first that happened, and a clock that is set back stands still', () => {
  const room = stories['completed by five']()
  const [first, second, ...others] = room.history
  if (first === undefined || second === undefined) throw new Error('nothing happened')
  const setBack = { ...room, history: [first, { ...second, atMs: first.atMs - 5_000 }, ...others] }
  const { members, durationMs } = accountOf(setBack)
  expect(members[1]?.answeredMs).toBe(0)
  expect(members[2]?.answeredMs).toBe(44)
  expect(durationMs).toBe(415)
})

test('no number of another member’s clock is in it', () => {
  const room = stories['two things were said']()
  const later = <T extends object>(article: T): T => ({ ...article, createdMs: 987_654_321, expiresMs: 987_654_322 })
  const attempts = room.attempts.map((attempt) => ({
    ...attempt,
    said: attempt.said.map((row) => row.map((saying) => saying && { ...saying, article: later(saying.article) })),
  }))
  const changed: Room = { ...room, invitation: later(room.invitation), articles: room.articles.map(later), attempts }
  expect(accountOf(changed)).toEqual(accountOf(room))
})

test('phases tell who said what when, and who was missing', () => {
  const { attempts } = accountIn('two were silent')
  const [join, , revealed, confirmed] = attempts[0]?.phases ?? []
  expect(join).toMatchObject({ name: 'join', state: 'complete', beganMs: 130, endedMs: 172, missing: [] })
  expect(join?.said[1]).toEqual({ member: 1, atMs: 142, hash: digest('1 says 0 in attempt 1'), state: 'accepted' })
  expect(revealed).toMatchObject({ state: 'incomplete', beganMs: 242, missing: [2, 3] })
  expect(revealed?.said.map(({ member, atMs }) => [member, atMs])).toEqual([
    [0, 280],
    [1, 301],
    [4, 344],
  ])
  expect(revealed).not.toHaveProperty('endedMs')
  expect(confirmed).toEqual({ name: 'confirm', state: 'not reached', said: [], missing: [] })
})

test('convictions name the statements that convict, and a faulty contribution is told apart', () => {
  const { convictions, attempts, outcome } = accountIn('a fault')
  const hash = digest('1 says 2 in attempt 1')
  expect(convictions).toEqual([
    {
      member: 1,
      atMs: 255,
      attempt: 1,
      phase: 'reveal',
      kind: 'fault',
      reason: 'the opening does not match its commitment',
      evidence: [hash],
    },
  ])
  expect(attempts[0]?.phases[reveal]?.said[1]).toMatchObject({ member: 1, state: 'refuted', hash })
  expect(outcome).toMatchObject({ reason: 'FAULT', culprits: [1] })
  expect(accountIn('two things were said').convictions[0]?.evidence).toHaveLength(2)
})

test('closings tell who went no further, when, why, and for whom it had waited', () => {
  expect(accountIn('two were silent').closings[0]).toEqual({
    member: 0,
    atMs: 10_281,
    attempt: 1,
    phase: 'reveal',
    reason: 'timeout',
    detail: '',
    missing: [2, 3],
  })
})

test('members tell whether they came along, and in which role', () => {
  expect(
    accountIn('too few accepted').members.map(({ answer, reason, answeredMs }) => [answer, reason, answeredMs]),
  ).toEqual([
    ['host', undefined, undefined],
    ['accepted', undefined, 41],
    ['declined', 'too many sides', 66],
    ['unknown', undefined, undefined],
  ])
  expect(accountIn('completed by five').members[1]).toEqual({
    peerId: peerIdOf(1),
    role: 'player',
    answer: 'accepted',
    answeredMs: 37,
  })
})

test('a further attempt ends the one before, and an abort may be followed by a completion', () => {
  const { attempts } = accountIn('two attempts')
  expect(attempts.map(({ number, roster, endedMs }) => [number, roster.length, endedMs])).toEqual([
    [1, 5, 360],
    [2, 4, 552],
  ])
  expect(accountIn('completed after all').endings.map(({ status }) => status)).toEqual(['aborted', 'completed'])
})

test('of a round that nobody has begun there is an account as well, and of one that is only watched', () => {
  const account = accountOf({ ...new RoomBuilder({ members: 3 }).stage('inviting').room(), history: [] })
  expect(account).toMatchObject({ attempts: [], outcome: { status: 'running' }, durationMs: 0 })
  expect(account).not.toHaveProperty('round')
  expect(accountOf({ ...stories['completed by five'](), me: -1 })).not.toHaveProperty('me')
})

test.each([
  [{ roll: 4 }, '{ roll: 4 }'],
  ['heads', "'heads'"],
  [undefined, 'undefined'],
  [12n, '12'],
  [[1, [2, [3, [4, [5, [6]]]]]], '[1, [2, [3, [4, [5, …]]]]]'],
  [{ key: Uint8Array.of(1, 2, 255) }, '{ key: 0102ff }'],
  [new Uint8Array(64), `${'00'.repeat(16)}… (64 bytes)`],
  [new Map([['a', new Set([1, 2])]]), '{ a: { 1, 2 } }'],
  [
    Array.from({ length: 1_000_000 }, (_, at) => at % 10),
    '[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 999984 more]',
  ],
  [() => 4, 'a function'],
  [
    Object.defineProperty({}, 'trap', {
      enumerable: true,
      get: () => refuse(),
    }),
    'a value that cannot be shown',
  ],
])('a result is shown in a line: case %#', (result, text) => {
  const room = new RoomBuilder({ members: 2 }).attempt(1, [0, 1]).complete(2, { result }).room()
  expect(accountOf(room).outcome).toEqual({ status: 'completed', attempt: 1, result: text })
})

test('a result that is long is cut, and one that contains itself comes to an end', () => {
  const own: Record<string, unknown> = { text: 'long '.repeat(1_000) }
  own['own'] = own
  const room = new RoomBuilder({ members: 2 }).attempt(1, [0, 1]).complete(2, { result: own }).room()
  const { outcome } = accountOf(room)
  expect(outcome.status === 'completed' && outcome.result.length).toBe(240)
})
