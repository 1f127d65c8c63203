import { checkSchema } from '@rondo/core'
import { expect, test } from 'vitest'
import { poll } from '../../src/examples/index.js'
import { playByHand, Refused, type Table } from './by-hand.js'

function cast(...votes: string[]): Table {
  return {
    setup: { question: 'What do we drink?', options: ['tea', 'coffee', 'water'] },
    members: votes.map((vote) => ({ input: { vote } })),
  }
}

const countOf = async (table: Table): Promise<unknown> => (await playByHand(poll, table)).result

test('votes are counted for each option, in the order of the question', async () => {
  expect(await countOf(cast('coffee', 'tea', 'coffee'))).toEqual({
    tally: [
      { option: 'tea', votes: 1 },
      { option: 'coffee', votes: 2 },
      { option: 'water', votes: 0 },
    ],
    leading: ['coffee'],
  })
})

test('options that lead together are all named', async () => {
  expect(await countOf(cast('coffee', 'tea'))).toMatchObject({ leading: ['tea', 'coffee'] })
})

test('a member does not vote for what is no option', async () => {
  await expect(countOf(cast('tea', 'wine'))).rejects.toThrow('the vote is for none of the options')
})

test('nobody votes again in an attempt after one in which the votes may have been seen', async () => {
  await expect(countOf({ ...cast('tea', 'coffee'), number: 2 })).rejects.toThrow('the votes may have been seen')
})

test('a vote that was changed after it was cast convicts its voter', async () => {
  const changed = countOf({
    ...cast('tea', 'coffee'),
    instead: (phase, at, said) => (phase === 'reveal' && at === 1 ? { ...Object(said), value: 'tea' } : said),
  })
  await expect(changed).rejects.toEqual(new Refused(1, 'the opening does not match its commitment'))
})

test.each([
  null,
  { question: 'Why?' },
  { question: 'Why?', options: 'ab' },
  { question: 'Why?', options: ['a'] },
  { question: 'Why?', options: ['a', 'a'] },
  { question: 'Why?', options: ['a', ''] },
  { question: 'Why?', options: ['a', 7] },
  { question: 'Why?', options: Array.from({ length: 33 }, (_, at) => `option ${at}`) },
  { question: '', options: ['a', 'b'] },
  { question: 'x'.repeat(201), options: ['a', 'b'] },
])('the setup %j is refused', (setup) => {
  expect(checkSchema(poll.setup, setup)).toMatchObject({ ok: false })
})
