import { describe, expect, test } from 'vitest'
import type { Table } from './harness.js'
import { odd } from './plans.js'
import { attemptOf, outcomeOf, reasonsIn, saidBy, under, wantedBy } from './scenes.js'

const retry = { members: 4, minimum: 2, retries: 1 } as const

/** The last member is silent in the phase under way, for longer than it may be. */
function lateIn(table: Table): Table {
  table.settle([3])
  for (const member of [0, 1, 2]) table.ring(member, 'phase')
  return table.settle([3])
}

function lieIn(table: Table, member: number): Table {
  table.utter(member, (draft) => (draft.kind === 'contribution' ? { ...draft, value: odd.refuted } : draft))
  return table.settle()
}

describe('a further attempt', () => {
  test('goes without who was convicted', () => {
    const table = lieIn(under('two', retry), 2)
    expect(reasonsIn(table)).toEqual(['completed', 'completed', undefined, 'completed'])
    expect(attemptOf(table, 0)).toMatchObject({ number: 2, roster: [0, 1, 3] })
  })

  test('is proposed by the next one where the first was convicted', () => {
    const table = lieIn(under('two', retry), 0)
    expect(reasonsIn(table).slice(1)).toEqual(['completed', 'completed', 'completed'])
    expect(attemptOf(table, 1).proposal.roster).toEqual([1, 2, 3])
  })

  test('goes without who was silent for most, where the definition allows it', () => {
    const table = lateIn(under('two', { ...retry, leaveOut: 'suspects' }))
    expect(reasonsIn(table).slice(0, 3)).toEqual(['completed', 'completed', 'completed'])
    expect(attemptOf(table, 0)).toMatchObject({ number: 2, roster: [0, 1, 2] })
  })

  test('is tried with everybody where the definition leaves out nobody for silence', () => {
    const table = under('two', retry)
    table.settle([3])
    for (const member of [0, 1, 2]) table.ring(member, 'phase')
    table.settle([3])
    table.ring(0, 'gather')
    table.settle([3])
    expect(attemptOf(table, 0)).toMatchObject({ number: 2, roster: [0, 1, 2, 3], phase: 0 })
    table.settle()
    for (const { number } of table.players) expect(attemptOf(table, number).number).toBeLessThan(3)
  })

  test('comes at once when a proposal was there before this member closed', () => {
    const table = under('two', { ...retry, leaveOut: 'suspects' })
    table.settle([3, 2])
    for (const member of [0, 1]) table.ring(member, 'phase')
    table.settle([2, 3])
    table.ring(0, 'gather')
    table.settle([2, 3])
    table.utter(2)
    for (const article of table.missedBy(2)) table.hear(2, article)
    table.ring(2, 'phase')
    expect(wantedBy(table, 2)).toContain('closing')
  })

  test.each([
    ['no retry is left', { retries: 0 }],
    ['the definition leaves out nobody', { leaveOut: 'nobody' as const }],
    ['too few would stay', { minimum: 4 }],
  ])('does not come where %s', (_, more) => {
    const table = lieIn(under('two', { ...retry, ...more }), 2)
    for (const { number } of table.players) table.ring(number, 'regroup')
    expect(reasonsIn(table)).toEqual(['FAULT', 'FAULT', 'FAULT', 'FAULT'])
    expect(attemptOf(table, 0).number).toBe(1)
  })

  test('is followed by nobody who has confirmed', () => {
    const table = under('confirm', { ...retry, leaveOut: 'suspects' })
    table.settle([3])
    table.ring(0, 'phase')
    expect(outcomeOf(table, 0)).toMatchObject({ reason: 'TIMEOUT', mayBeCompleted: true })
    table.settle()
    expect(reasonsIn(table)).toEqual(['completed', 'completed', 'completed', 'completed'])
  })

  test('that fails is not put down to whom the first one was without', () => {
    const table = under('two', { ...retry, retries: 2 })
    table.utter(3, (draft) => (draft.kind === 'contribution' ? { ...draft, value: odd.refuted } : draft))
    table.settle([2])
    for (const article of table.missedBy(2)) table.hear(2, article)
    while (table.player(2).wanted.length > 0) table.utter(2)
    table.settle([2])
    for (const member of [0, 1]) table.ring(member, 'phase')
    table.settle([2])
    for (const member of [0, 1]) table.ring(member, 'regroup')
    expect(outcomeOf(table, 0)).toMatchObject({
      ...{ reason: 'TIMEOUT', culprits: [{ member: 3 }], suspects: [{ member: 2, why: 'silent', phase: 'join' }] },
    })
  })
})

test('who proposes something that the others have no reason for is followed by nobody', () => {
  const table = under('two', { ...retry, leaveOut: 'suspects' })
  table.ring(0, 'phase')
  table.ring(1, 'phase')
  for (const member of [0, 1]) while (table.utter(member) !== undefined);
  const { id } = attemptOf(table, 0)
  const proposal = { roster: [0, 1, 2], answers: [], culprits: [3], suspects: [] }
  const [join] = saidBy(table, 0, 'join')
  if (join?.kind !== 'join') throw new Error('it has joined')
  table.hear(1, table.say(0, { ...join, parent: id, proposal }))
  expect(wantedBy(table, 1)).toEqual([])
  expect(table.player(1).room.stage).toBe('regrouping')
})
