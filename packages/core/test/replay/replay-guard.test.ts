import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createReplayGuard, type ReplayGuardOptions } from '../../src/replay/replay-guard.js'
import { defaultReplayLimits } from '../../src/replay/replay-limits.js'
import { sequenceMax } from '../../src/replay/replay-window.js'
import { FakeReplayStore } from './fake-replay-store.js'
import { codeOf, dayMs, hourMs, messageAt, peerOf, SkewedEnv } from './replay-setting.js'

const forwarder = peerOf(900)

function setUp(options: Partial<ReplayGuardOptions> = {}) {
  const env = new SkewedEnv()
  const guard = createReplayGuard({ env, isFirstStart: true, ...options })
  const offer = async (changes: Parameters<typeof messageAt>[1] = {}, by = forwarder) =>
    codeOf(await guard.admit(messageAt(env.wallMs(), changes), by))
  return { env, guard, offer }
}

test('a message is admitted once, by whomever it comes', async () => {
  const { offer } = setUp()
  expect([await offer(), await offer(), await offer({}, peerOf(901))]).toEqual(['ok', 'REPLAY_SEEN', 'REPLAY_SEEN'])
  expect([await offer({ sequence: 1 }), await offer({ author: peerOf(2) })]).toEqual(['ok', 'ok'])
})

test('of many who ask at once, one is told yes', async () => {
  for (const store of [undefined, new FakeReplayStore()]) {
    const { offer } = setUp({ store })
    const codes = await Promise.all(Array.from({ length: 50 }, () => offer()))
    expect(codes.filter((code) => code === 'ok')).toHaveLength(1)
    expect(codes.filter((code) => code === 'REPLAY_SEEN')).toHaveLength(49)
  }
})

test('numbers that no message may have are refused, never thrown at', async () => {
  const { guard, offer } = setUp()
  for (const bad of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, sequenceMax + 1, 2 ** 53]) {
    expect(await offer({ epoch: bad })).toBe('REPLAY_MALFORMED')
    expect(await offer({ sequence: bad })).toBe('REPLAY_MALFORMED')
    expect(await offer({ expiresMs: bad })).not.toBe('ok')
    expect(await offer({ createdMs: bad, expiresMs: bad })).not.toBe('ok')
  }
  expect(await offer({ createdMs: 1_000, expiresMs: 1_000 })).toBe('REPLAY_MALFORMED')
  expect(guard.getStats().authors).toBe(0)
})

test('clocks may differ by the skew, either way, and by no more', async () => {
  const { env, offer } = setUp()
  const { skewMs } = defaultReplayLimits
  const nowMs = env.wallMs()
  const late = nowMs - skewMs
  expect(await offer({ sequence: 1, createdMs: nowMs + skewMs })).toBe('ok')
  expect(await offer({ sequence: 2, createdMs: nowMs + skewMs + 1 })).toBe('REPLAY_CREATED_FUTURE')
  expect(await offer({ sequence: 3, createdMs: late - hourMs, expiresMs: late + 1 })).toBe('ok')
  expect(await offer({ sequence: 4, createdMs: late - hourMs, expiresMs: late })).toBe('REPLAY_EXPIRED')
})

test('a longer lifetime than is honoured is refused, and the limit is an option', async () => {
  const { env, offer } = setUp({ limits: { lifetimeMsMax: hourMs } })
  expect(await offer({ expiresMs: env.wallMs() + hourMs + 1 })).toBe('REPLAY_LIFETIME')
  expect(await offer({ expiresMs: env.wallMs() + hourMs })).toBe('ok')
})

test('an epoch never goes back, and does not run away', async () => {
  const { env, offer } = setUp()
  expect(await offer({ epoch: 6 })).toBe('ok')
  expect(await offer({ epoch: 5, sequence: 9 })).toBe('REPLAY_EPOCH_OLD')
  expect(await offer({ epoch: 7 })).toBe('ok')
  expect(await offer({ epoch: 6 })).toBe('REPLAY_EPOCH_OLD')
  expect(await offer({ epoch: env.wallMs() + dayMs + 1 })).toBe('REPLAY_EPOCH_FUTURE')
  expect(await offer({ epoch: env.wallMs() + dayMs })).toBe('ok')
})

test('what is too far behind an author’s latest is refused, for nobody can tell whether it was seen', async () => {
  const { offer } = setUp()
  expect(await offer({ sequence: 20_000 })).toBe('ok')
  expect(await offer({ sequence: 20_000 - 8_160 })).toBe('REPLAY_SEQUENCE_OLD')
  expect(await offer({ sequence: 20_000 - 8_159 })).toBe('ok')
})

