import { describe, expect, test } from 'vitest'
import { closingOf, deadlineMs } from './harness.js'
import { phases, planOf } from './plans.js'
import { attemptOf, invited, outcomeOf, reasonsIn, saidBy, under, wantedBy } from './scenes.js'

describe('a member that goes no further', () => {
  test('says so, where it stands and whom it misses, and contributes no more', () => {
    const table = under('two')
    table.utter(1)
    for (const article of table.missedBy(0)) table.hear(0, article)
    const effects = table.ring(0, 'phase')
    expect(effects).toContainEqual({ type: 'desist' })
    expect(table.player(0).wanted).toMatchObject([
      { kind: 'closing', phase: phases.two, missing: [2], reason: 'timeout' },
    ])
    table.settle()
    expect(saidBy(table, 0, 'contribution')).toHaveLength(2)
  })

  test('closes once', () => {
    const table = under('two')
    table.ring(0, 'phase')
    table.ring(0, 'phase')
    table.player(0).happen({ type: 'abort', reason: 'STOPPED', detail: 'the node stops' })
    expect(wantedBy(table, 0)).toEqual(['closing'])
  })

  test.each([
    ['declines is named by the others with its words', 'DECLINED', 'DECLINED', 'the coin is spent'],
    ['fails is named by the others, and why it failed is its own affair', 'FAILED', 'CLOSED', 'it could not go on'],
  ] as const)('because it %s', (_, reason, theirs, words) => {
    const table = under('two')
    table.player(1).happen({ type: 'failed', reason, detail: 'the coin is spent' })
    table.settle()
    expect(reasonsIn(table)).toEqual([theirs, reason, theirs])
    expect(outcomeOf(table, 0)).toMatchObject({
      declined: [{ member: 1, reason: words }],
      suspects: [{ member: 1, why: 'closed' }],
    })
  })

  test('because its program gives it up ends the round for the others as well', () => {
    const table = under('one')
    table.player(1).happen({ type: 'abort', reason: 'STOPPED', detail: 'the node stops' })
    table.settle()
    expect(reasonsIn(table)).toEqual(['DECLINED', 'STOPPED', 'DECLINED'])
  })

  test('is heard behind another that was late, and not only after the time of that one', () => {
    const table = under('two')
    table.ring(0, 'phase')
    table.player(1).happen({ type: 'failed', reason: 'DECLINED', detail: 'no' })
    table.settle()
    expect(outcomeOf(table, 2)).toMatchObject({ reason: 'DECLINED' })
  })

  test('in the last phase may have said all that it owes', () => {
    const table = under('confirm')
    table.ring(1, 'phase')
    table.settle()
    expect(reasonsIn(table)).toEqual(['completed', 'completed', 'completed'])
  })
})

describe('where another says that somebody was silent for too long', () => {
  test('who is on the way has a quarter of the time left to come', () => {
    const table = under('two')
    table.ring(1, 'phase')
    table.utter(1)
    table.utter(1)
    const [closing] = saidBy(table, 1, 'closing')
    if (closing === undefined) throw new Error('it has closed')
    expect(table.hear(0, closing)).toContainEqual({ type: 'timer', name: 'phase', ms: deadlineMs / 4 })
    expect(outcomeOf(table, 0)).toBeUndefined()
    table.ring(0, 'phase')
    expect(outcomeOf(table, 0)).toMatchObject({
      ...{
        reason: 'TIMEOUT',
        suspects: [{ member: 2, why: 'silent' }],
      },
    })
  })

  test('a short phase is cut shorter, and never made longer', () => {
    const plan = planOf()
    const short = { ...plan, phases: plan.phases.map((phase) => ({ ...phase, deadlineMs: 100 })) }
    const table = under('two', { plan: short })
    table.ring(1, 'phase')
    table.utter(1)
    table.utter(1)
    const [closing] = saidBy(table, 1, 'closing')
    if (closing === undefined) throw new Error('it has closed')
    expect(table.hear(0, closing)).toContainEqual({ type: 'timer', name: 'phase', ms: 25 })
  })
})

test('what comes after everybody has confirmed closes nothing', () => {
  const table = under('join').settle()
  const [, , contribution] = saidBy(table, 2, 'contribution')
  if (contribution?.kind !== 'contribution') throw new Error('it has contributed')
  table.hear(0, table.say(2, contribution, 'again'))
  expect(table.player(0).room.culprits).toHaveLength(1)
  table.player(0).happen({ type: 'abort', reason: 'STOPPED', detail: 'the node stops' })
  expect(wantedBy(table, 0)).toEqual([])
  expect(outcomeOf(table, 0)).toMatchObject({ status: 'completed' })
  expect(attemptOf(table, 0).isOpen).toBe(false)
})

test('a closing by a stranger, or of another life, is none of the attempt', () => {
  const table = under('two')
  const { id } = attemptOf(table, 0)
  table.hear(0, table.say(2, { ...closingOf(2, id, { reason: 'failed' }), incarnation: 'ff'.repeat(16) } as never))
  table.hear(0, table.say(8, closingOf(8, id, { reason: 'failed' })))
  expect(attemptOf(table, 0).closings).toEqual([])
  expect(outcomeOf(table, 0)).toBeUndefined()
})

test('a round that expired is over, wherever it stands', () => {
  const tables = [invited(), invited().acceptAll(), under('two'), under('confirm')]
  for (const table of tables) {
    table.ring(1, 'expiry')
    expect(outcomeOf(table, 1)).toMatchObject({ reason: 'TIMEOUT' })
  }
})
