import { expect, test } from 'vitest'
import type { AuthorPhase, Plan } from '../../src/plan/plan.js'
import { replay } from '../../src/room/replay.js'
import { digest } from '../account/room-builder.js'
import { articleOf, type Table } from './harness.js'
import { odd, phases, planOf } from './plans.js'
import { attemptOf, culpritsOf, outcomeOf, reasonsIn, saidBy, under, wantedBy } from './scenes.js'

/** What a member is about to contribute is something else. */
function sayInstead(table: Table, member: number, value: unknown): void {
  table.utter(member, (draft) => (draft.kind === 'contribution' ? { ...draft, value } : draft))
}

/** The same protocol, with another function somewhere. */
function planWith(name: string, part: Partial<AuthorPhase>): Plan {
  const plan = planOf()
  return {
    ...plan,
    phases: plan.phases.map((phase) => (phase.kind === 'said' && phase.name === name ? { ...phase, ...part } : phase)),
  }
}

test('everybody contributes once a phase, and comes to the same result', () => {
  const table = under('join').settle()
  expect(reasonsIn(table)).toEqual(['completed', 'completed', 'completed'])
  // 1, 11 and 21 in the first phase, 3, 13 and 23 in the third.
  expect(outcomeOf(table, 1)).toMatchObject({ result: { sum: 72 } })
})

test('who has a role is seen in it', () => {
  const table = under('join', { roles: ['dealer', undefined, 'dealer'] }).settle()
  expect(outcomeOf(table, 1)).toMatchObject({ result: { dealers: 2 } })
})

test('what comes early waits until everything that it rests on is there', () => {
  const table = under('one')
  for (const member of [0, 1, 2]) table.utter(member)
  for (const article of saidBy(table, 2, 'contribution')) table.hear(1, article)
  for (const member of [0, 2]) for (const article of table.missedBy(member)) table.hear(member, article)
  table.utter(2)
  const [, agreed] = saidBy(table, 2, 'contribution')
  if (agreed === undefined) throw new Error('it has agreed')
  table.hear(1, agreed)
  expect(attemptOf(table, 1).said[phases.agreed]?.[2]).toMatchObject({ state: 'early' })
  for (const article of table.missedBy(1)) table.hear(1, article)
  expect(attemptOf(table, 1).said[phases.agreed]?.[2]).toMatchObject({ state: 'accepted' })
})

test('what is said two phases ahead is not kept: nobody who plays by the rules can have come so far', () => {
  const table = under('one')
  const { id, round } = attemptOf(table, 1)
  const ahead = (phase: number) =>
    articleOf(2, { kind: 'contribution', round, attempt: id, phase, digest: digest('ahead'), value: undefined })
  expect(table.hear(1, ahead(phases.two))).toEqual([])
  expect(attemptOf(table, 1).said[phases.two]?.[2]).toBeUndefined()
  table.hear(1, ahead(phases.agreed))
  expect(attemptOf(table, 1).said[phases.agreed]?.[2]).toMatchObject({ state: 'early' })
})

test('who saw something else before leads astray, is asked, and is convicted of nothing', () => {
  const table = under('agreed')
  table.utter(2, (draft) => ({ ...draft, digest: digest('something else') }))
  const [, agreed] = saidBy(table, 2, 'contribution')
  if (agreed === undefined) throw new Error('it has agreed')
  expect(table.hear(1, agreed)).toContainEqual({ type: 'ask', member: 2 })
  table.settle()
  table.ring(1, 'phase')
  expect(outcomeOf(table, 1)).toMatchObject({
    ...{ reason: 'TIMEOUT', culprits: [], suspects: [{ member: 2, why: 'astray', phase: 'agreed' }] },
  })
})

test('who confirms something else first and the right thing later keeps nobody from completing', () => {
  const table = under('confirm')
  const [draft] = table.player(2).wanted
  if (draft?.kind !== 'contribution') throw new Error('it is about to confirm')
  const astray = table.say(2, { ...draft, digest: digest('something else') })
  table.hear(1, astray)
  table.settle()
  expect(culpritsOf(table.player(1).room)).toEqual(['2 equivocation confirm'])
  expect(outcomeOf(table, 1)).toMatchObject({ status: 'completed' })
})

test('what check refutes convicts, whoever else is late', () => {
  const table = under('one')
  sayInstead(table, 2, odd.refuted)
  table.settle([1])
  expect(culpritsOf(table.player(0).room)).toEqual(['2 fault one'])
  expect(outcomeOf(table, 0)).toMatchObject({ reason: 'FAULT', detail: 'it is refuted', suspects: [] })
})

