import { expect, test } from 'vitest'
import { CountingClock, openAuthorClock } from '../../src/replay/author-clock.js'
import { sequenceMax } from '../../src/replay/replay-window.js'
import { rejectionOf } from '../expect-failure.js'
import { FakeReplayStore } from './fake-replay-store.js'
import { SkewedEnv, yearMs } from './replay-setting.js'

test('sequences count from 0 within the epoch of the start', async () => {
  const env = new SkewedEnv()
  const clock = await openAuthorClock({ env })
  expect([clock.next(), clock.next()]).toEqual([
    { epoch: env.wallMs(), sequence: 0 },
    { epoch: env.wallMs(), sequence: 1 },
  ])
})

test('epochs rise with every start, also where the clock stands still or was set back', async () => {
  const env = new SkewedEnv()
  const store = new FakeReplayStore()
  const epochs = []
  for (const wrongMs of [0, 0, -yearMs, -yearMs, 5_000]) {
    env.setWrong(wrongMs)
    epochs.push((await openAuthorClock({ env, store: store.crash() })).epoch - env.trueMs)
  }
  expect(epochs).toEqual([0, 1, 2, 3, 5_000])
})

test('one start is one durable write, and a write that failed begins no epoch', async () => {
  const env = new SkewedEnv()
  const store = new FakeReplayStore()
  await openAuthorClock({ env, store })
  expect(store.batches.length).toBe(1)
  store.broken = 'writes'
  expect(await rejectionOf(openAuthorClock({ env, store }))).toMatchObject({ message: 'the disk is full' })
})

test('two starts at once on one store never share an epoch', async () => {
  const env = new SkewedEnv()
  const store = new FakeReplayStore()
  const starts = await Promise.allSettled([openAuthorClock({ env, store }), openAuthorClock({ env, store })])
  expect(starts.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
})

test('the last sequence is followed by none, and the last epoch by none', async () => {
  const clock = new CountingClock(7, sequenceMax)
  expect(clock.next()).toEqual({ epoch: 7, sequence: sequenceMax })
  expect(() => clock.next()).toThrow(expect.objectContaining({ code: 'AUTHOR_EXHAUSTED' }))
  const store = new FakeReplayStore(new Map([['replay/epoch', new Uint8Array(6).fill(255)]]))
  expect(await rejectionOf(openAuthorClock({ env: new SkewedEnv(), store }))).toMatchObject({
    code: 'AUTHOR_EXHAUSTED',
  })
})

test('an epoch that cannot be read is no licence to begin anew', async () => {
  const store = new FakeReplayStore(new Map([['replay/epoch', Uint8Array.of(1, 2)]]))
  expect(await rejectionOf(openAuthorClock({ env: new SkewedEnv(), store }))).toBeInstanceOf(Error)
})
