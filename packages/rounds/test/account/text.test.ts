import { describe, expect, test } from 'vitest'
import { type Account, accountOf } from '../../src/account/account.js'
import { describeProgress, describeRound } from '../../src/account/text.js'
import type { AbortReason } from '../../src/room/room.js'
import { commit, join, peerIdOf, RoomBuilder, reveal } from './room-builder.js'
import { type Story, stories } from './stories.js'

const textOf = (story: Story) => describeRound(accountOf(stories[story]()))
const short = (member: number) => `${peerIdOf(member).slice(0, 8)}…`

describe('a round as a terminal shows it', () => {
  test('when it completed', () => {
    expect(`\n${textOf('completed by five')}\n`).toBe(`
dice 1, round a97b0931…, as z6MkkBdu… saw it

  z6MkkBdu…  dealer  host, this member
  z6MkpmBv…  player  accepted after 37 ms
  z6Mkhooj…  player  accepted after 44 ms
  z6MknymU…  player  accepted after 51 ms
  z6Mkv3eZ…  player  accepted after 58 ms

     130 ms  join     5 of 5  in 42 ms, z6Mkv3eZ… last
     172 ms  commit   5 of 5  in 70 ms, z6Mkv3eZ… last
     242 ms  reveal   5 of 5  in 70 ms, z6Mkv3eZ… last
     312 ms  confirm  5 of 5  in 70 ms, z6Mkv3eZ… last

Completed after 415 ms: { roll: 4 }.
All 5 members signed that they saw the same.
`)
  })

  test('when a member said two things', () => {
    expect(`\n${textOf('two things were said')}\n`).toBe(`
dice 1, round a97b0931…, as z6Mkhooj… saw it

  z6MkkBdu…  host
  z6MkpmBv…  accepted after 37 ms
  z6Mkhooj…  accepted after 44 ms, this member
  z6MknymU…  accepted after 51 ms
  z6Mkv3eZ…  accepted after 58 ms

     130 ms  join    5 of 5  in 42 ms, z6Mkv3eZ… last
     172 ms  commit  5 of 5  in 70 ms, z6Mkv3eZ… last
     242 ms  reveal  3 of 5  z6Mkhooj… and z6Mkv3eZ… had not spoken yet
     340 ms  convicted: z6MknymU… said two different things in reveal
     342 ms  z6Mkhooj…, z6MkkBdu… and z6MkpmBv… stopped in reveal over a conviction
             confirm  not reached

Aborted after 342 ms: z6MknymU… said two different things in reveal.
Its own signature shows it, and anybody can check that.
`)
  })

  test('when one of a hundred was silent', () => {
    expect(`\n${textOf('a hundred, one of them silent')}\n`).toBe(`
dice 1, round a97b0931…, as z6MkkBdu… saw it

  100 invited: 100 would take part
  z6MkkBdu…  host, this member

     150 ms  join    100 of 100  in 101 ms, z6Mkg4gp… last
     251 ms  commit  100 of 100  in 200 ms, z6MkgbUG… last
     451 ms  reveal   99 of 100  missing z6Mkpe59…
     10.5 s  z6MkkBdu…, z6MkpmBv… and 97 more gave up in reveal after waiting for z6Mkpe59…
             confirm  not reached

Aborted after 10.5 s: z6Mkpe59… was silent for too long in reveal.
Silence makes a suspect, not a culprit: the network may have kept back what it said.
`)
  })
})

