import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { GroupCommit } from '../../src/replay/group-commit.js'
import { rejectionOf } from '../expect-failure.js'

/** Writes that end when the test says so. */
function gatedWrites() {
  const writes: { end: () => void; fail: (cause: Error) => void }[] = []
  const commit = new GroupCommit(() => new Promise((end, fail) => writes.push({ end, fail })))
  return { commit, writes }
}

test('who joins while a write is under way waits for the next, and shares it', async () => {
  const { commit, writes } = gatedWrites()
  const settled: string[] = []
  const join = (name: string) => commit.join().then(() => settled.push(name))
  const all = [join('a'), join('b')]
  await setImmediate()
  all.push(join('c'), join('d'))
  await setImmediate()
  expect(writes.length).toBe(1)
  writes[0]?.end()
  await setImmediate()
  expect([settled, writes.length]).toEqual([['a', 'b'], 2])
  writes[1]?.end()
  await Promise.all(all)
  expect(settled).toEqual(['a', 'b', 'c', 'd'])
})

test('a write that fails is told to those who waited for it and to nobody after', async () => {
  const { commit, writes } = gatedWrites()
  const first = rejectionOf(commit.join())
  await setImmediate()
  const second = commit.join()
  writes[0]?.fail(new Error('the disk is full'))
  expect(await first).toMatchObject({ message: 'the disk is full' })
  await setImmediate()
  writes[1]?.end()
  await second
})
