import { expect, test } from 'vitest'
import type { Article, Join } from '../../src/articles/article.js'
import { digest } from '../account/room-builder.js'
import { incarnationOf, type Table } from './harness.js'
import { attemptOf, invited, outcomeOf, reasonsIn, saidBy, under, wantedBy } from './scenes.js'

function proposalOf(table: Table): Join {
  table.settle([1, 2])
  const [join] = saidBy(table, 0, 'join')
  if (join?.kind !== 'join') throw new Error('the host has proposed')
  return join
}

/** All have answered to the host, and what it proposes has come to nobody. */
function proposed(): Table {
  const table = invited().acceptAll()
  table.utter(1)
  table.utter(2)
  return table
}

function hearAll(table: Table, member: number, articles: readonly Article[]): void {
  for (const article of articles) table.hear(member, article)
}

test('who accepted follows the host, once it holds the answers of all who are to take part', () => {
  const table = proposed()
  const proposal = proposalOf(table)
  table.hear(1, proposal)
  expect(wantedBy(table, 1)).toEqual([])
  hearAll(table, 1, saidBy(table, 2, 'answer'))
  expect(wantedBy(table, 1)).toEqual(['join'])
})

test('who is not among those who play is left out', () => {
  const table = invited({ members: 3, minimum: 2 }).acceptAll()
  table.utter(2)
  hearAll(table, 0, saidBy(table, 2, 'answer'))
  table.ring(0, 'answers')
  table.settle()
  expect(reasonsIn(table)).toEqual(['completed', 'LEFT_OUT', 'completed'])
})

test('a new life takes no part where the host goes by the answer of a former one, and ends when nobody knows how that ended', () => {
  const table = invited({ members: 2 })
  table.say(1, {
    ...{ kind: 'answer', room: table.invitation.room, incarnation: incarnationOf(77) },
    answer: { accepts: true, nonce: digest('former') },
  })
  table.settle([1])
  table.accept(1)
  hearAll(table, 1, table.missedBy(1))
  expect(wantedBy(table, 1)).toEqual(['answer'])
  table.ring(1, 'begin')
  expect(outcomeOf(table, 1)).toMatchObject({ reason: 'RESTARTED', suspects: [] })
})

test('a host that does not begin in time was silent', () => {
  const table = proposed()
  table.ring(1, 'begin')
  expect(outcomeOf(table, 1)).toMatchObject({
    ...{ reason: 'TIMEOUT', suspects: [{ member: 0, why: 'silent', phase: 'join' }] },
  })
})

test('a host that began with an answer which nobody else has is not called silent', () => {
  const table = proposed()
  table.hear(1, proposalOf(table))
  table.ring(1, 'begin')
  expect(outcomeOf(table, 1)).toMatchObject({ reason: 'TIMEOUT', suspects: [{ member: 0, why: 'astray' }] })
})

test('whoever signed one proposal signs no other one', () => {
  const table = proposed()
  const proposal = proposalOf(table)
  hearAll(table, 1, table.missedBy(1))
  expect(wantedBy(table, 1)).toEqual(['join'])
  table.hear(1, table.say(0, proposal, 'again'))
  expect(wantedBy(table, 1)).toEqual(['join'])
  expect(table.player(1).room.culprits).toMatchObject([{ member: 0, kind: 'equivocation' }])
})

test('a join in the place of another attempt is none', () => {
  const table = under('join')
  table.settle([2])
  const { id, parent } = attemptOf(table, 0)
  const join = { kind: 'join', incarnation: incarnationOf(2), attempt: id, proposal: undefined } as const
  table.hear(0, table.say(2, { ...join, parent: id }))
  expect(attemptOf(table, 0).said[0]?.[2]).toBeUndefined()
  table.hear(0, table.say(2, { ...join, parent }))
  expect(attemptOf(table, 0).phase).toBe(1)
})

test('nobody contributes before all have joined', () => {
  const table = under('join')
  table.settle([2])
  expect(wantedBy(table, 0)).toEqual([])
  expect(table.player(0).room.attempts).toMatchObject([{ phase: 0 }])
  table.settle()
  expect(reasonsIn(table)).toEqual(['completed', 'completed', 'completed'])
})