describe('what happened, in a sentence or two', () => {
  const lastPart = (text: string) => (text.split('\n\n').at(-1) ?? '').replaceAll('\n', ' ')

  test('who went no further is told in its own words, and suspected only where it gave no reason', () => {
    const account = accountOf(stories['somebody declined']())
    if (account.outcome?.status !== 'aborted') throw new Error('not aborted')
    const closed = { why: 'closed' as const, member: 2, phase: 'reveal', by: [] }
    const outcome = { ...account.outcome, reason: 'CLOSED' as const, detail: 'words', suspects: [closed] }
    expect(lastPart(describeRound({ ...account, outcome }))).toBe(
      `Aborted after 1.24 s: ${short(2)} went no further: “words”.`,
    )
    expect(lastPart(describeRound({ ...account, outcome: { ...outcome, declined: [] } }))).toBe(
      `Aborted after 1.24 s: ${short(2)} went no further: “words”. To go no further breaks no rule: it is a suspect, not a culprit.`,
    )
  })

  test('a result that is long has a sentence of its own', () => {
    const account = accountOf(stories['completed by five']())
    if (account.outcome?.status !== 'completed') throw new Error('not completed')
    const result = `[${'0123456789'.repeat(20)}]`
    const told = lastPart(describeRound({ ...account, outcome: { ...account.outcome, result } }))
    expect(told).toMatch(/^Completed after 415 ms\. All 5 members .* It came to \[0123.*\]\.$/)
  })

  test.each<[Story, string]>([
    [
      'a fault',
      `Aborted after 256 ms: ${short(1)} broke the protocol in reveal: “the opening does not match its commitment”. Its own signature shows it, and anybody can check that.`,
    ],
    [
      'two were silent',
      `Aborted after 10.3 s: ${short(2)} and ${short(3)} were silent for too long in reveal. Silence makes suspects, not culprits: the network may have kept back what they said.`,
    ],
    [
      'somebody declined',
      `Aborted after 1.24 s: ${short(2)} would not go on: “the coin is spent”. Whoever declines breaks no rule.`,
    ],
    [
      'too few accepted',
      `Aborted after 10.0 s: it takes 3 members, and 2 would take part, the host among them. ${short(2)} declined: “too many sides”. ${short(3)} did not answer.`,
    ],
    ['left out', 'Aborted after 1.89 s: the others play without this member.'],
    [
      'two attempts',
      `Completed after 552 ms: { roll: 4 }. All 4 members signed that they saw the same. ${short(4)} broke the protocol in reveal: “the opening does not match its commitment”. Attempt 2 did without ${short(4)}`,
    ],
    [
      'completed after all',
      'Completed after 11.9 s: { roll: 4 }. All 3 members signed that they saw the same. This member had given it up after 10.3 s, and learned of the others’ words later.',
    ],
    [
      'may be completed',
      `Aborted after 10.3 s: ${short(2)} was silent for too long in confirm. Silence makes a suspect, not a culprit: the network may have kept back what it said. This member had said all that the others need: they may complete the round, and then it learns the result.`,
    ],
    ['under way', `Under way: commit, 2 of 5, waiting for ${short(1)}, ${short(2)} and ${short(4)}`],
  ])('%s', (story, told) => {
    expect(lastPart(textOf(story))).toBe(told)
  })

  test.each<[AbortReason, string]>([
    ['EQUIVOCATION', 'somebody said two things in one place.'],
    ['FAULT', 'a contribution broke the protocol: “words”.'],
    ['TIMEOUT', 'words. This member had not spoken in join itself.'],
    ['CLOSED', 'another member went no further: “words”.'],
    ['CANCELLED', 'the host called it off: “words”.'],
    ['DECLINED', 'a member would not go on: “words”. Whoever declines breaks no rule.'],
    ['FAILED', 'this member could not go on: “words”.'],
    ['COPIED', 'two members said the same where all have to differ.'],
    ['NO_RESULT', 'every contribution holds, and together they lead to no result: “words”.'],
    ['RESTARTED', 'this member restarted, and takes no part in the rounds of a former life.'],
    ['STOPPED', 'this member’s program gave it up: “words”.'],
  ])('%s, where nobody is named', (reason, told) => {
    const room = new RoomBuilder({ members: 2 }).attempt(1, [0, 1]).abort(5, reason, { detail: 'words' }).room()
    expect(lastPart(describeRound(accountOf(room)))).toBe(`Aborted after 5 ms: ${told}`)
  })

  test('a refusal after a conviction: who is convicted is named beside who refused', () => {
    const room = new RoomBuilder({ members: 3 })
      .attempt(1, [0, 1, 2])
      .convict(3, 1, 'fault', 'reveal', 'wrong')
      .abort(5, 'DECLINED', { declined: [{ member: 2, reason: 'once is enough' }] })
      .room()
    expect(lastPart(describeRound(accountOf(room)))).toBe(
      `Aborted after 5 ms: ${short(2)} would not go on: “once is enough”. ${short(1)} broke the protocol in reveal: “wrong”. Its own signature shows it, and anybody can check that. Whoever declines breaks no rule.`,
    )
  })

  test.each([
    [
      'accused',
      `${short(1)} was silent in reveal, as ${short(2)} says. It is a suspect, not a culprit: the network may have kept back what it said.`,
    ],
    [
      'astray',
      `${short(1)} says it saw something else before reveal, and did not show it. It is a suspect, not a culprit: others may have told it another story.`,
    ],
    [
      'copied',
      `${short(1)} said the same in reveal, where all have to differ. They are suspects, not culprits: nothing shows who copied from whom.`,
    ],
  ] as const)('a suspect is no culprit: %s', (why, told) => {
    const suspects = [{ member: 1, why, phase: 'reveal', by: [2] }]
    const twice = why === 'copied' ? [...suspects, { member: 1, why, phase: 'reveal', by: [] }] : suspects
    const room = new RoomBuilder({ members: 3 }).attempt(1, [0, 1, 2]).abort(5, 'STOPPED', { suspects: twice }).room()
    const text = lastPart(describeRound(accountOf(room))).replace(`${short(1)} and ${short(1)}`, short(1))
    expect(text).toBe(`Aborted after 5 ms: this member’s program gave it up. ${told}`)
  })

  test.each([
    ['inviting', 'Under way: 1 of 2 have answered the invitation.'],
    ['invited', `Invited by ${short(0)}, and not answered yet.`],
    ['accepted', `Accepted, and waiting for ${short(0)} to begin.`],
    ['regrouping', 'Under way: attempt 0 is over, and another may follow.'],
    ['over', 'This member contributes no more, and does not know how the round ends.'],
  ] as const)('before there is an outcome: %s', (stage, told) => {
    const room = new RoomBuilder({ members: 3 }).answer(3, 1).stage(stage).room()
    expect(lastPart(describeRound(accountOf(room)))).toBe(told)
  })
})

