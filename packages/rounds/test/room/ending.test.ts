import { describe, expect, test } from 'vitest'
import type { AbortReason } from '../../src/room/room.js'
import { closingOf, incarnationOf, type Table } from './harness.js'
import { odd } from './plans.js'
import { attemptOf, invited, outcomeOf, saidBy, under } from './scenes.js'

function contribute(table: Table, value: unknown, ...members: readonly number[]): Table {
  for (const member of members)
    table.utter(member, (draft) => (draft.kind === 'contribution' ? { ...draft, value } : draft))
  return table.settle()
}

/** Member 1 at the end of each. A reason that is not here does not compile. */
const aborts: Readonly<Record<AbortReason, () => Table>> = {
  EQUIVOCATION: () => {
    const table = under('two')
    const [first] = saidBy(table, 2, 'contribution')
    if (first?.kind !== 'contribution') throw new Error('it has contributed')
    table.hear(1, table.say(2, { ...first, value: 8 }))
    return table
  },
  FAULT: () => contribute(under('one'), odd.refuted, 2),
  TIMEOUT: () => {
    const table = under('one').settle([2])
    table.ring(1, 'phase')
    return table
  },
  CLOSED: () => {
    const table = under('one')
    table.player(2).happen({ type: 'failed', reason: 'FAILED', detail: 'it broke' })
    return table.settle()
  },
  NOT_ENOUGH: () => {
    const table = invited()
    table.player(0).happen({ type: 'timer', name: 'answers' })
    return table
  },
  LEFT_OUT: () => {
    const table = invited({ minimum: 2 }).acceptAll().settle([0, 1])
    for (const article of table.missedBy(0)) table.hear(0, article)
    table.ring(0, 'answers')
    return table.settle()
  },
  CANCELLED: () => {
    const table = invited().acceptAll()
    table.player(0).happen({ type: 'abort', reason: 'STOPPED', detail: 'rain' })
    return table.settle()
  },
  DECLINED: () => {
    const table = under('one')
    table.player(1).happen({ type: 'failed', reason: 'DECLINED', detail: 'too dear' })
    return table
  },
  FAILED: () => {
    const table = under('one')
    table.player(1).happen({ type: 'failed', reason: 'FAILED', detail: 'it broke' })
    return table
  },
  COPIED: () => contribute(under('one', { distinct: true }), 7, 0, 2),
  NO_RESULT: () => contribute(under('two'), odd.noResult, 2),
  RESTARTED: () => {
    const table = invited({ members: 2 })
    const answer = { accepts: true, nonce: '9'.repeat(64) } as const
    table.say(1, { kind: 'answer', room: table.invitation.room, incarnation: incarnationOf(77), answer })
    table.settle([1])
    table.accept(1)
    table.settle()
    table.ring(1, 'begin')
    return table
  },
  STOPPED: () => {
    const table = under('two')
    table.player(1).happen({ type: 'abort', reason: 'STOPPED', detail: 'the node stops' })
    return table
  },
}

describe('a round may end', () => {
  test.each(Object.entries(aborts))('with %s', (reason, play) => {
    const table = play()
    const member = reason === 'NOT_ENOUGH' ? 0 : 1
    expect(outcomeOf(table, member)).toMatchObject({ status: 'aborted', reason, mayBeCompleted: false })
    expect(outcomeOf(table, member)).toHaveProperty('unconfirmed', undefined)
    const { effects } = table.player(member)
    expect(effects.filter(({ type }) => type === 'outcome')).toHaveLength(1)
  })
})

describe('who has confirmed', () => {
  test('is told that the others may have completed, and completes when it hears so', () => {
    const table = under('confirm')
    table.utter(1)
    table.ring(1, 'phase')
    const aborted = outcomeOf(table, 1)
    expect(aborted).toMatchObject({ reason: 'TIMEOUT', mayBeCompleted: true })
    table.settle()
    const completed = outcomeOf(table, 1)
    expect(completed).toMatchObject({ status: 'completed', attempt: 1 })
    if (aborted?.status !== 'aborted' || completed?.status !== 'completed') throw new Error('it ends twice')
    expect(aborted.unconfirmed).toEqual({ value: completed.result })
    const outcomes = table.player(1).effects.filter(({ type }) => type === 'outcome')
    expect(outcomes.map((effect) => effect.type === 'outcome' && effect.outcome.status)).toEqual([
      'aborted',
      'completed',
    ])
  })

  test('asks for as long as that may come, and not after', () => {
    const table = under('confirm')
    table.ring(1, 'phase')
    const asks = { type: 'ask', member: 'somebody' }
    expect(table.ring(1, 'pull')).toContainEqual(asks)
    table.settle()
    expect(table.ring(1, 'pull')).not.toContainEqual(asks)
  })
})

test('who never confirms is not told that others may complete, though all others go on without it', () => {
  const table = under('two')
  table.utter(1)
  table.player(1).happen({ type: 'abort', reason: 'STOPPED', detail: 'the node stops' })
  table.settle()
  expect(attemptOf(table, 1)).toMatchObject({ isConfirmed: false, isOpen: false })
  expect(outcomeOf(table, 1)).toMatchObject({ reason: 'STOPPED', mayBeCompleted: false })
})

test('an ended round does not end again, whatever is heard', () => {
  const table = under('one')
  table.player(1).happen({ type: 'abort', reason: 'STOPPED', detail: 'the node stops' })
  const before = outcomeOf(table, 1)
  table.hear(1, table.say(2, closingOf(2, attemptOf(table, 1).id, { reason: 'failed' })))
  for (const name of ['answers', 'begin', 'phase', 'regroup', 'gather', 'expiry'] as const) table.ring(1, name)
  expect(outcomeOf(table, 1)).toBe(before)
})
