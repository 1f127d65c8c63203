import { describe, expect, test } from 'vitest'
import type { Article } from '../../src/articles/article.js'
import { closingOf, incarnationOf } from './harness.js'
import { culpritsOf, invited, outcomeOf, reasonsIn, saidBy, wantedBy } from './scenes.js'

const wantsJoin = ['join']

describe('the host', () => {
  test('proposes as soon as all have answered', () => {
    const table = invited().acceptAll()
    table.utter(1)
    for (const article of saidBy(table, 1, 'answer')) table.hear(0, article)
    expect(wantedBy(table, 0)).toEqual([])
    table.utter(2)
    for (const article of saidBy(table, 2, 'answer')) table.hear(0, article)
    expect(wantedBy(table, 0)).toEqual(wantsJoin)
  })

  test('proposes as soon as there are as many as there may be', () => {
    const table = invited({ members: 4, minimum: 2, maximum: 2 })
    table.accept(3)
    table.settle()
    expect(table.player(0).room.attempts[0]?.roster).toEqual([0, 3])
  })

  test('proposes to whoever has accepted when the time is over', () => {
    const table = invited({ members: 3, minimum: 2 })
    table.accept(2)
    table.settle()
    table.ring(0, 'answers')
    expect(table.settle().player(2).room.outcome).toMatchObject({ status: 'completed' })
    expect(table.player(0).room.attempts[0]?.roster).toEqual([0, 2])
  })

  test('calls off a round to which too few came, and says who declined and who was silent', () => {
    const table = invited({ members: 4, minimum: 3 })
    table.accept(1)
    table.player(2).happen({ type: 'decline', reason: 'too dear' })
    table.settle()
    table.ring(0, 'answers')
    expect(outcomeOf(table, 0)).toMatchObject({
      ...{ reason: 'NOT_ENOUGH', declined: [{ member: 2, reason: 'too dear' }] },
      suspects: [{ member: 3, why: 'silent', phase: 'answer', by: [] }],
    })
    table.settle([2, 3])
    expect(reasonsIn(table)).toEqual(['NOT_ENOUGH', 'CANCELLED', 'DECLINED', undefined])
  })

  test('goes without who answers twice, and without who took its word back', () => {
    const table = invited({ members: 5, minimum: 2 }).acceptAll()
    for (const member of [1, 2, 3]) table.utter(member)
    const [answer] = saidBy(table, 1, 'answer')
    if (answer?.kind !== 'answer') throw new Error('it has answered')
    table.say(1, { ...answer, answer: { accepts: true, nonce: 'ab'.repeat(32) } })
    table.say(2, closingOf(2, table.invitation.room, { reason: 'cancelled' }))
    for (const article of table.missedBy(0)) table.hear(0, article)
    table.ring(0, 'answers')
    expect(culpritsOf(table.player(0).room)).toEqual(['1 equivocation answer'])
    expect(table.player(0).wanted[0]).toMatchObject({ proposal: { roster: [0, 3] } })
  })

  test('goes by the acceptance where a refusal begins with the same digits', () => {
    const table = invited({ members: 3, minimum: 2 }).acceptAll()
    table.utter(1)
    const [answer] = saidBy(table, 1, 'answer')
    if (answer?.kind !== 'answer') throw new Error('it has answered')
    const refusal: Article = {
      ...{ ...answer, hash: `${answer.hash.slice(0, 16)}${'0'.repeat(48)}`, incarnation: incarnationOf(9) },
      answer: { accepts: false, reason: 'no' },
    }
    table.hear(0, refusal)
    table.hear(0, answer)
    table.ring(0, 'answers')
    expect(table.player(0).wanted[0]).toMatchObject({ kind: 'join', proposal: { roster: [0, 1] } })
  })
})

describe('a candidate', () => {
  test('answers once', () => {
    const table = invited()
    table.accept(1)
    table.accept(1)
    table.player(1).happen({ type: 'decline', reason: 'after all' })
    expect(wantedBy(table, 1)).toEqual(['answer'])
  })

  test('is out of it with its refusal', () => {
    const table = invited()
    table.player(1).happen({ type: 'decline', reason: 'no time' })
    expect(outcomeOf(table, 1)).toMatchObject({ reason: 'DECLINED', detail: 'no time', mayBeCompleted: false })
  })

  test('that has not answered in time is out of it, and suspects nobody', () => {
    const table = invited()
    table.ring(1, 'begin')
    expect(outcomeOf(table, 1)).toMatchObject({ reason: 'TIMEOUT', suspects: [] })
    table.accept(1)
    expect(wantedBy(table, 1)).toEqual([])
  })

  test('is called off by the host alone', () => {
    const table = invited().acceptAll()
    const byOther = table.say(2, closingOf(2, table.invitation.room, { reason: 'cancelled' }))
    const byHost = table.say(0, closingOf(0, table.invitation.room, { reason: 'cancelled', detail: 'rain' }))
    table.hear(1, byOther)
    expect(outcomeOf(table, 1)).toBeUndefined()
    table.hear(1, byHost)
    expect(outcomeOf(table, 1)).toMatchObject({ reason: 'CANCELLED', declined: [{ member: 0, reason: 'rain' }] })
  })

  test('takes its word back with a closing', () => {
    const table = invited().acceptAll()
    table.player(1).happen({ type: 'abort', reason: 'STOPPED', detail: 'the node stops' })
    expect(wantedBy(table, 1)).toEqual(['answer', 'closing'])
    expect(outcomeOf(table, 1)).toMatchObject({ reason: 'STOPPED' })
  })

  test('who holds two invitations of one place goes with neither', () => {
    const table = invited().acceptAll()
    const { invitation } = table
    const other = table.say(0, { ...invitation, deadlineMs: 1 })
    table.hear(1, other)
    expect(outcomeOf(table, 1)).toMatchObject({ reason: 'EQUIVOCATION', culprits: [{ member: 0 }] })
  })
})
