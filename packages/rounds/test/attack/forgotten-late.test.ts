import { createMemoryStore } from '@rondo/core'
import { expect, test } from 'vitest'
import { articleOf, headOf, idOf, journalOn, own } from '../journal/journal-setting.js'

test('a room that begins anew while its former life is still to be forgotten stays open', async () => {
  const store = createMemoryStore()
  const former = journalOn(store).journal
  former.open(headOf(1))
  await former.keep(idOf(1), [articleOf(1)], own)
  const { journal } = journalOn(store)
  await journal.load(0)
  const forgetting = [journal.forget(idOf(9), 0), journal.forget(idOf(1), 0)]
  journal.open(headOf(1, 2))
  await Promise.all(forgetting)
  await journal.keep(idOf(1), [articleOf(2)], own)
  const [kept] = await journalOn(store).journal.load(0)
  expect(kept).toMatchObject({ room: idOf(1), incarnation: headOf(1, 2).incarnation })
})