test.each([
  ['what the schema refuses', 'one', odd.text],
  ['something said where there is nothing to say', 'agreed', 1],
] as const)('%s convicts', (_, phase, value) => {
  const table = under(phase)
  sayInstead(table, 2, value)
  table.settle()
  expect(reasonsIn(table)).toEqual(['FAULT', 'FAULT', 'FAULT'])
  expect(culpritsOf(table.player(0).room)).toEqual([`2 fault ${phase}`])
})

test('where check fails nobody is convicted, nor said to be missing who was heard', () => {
  const table = under('one')
  sayInstead(table, 0, odd.checkFails)
  table.settle([1, 2])
  sayInstead(table, 1, 5)
  for (const article of saidBy(table, 1, 'contribution')) table.hear(2, article)
  for (const article of saidBy(table, 0, 'contribution')) table.hear(2, article)
  expect(outcomeOf(table, 2)).toMatchObject({ reason: 'FAILED', culprits: [], suspects: [] })
  expect(table.player(2).wanted.find(({ kind }) => kind === 'closing')).toMatchObject({ missing: [] })
})

test('two who say the same are both suspected where that is forbidden, and neither suspects itself', () => {
  const table = under('one', { distinct: true })
  sayInstead(table, 0, 7)
  sayInstead(table, 1, 7)
  table.settle()
  const copied = (...members: readonly number[]) =>
    members.map((member) => ({ member, why: 'copied', phase: 'one', by: [] }))
  expect(outcomeOf(table, 0)).toMatchObject({ reason: 'COPIED', suspects: copied(1) })
  expect(outcomeOf(table, 1)).toMatchObject({ reason: 'COPIED', suspects: copied(0) })
  expect(outcomeOf(table, 2)).toMatchObject({ reason: 'COPIED', suspects: copied(0, 1) })
  expect(replay(planOf({ distinct: true }), table.said)?.attempts).toMatchObject([{ phase: phases.one }])
})

test('two who say the same are free to where that is not forbidden', () => {
  const table = under('one')
  sayInstead(table, 0, 7)
  sayInstead(table, 1, 7)
  expect(reasonsIn(table.settle())).toEqual(['completed', 'completed', 'completed'])
})

test('who breaks the protocol is convicted where all are judged together, and not that there is no result', () => {
  const table = under('two', { second: 'together' })
  sayInstead(table, 1, odd.refuted)
  table.settle()
  expect(reasonsIn(table)).toEqual(['FAULT', 'FAULT', 'FAULT'])
  expect(culpritsOf(table.player(2).room)).toEqual(['1 fault two'])
})

test('what holds together is not judged alone', () => {
  const table = under('two', { second: 'forgiving' })
  sayInstead(table, 1, odd.refuted)
  expect(reasonsIn(table.settle())).toEqual(['completed', 'completed', 'completed'])
})

test.each([
  ['does not hold together, though each does alone', odd.apart, 'NO_RESULT'],
  ['cannot be judged together', odd.togetherFails, 'FAILED'],
  ['has no result', odd.noResult, 'NO_RESULT'],
] as const)('what %s ends the round and convicts nobody', (_, value, reason) => {
  const table = under('two', { second: 'together' })
  sayInstead(table, 1, value)
  table.settle()
  expect(reasonsIn(table)).toEqual([reason, reason, reason])
  for (const { room } of table.players) expect(room.culprits).toEqual([])
  expect(attemptOf(table, 2)).toMatchObject({ isStuck: true, phase: phases.two })
})

test('what was judged once is not judged again with everything that is heard later', () => {
  let judged = 0
  const checkTogether = (): boolean => {
    judged += 1
    return false
  }
  const table = under('two', { plan: planWith('two', { checkTogether }) }).settle()
  const once = judged
  for (const { number } of table.players) for (const name of ['pull', 'phase'] as const) table.ring(number, name)
  expect(judged).toBe(once)
})

test.each([
  ['check', { check: () => throwNothingLike() }],
  ['checkTogether', { checkTogether: () => throwNothingLike() }],
] as const)('a %s that throws what has no words ends the round and nothing else', (_, part) => {
  const table = under('two', { plan: planWith('two', part) }).settle()
  expect(reasonsIn(table)).toEqual(['FAILED', 'FAILED', 'FAILED'])
})

function throwNothingLike(): never {
  throw Object.create(null)
}

test('who asks for progress learns who is waited for', () => {
  const table = under('one')
  table.utter(0)
  const [said] = saidBy(table, 0, 'contribution')
  if (said === undefined) throw new Error('it was said')
  expect(table.hear(2, said)).toContainEqual({ type: 'progress', attempt: 1, phase: phases.one, waitingFor: [1, 2] })
  expect(wantedBy(table, 2)).toEqual(['contribution'])
})