test('members whose ids begin alike are told apart', () => {
  const account = accountOf(stories['completed by five']())
  const alike = 'z6MkkBdu1111111111111111111111111111111111111111'
  const members = account.members.map((each, member) => (member === 3 ? { ...each, peerId: alike } : each))
  const text = describeRound({ ...account, members })
  expect(text).toContain('z6MkkBdu1…')
  expect(text).toContain('z6MkkBduW…')
  expect(text).toContain(short(1))
})

test('what peers wrote keeps to its line, moves no cursor and closes no quotation', () => {
  const room = new RoomBuilder({ members: 3, roles: ['\u202eroles\u0007', undefined, undefined] })
    .attempt(1, [0, 1, 2])
    .sayAll(2, join)
    .close(90, 1, 'declined', { phase: commit, detail: 'done”.\n\n\u001b[2JCompleted after 3 ms: “all is well' })
    .room()
  const text = describeRound(accountOf(room))
  expect(text).toContain(`${short(1)} would not go on in commit: “done'. \ufffd[2JCompleted after 3 ms: 'all is well”`)
  expect(text).toContain('\ufffdroles\ufffd')
})

test('those who stopped for the same reason share a line, and those who did not have one each', () => {
  const room = new RoomBuilder({ members: 4 })
    .attempt(1, [0, 1, 2, 3])
    .sayAll(2, join)
    .sayAll(50, commit)
    .close(100, 1, 'failed', { phase: reveal, detail: 'no key' })
    .close(101, 2, 'closed', { phase: reveal, detail: 'no key' })
    .close(102, 3, 'closed', { phase: reveal, detail: 'no key' })
    .close(103, 0, 'cancelled', { phase: reveal })
    .room()
  const lines = describeRound(accountOf(room)).split('\n')
  expect(lines).toContain(`     100 ms  ${short(1)} could not go on in reveal: “no key”`)
  expect(lines).toContain(`     101 ms  ${short(2)} and ${short(3)} went no further in reveal`)
  expect(lines).toContain(`     103 ms  ${short(0)} called it off in reveal`)
})

test.each([
  [[0, 1, 2, 3], `phase 2 of 4 (commit), waiting for ${short(0)} and 3 more`],
  [[0, 1], `phase 2 of 4 (commit), waiting for ${short(0)} and ${short(1)}`],
  [[2], `phase 2 of 4 (commit), waiting for ${short(2)}`],
  [[], 'phase 2 of 4 (commit), complete'],
])('progress in one line, waiting for %j', (members, line) => {
  expect(describeProgress({ phase: 'commit', index: 2, of: 4, waitingFor: members.map(peerIdOf) })).toBe(line)
})

test('an account that came through JSON reads the same', () => {
  const account = accountOf(stories['two attempts']())
  const parsed: Account = JSON.parse(JSON.stringify(account))
  expect(describeRound(parsed)).toBe(describeRound(account))
})
