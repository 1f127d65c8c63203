import { describe, expect, onTestFinished, test } from 'vitest'
import { measureCrypto } from '../src/rounds/bare-crypto.ts'
import { createBlockProbe } from '../src/rounds/block-probe.ts'
import { diceGame } from '../src/rounds/dice-game.ts'
import { createMembers } from '../src/rounds/members.ts'
import type { Bill, Party } from '../src/rounds/party.ts'
import { allCpu, bytesPerLink, engineCpu, measureRounds, messagesPerMember, wall } from '../src/rounds/round-cost.ts'
import { mergeSizes } from '../src/rounds/sizes.ts'

async function gather(count: number) {
  const members = createMembers('memory', diceGame)
  onTestFinished(() => members.close())
  const everybody = await members.open({ members: count, firstSeat: 0, count })
  const links = await members.connect({ everybody })
  const others = everybody.slice(1).map(({ peerId = '' }) => peerId)
  return { members, links, others }
}

describe('members in one process', () => {
  test('are all linked, play a round to its end, and say five things each', async () => {
    const { members, links, others } = await gather(4)
    expect(links).toBe(6)
    const before = members.usage()
    const began = await members.start({ others })
    expect(await members.finish({ hosts: true })).toBeGreaterThan(began)
    const { messagesSent, bytes } = members.usage()
    // In a full mesh nobody passes on, and nobody asks: an article a link and direction, fewer where two shared a turn.
    expect(messagesSent - before.messagesSent).toBeGreaterThan(4 * 3 * 3)
    expect(messagesSent - before.messagesSent).toBeLessThanOrEqual(4 * 3 * 5)
    expect(bytes - before.bytes).toBeGreaterThan(4 * 3 * 5 * 200)
  })

  test('exchange messages that carry nothing, each with everybody, and ask one another', async () => {
    const { members, others } = await gather(3)
    const before = members.usage()
    await members.exchange({ peers: 2, bytes: 300, times: 4 })
    const after = members.usage()
    expect(after.messagesSent - before.messagesSent).toBe(3 * 2 * 4)
    expect(after.bytes - before.bytes).toBeGreaterThan(2 * 3 * 2 * 4 * 300)
    expect(await members.roundTripMs({ to: others[0] ?? '', count: 5 })).toBeGreaterThan(0)
    await expect(members.exchange({ peers: 3, bytes: 1, times: 1 })).rejects.toThrow('2 links')
  })
})

test('members in one process and in others are linked, some in memory and some over sockets', async () => {
  const [near, far] = [createMembers('mixed', diceGame), createMembers('mixed', diceGame)]
  onTestFinished(async () => void (await Promise.all([near.close(), far.close()])))
  const everybody = [
    ...(await near.open({ members: 3, firstSeat: 0, count: 1 })),
    ...(await far.open({ members: 3, firstSeat: 1, count: 2 })),
  ]
  expect(await Promise.all([near, far].map((each) => each.connect({ everybody })))).toEqual([2, 1])
  const others = everybody.slice(1).map(({ peerId = '' }) => peerId)
  near.watch()
  const began = await near.start({ others })
  const ended = await Promise.all([near.finish({ hosts: true }), far.finish({ hosts: false })])
  expect(Math.min(...ended)).toBeGreaterThan(began)
  expect(near.watched()).toBeGreaterThan(0)
})

test('the longest block is what the thread was busy with at a stretch', () => {
  const probe = createBlockProbe()
  const busyUs = (): number => process.threadCpuUsage().user + process.threadCpuUsage().system
  probe.begin()
  const untilUs = busyUs() + 20_000
  while (busyUs() < untilUs);
  expect(probe.end()).toBeGreaterThanOrEqual(20)
  probe.begin()
  expect(probe.end()).toBeLessThan(20)
})

test('sizes are told apart by name, and one may have had fewer runs', () => {
  const runs = new Map([
    [2, [{ wall: 1 }, { wall: 2 }]],
    [100, [{ wall: 9 }]],
  ])
  const merged = mergeSizes(runs, (run) => run)
  expect(merged).toEqual([{ 'wall, n = 2': 1, 'wall, n = 100': 9 }, { 'wall, n = 2': 2 }])
})

test('a signature is made and verified, and both take their time', async () => {
  const { signUs, verifyUs } = await measureCrypto(64)
  expect(signUs).toBeGreaterThan(0)
  expect(verifyUs).toBeGreaterThan(0)
})

/** Four members of one process. Signatures cost 1 ms to make and 2 ms to verify. */
function partyThatCosts({
  played,
  exchanged,
}: {
  readonly played: Partial<Bill>
  readonly exchanged: Partial<Bill>
}): Party {
  const bill = { tookMs: [100], messagesSent: 60, bytes: 120_000, cpuUs: 0, hostCpuUs: 0 }
  return {
    members: 4,
    processes: 1,
    linkedMs: 0,
    play: async () => ({ ...bill, ...played }),
    watch: async () => ({ ...bill, ...played, blockedMs: [] }),
    spoil: async () => {},
    exchange: async () => ({ ...bill, ...exchanged }),
    roundTripMs: async () => 3,
    crypto: async () => ({ signUs: 1_000, verifyUs: 2_000 }),
  }
}

describe('what a round costs', () => {
  const effort = { rounds: 1, roundTrips: 1, signatures: 1 }
  const crypto = 4 * 5 * (1 + 4 * 2)

  test('is the engine’s where it is neither signatures nor the same messages without rounds', async () => {
    const party = partyThatCosts({ played: { cpuUs: 400_000 }, exchanged: { cpuUs: 60_000, tookMs: [10] } })
    const { round, least, bare } = await measureRounds(party, effort)
    expect(round[engineCpu]).toBeCloseTo((400 - crypto - 60) / 80)
    expect(least).toEqual({ [wall]: 5 * 3 + crypto, [allCpu]: crypto })
    expect(bare).toEqual({ [wall]: 5 * 10 + crypto, [allCpu]: crypto + 60 })
    expect(round).toMatchObject({ [wall]: 100, [bytesPerLink]: 10, [messagesPerMember]: 15 })
  })

  test('counts the transport by the messages that the round had', async () => {
    const played = { cpuUs: 400_000, messagesSent: 30 }
    const { bare } = await measureRounds(partyThatCosts({ played, exchanged: { cpuUs: 60_000 } }), effort)
    expect(bare[allCpu]).toBe(crypto + 30)
  })
})