test('a refusal marks nothing: the message is admitted when its time has come', async () => {
  const { env, guard } = setUp()
  const early = messageAt(env.wallMs() + hourMs)
  expect(codeOf(await guard.admit(early, forwarder))).toBe('REPLAY_CREATED_FUTURE')
  env.pass(hourMs)
  expect(codeOf(await guard.admit(early, forwarder))).toBe('ok')
})

test('a node that may have run before refuses what such a run may have handed on, and says so', async () => {
  for (const store of [undefined, new FakeReplayStore()]) {
    const { env, offer } = setUp({ store, isFirstStart: undefined })
    const { skewMs } = defaultReplayLimits
    expect(await offer({ createdMs: env.wallMs() + skewMs })).toBe('REPLAY_FORGOTTEN')
    env.pass(1)
    expect(await offer({ createdMs: env.wallMs() + skewMs })).toBe('ok')
    env.pass(skewMs)
    expect(await offer({ sequence: 1 })).toBe('ok')
  }
})

test('the answer waits until the mark is durable, and one write carries all that came meanwhile', async () => {
  const store = new FakeReplayStore()
  const { offer } = setUp({ store })
  store.held = true
  const settled: string[] = []
  const ask = async (sequence: number) => settled.push(await offer({ sequence }))
  const all = [ask(0)]
  await setImmediate()
  for (let sequence = 1; sequence < 100; sequence += 1) all.push(ask(sequence))
  await setImmediate()
  expect([settled, store.batches.length]).toEqual([[], 1])
  store.held = false
  store.release()
  await Promise.all(all)
  expect([settled.filter((code) => code === 'ok').length, store.batches.length]).toEqual([100, 2])
})

test('what the store did not keep is not handed on, and may come again', async () => {
  const store = new FakeReplayStore()
  const { env, offer } = setUp({ store })
  store.broken = 'writes'
  expect([await offer(), await offer({ sequence: 1 })]).toEqual(['REPLAY_STORE_FAILED', 'REPLAY_STORE_FAILED'])
  expect(env.logged.some(({ level }) => level === 'error')).toBe(true)
  store.broken = undefined
  expect([await offer(), await offer()]).toEqual(['ok', 'REPLAY_SEEN'])
  expect(await offer({ sequence: 1 })).toBe('ok')
})

test('a memory that cannot be read refuses everything until it can', async () => {
  const store = new FakeReplayStore()
  const { offer } = setUp({ store })
  store.broken = 'reads'
  expect(await offer()).toBe('REPLAY_STORE_FAILED')
  store.broken = undefined
  expect(await offer()).toBe('ok')
})

test('spoilt entries refuse everything, for what they said cannot be guessed', async () => {
  const kept = new FakeReplayStore()
  await setUp({ store: kept }).offer()
  for (const key of [...kept.disk.keys()]) {
    const bytes = kept.disk.get(key) ?? new Uint8Array()
    for (const spoilt of [bytes.subarray(1), bytes.map((byte, index) => (index === 0 ? 9 : byte)), new Uint8Array(0)]) {
      const store = new FakeReplayStore(new Map(kept.disk).set(key, spoilt))
      expect(await setUp({ store }).offer({ sequence: 1 })).toBe('REPLAY_STORE_FAILED')
    }
  }
})

test('nothing happens before it is asked', () => {
  const store = new FakeReplayStore()
  store.broken = 'reads'
  const { env, guard } = setUp({ store })
  expect([store.batches.length, env.timers, env.logged.length]).toEqual([0, 0, 0])
  expect(guard.getStats()).toEqual({ authors: 0, forwarders: 0, bytes: 0 })
})

test('limits that are none are a mistake of the caller', () => {
  const env = new SkewedEnv()
  const bad = [
    { skewMs: -1 },
    { lifetimeMsMax: 0 },
    { windowSequences: 2 ** 21 },
    { cacheBytesMax: Number.POSITIVE_INFINITY },
    { cacheBytesMax: 1_000, reservedBytes: 1_000 },
  ]
  for (const limits of bad) expect(() => createReplayGuard({ env, limits })).toThrow(TypeError)
  const unknown: object = { windows: 1 }
  expect(() => createReplayGuard({ env, limits: unknown })).toThrow(TypeError)
  expect(() => createReplayGuard({ env, limits: { cacheBytesMax: 1_000, skewMs: 0 } })).not.toThrow()
})
