import { expect, test } from 'vitest'
import type { PeerId } from '../../src/identity/peer-id.js'
import { createReplayGuard, type ReplayGuardOptions } from '../../src/replay/replay-guard.js'
import { FakeReplayStore } from './fake-replay-store.js'
import { codeOf, dayMs, hourMs, messageAt, peerOf, SkewedEnv } from './replay-setting.js'

/** Room for a hundred authors, twenty of them reserved, thirty a forwarder. */
const limits = { cacheBytesMax: 51_200, reservedBytes: 10_240, forwarderBytesMax: 15_360 }
const contacts = new Set(Array.from({ length: 15 }, (_, index) => peerOf(5_000 + index)))
const [flooder, honest] = [peerOf(901), peerOf(902)]

function setUp(options: Partial<ReplayGuardOptions> = {}) {
  const env = new SkewedEnv()
  const isReserved = (author: PeerId) => contacts.has(author)
  const guard = createReplayGuard({ env, limits, isReserved, isFirstStart: true, ...options })
  const offer = async (author: PeerId, forwarder: PeerId, sequence = 0) =>
    codeOf(await guard.admit(messageAt(env.wallMs(), { author, sequence }), forwarder))
  const flood = async (first: number, count: number, forwarder: PeerId) => {
    const codes = []
    for (let index = 0; index < count; index += 1) codes.push(await offer(peerOf(first + index), forwarder))
    return codes.filter((code) => code === 'ok').length
  }
  return { env, guard, offer, flood }
}

test('a flood of fresh authors by one forwarder fills its quota and nobody else’s', async () => {
  const { guard, offer, flood } = setUp()
  const before = Array.from({ length: 20 }, (_, index) => peerOf(2_000 + index))
  for (const author of before) expect(await offer(author, honest)).toBe('ok')
  const taken = await flood(10_000, 3_000, flooder)
  expect(taken).toBe(30)
  expect(await offer(peerOf(20_000), flooder)).toBe('REPLAY_CACHE_FULL')
  for (const author of before) {
    expect([await offer(author, honest), await offer(author, honest, 1)]).toEqual(['REPLAY_SEEN', 'ok'])
  }
  expect(await offer(peerOf(3_000), honest)).toBe('ok')
  for (const contact of contacts) expect(await offer(contact, flooder)).toBe('ok')
  expect(guard.getStats().bytes).toBeLessThanOrEqual(limits.cacheBytesMax)
})

test('however many forwarders flood, contacts have room, and known authors go on', async () => {
  const { guard, offer, flood } = setUp()
  expect(await offer(peerOf(2_000), honest)).toBe('ok')
  for (let index = 0; index < 20; index += 1) await flood(10_000 + index * 100, 100, peerOf(1_000 + index))
  expect(await offer(peerOf(2_001), honest)).toBe('REPLAY_CACHE_FULL')
  for (const contact of contacts) expect(await offer(contact, flooder)).toBe('ok')
  for (let sequence = 1; sequence < 1_000; sequence += 1)
    expect(await offer(peerOf(2_000), honest, sequence)).toBe('ok')
  expect(guard.getStats().bytes).toBeLessThanOrEqual(limits.cacheBytesMax)
})

test('where there is no room, a known author loses tolerance of disorder, and no message twice', async () => {
  const { offer, flood } = setUp()
  expect(await offer(peerOf(2_000), flooder, 500)).toBe('ok')
  await flood(10_000, 100, flooder)
  expect(await offer(peerOf(2_000), flooder, 100)).toBe('REPLAY_CACHE_FULL')
  expect(await offer(peerOf(2_000), flooder, 600)).toBe('ok')
  expect(await offer(peerOf(2_000), flooder, 500)).toBe('REPLAY_SEQUENCE_OLD')
})

test('room comes back when messages have expired, and what expired stays refused', async () => {
  const { env, guard, offer, flood } = setUp()
  const old = messageAt(env.wallMs(), { author: peerOf(10_000) })
  expect(await flood(10_000, 100, flooder)).toBeLessThan(40)
  env.pass(2 * hourMs)
  expect(await flood(20_000, 10, flooder)).toBe(10)
  expect(guard.getStats().authors).toBe(10)
  env.setWrong(-2 * hourMs)
  expect(codeOf(await guard.admit(old, honest))).toBe('REPLAY_EXPIRED')
  expect(await offer(peerOf(10_000), honest)).toBe('REPLAY_EXPIRED')
})

test('who becomes a contact later moves out of the forwarder’s quota when it next wants room', async () => {
  const added = new Set<PeerId>()
  const { guard, offer, flood } = setUp({ isReserved: (author) => added.has(author) })
  expect(await offer(peerOf(2_000), flooder)).toBe('ok')
  await flood(10_000, 100, flooder)
  added.add(peerOf(2_000))
  expect(await offer(peerOf(2_000), flooder, 100)).toBe('ok')
  expect(await offer(peerOf(2_000), flooder, 7)).toBe('ok')
  expect(await offer(peerOf(3_000), flooder)).toBe('ok')
  expect(guard.getStats().forwarders).toBe(1)
})

test('quotas hold over a restart, and what no longer fits is kept rather than forgotten', async () => {
  const store = new FakeReplayStore()
  const { env, flood } = setUp({ store })
  const taken = await flood(10_000, 40, flooder)
  const again = createReplayGuard({ env, store: store.crash(), limits: { ...limits, forwarderBytesMax: 1_000 } })
  const offer = async (number: number, forwarder: PeerId) =>
    codeOf(await again.admit(messageAt(env.wallMs(), { author: peerOf(number) }), forwarder))
  for (let index = 0; index < taken; index += 1) expect(await offer(10_000 + index, honest)).toBe('REPLAY_SEEN')
  expect(await offer(30_000, flooder)).toBe('REPLAY_CACHE_FULL')
  expect(await offer(30_000, honest)).toBe('ok')
})

test('entries of dropped authors leave the store, a bounded number a write', async () => {
  const store = new FakeReplayStore()
  const wide = { cacheBytesMax: 4_194_304, reservedBytes: 1, forwarderBytesMax: 4_194_303 }
  const { env, offer } = setUp({ store, limits: wide })
  await Promise.all(Array.from({ length: 8_500 }, (_, index) => offer(peerOf(10_000 + index), flooder)))
  const full = store.disk.size
  env.pass(dayMs)
  for (let index = 0; index < 8; index += 1) expect(await offer(peerOf(50_000 + index), flooder)).toBe('ok')
  expect(full).toBeGreaterThan(6_000)
  expect(Math.max(...store.batches.slice(-8).map((operations) => operations.length))).toBeLessThanOrEqual(1_030)
  expect(store.disk.size).toBeLessThan(20)
})
