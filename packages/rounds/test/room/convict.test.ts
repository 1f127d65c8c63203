import { expect, test } from 'vitest'
import type { Article } from '../../src/articles/article.js'
import { digest } from '../account/room-builder.js'
import type { Table } from './harness.js'
import { odd } from './plans.js'
import { attemptOf, culpritsOf, saidBy, under } from './scenes.js'

function lastSaid(table: Table, member: number, kind: Article['kind']): Article {
  const article = saidBy(table, member, kind).at(-1)
  if (article === undefined) throw new Error(`no ${kind} by ${member}`)
  return article
}

test.each(['answer', 'join', 'contribution'] as const)('two statements in the place of one %s convict', (kind) => {
  const table = under('two')
  const article = lastSaid(table, 2, kind)
  const effects = table.hear(1, table.say(2, article, 'again'))
  expect(table.player(1).room.culprits).toMatchObject([{ member: 2, kind: 'equivocation' }])
  // Whoever holds one of the two lacks the other.
  expect(effects).toContainEqual({ type: 'spread', article })
})

test('two closings of one attempt convict, and the first one stands', () => {
  const table = under('two')
  const place = { kind: 'closing', attempt: attemptOf(table, 0).id, incarnation: '02'.repeat(16), phase: 3 } as const
  const first = table.say(2, { ...place, missing: [0], reason: 'timeout', detail: '' })
  table.hear(0, first)
  table.hear(0, table.say(2, { ...place, missing: [1], reason: 'timeout', detail: '' }))
  expect(culpritsOf(table.player(0).room)).toEqual(['2 equivocation closing'])
  expect(table.player(0).room.attempts[0]?.closings).toEqual([first])
})

test('the same statement twice, or thrice, convicts nobody', () => {
  const table = under('two')
  const { room } = table.player(1)
  for (const article of table.said) expect(table.hear(1, article)).toEqual([])
  expect(table.player(1).room.articles).toEqual(room.articles)
})

test('a third statement in one place is not kept', () => {
  const table = under('two')
  const article = lastSaid(table, 2, 'contribution')
  for (const salt of ['two', 'three', 'four']) table.hear(1, table.say(2, article, salt))
  const kept = table.player(1).room.articles.filter((each) => each.author === article.author)
  expect(kept.filter(({ kind }) => kind === 'contribution')).toHaveLength(3)
})

test('who is convicted already is convicted of nothing else', () => {
  const table = under('one')
  table.utter(2, (draft) => (draft.kind === 'contribution' ? { ...draft, value: odd.refuted } : draft))
  table.settle()
  table.hear(1, table.say(2, lastSaid(table, 2, 'join'), 'again'))
  expect(culpritsOf(table.player(1).room)).toEqual(['2 fault one'])
})

test('what another life said, or what is said of another digest, convicts nobody', () => {
  const table = under('two')
  const join = lastSaid(table, 2, 'join')
  if (join.kind !== 'join') throw new Error('it is one')
  table.hear(1, table.say(2, { ...join, incarnation: 'ff'.repeat(16) }))
  table.utter(2, (draft) => (draft.kind === 'contribution' ? { ...draft, digest: digest('elsewhere') } : draft))
  table.settle()
  expect(table.player(1).room.culprits).toEqual([])
})

test('what nobody of the candidates said, or what is good for another time, is not heard', () => {
  const table = under('two')
  const article = lastSaid(table, 2, 'contribution')
  table.hear(1, table.say(9, article))
  table.hear(1, { ...table.say(2, article, 'later'), expiresMs: 5 })
  expect(table.player(1).room.culprits).toEqual([])
})
