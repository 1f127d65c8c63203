import { describe, expect, onTestFinished, test } from 'vitest'
import { measureSigning } from '../src/musig2/bare-signing.ts'
import {
  articlesPerSigner,
  ed25519Cpu,
  measureSigningRounds,
  partyCpu,
  roundTrip,
  shareMax,
  slowest,
} from '../src/musig2/signing-cost.ts'
import { signingGame } from '../src/musig2/signing-game.ts'
import { signingSteps, totalOf } from '../src/musig2/steps.ts'
import { createMembers } from '../src/rounds/members.ts'
import type { Party } from '../src/rounds/party.ts'
import { bytesPerMember, messagesPerMember, wall } from '../src/rounds/round-cost.ts'

async function gather(count: number, items: number) {
  const signers = createMembers('memory', signingGame(items))
  onTestFinished(() => signers.close())
  const everybody = await signers.open({ members: count, firstSeat: 0, count })
  await signers.connect({ everybody })
  const others = everybody.slice(1).map(({ peerId = '' }) => peerId)
  return { signers, others }
}

describe('signers in one process', () => {
  test.each([1, 2])('sign %i items, more than once', async (items) => {
    const { signers, others } = await gather(3, items)
    for (const _ of [1, 2]) {
      const began = await signers.start({ others })
      expect(await signers.finish({ hosts: true })).toBeGreaterThan(began)
    }
  })

  test('say six things each to every other', async () => {
    const { signers, others } = await gather(4, 1)
    const before = signers.usage()
    await signers.start({ others })
    await signers.finish({ hosts: true })
    const { messagesSent } = signers.usage()
    expect(messagesSent - before.messagesSent).toBeGreaterThan(4 * 3 * (articlesPerSigner - 2))
    expect(messagesSent - before.messagesSent).toBeLessThanOrEqual(4 * 3 * articlesPerSigner)
  })

  test('convict whoever says a wrong part, and fail the run where nobody was convicted', async () => {
    const { signers, others } = await gather(3, 1)
    const [, spoiler] = others
    await signers.start({ others })
    await expect(signers.finish({ hosts: true, spoiler })).rejects.toThrow('as it should not')
    signers.spoil()
    await signers.start({ others })
    await signers.finish({ hosts: true, spoiler })
  })
})

test.each([
  { signers: 2, items: 1 },
  { signers: 3, items: 2 },
])('the cryptography of one of $signers signers of $items items holds, and every step takes its time', (size) => {
  const { plugin, scure } = measureSigning(size, 2)
  expect(Object.keys(plugin)).toEqual([...signingSteps])
  for (const each of Object.values(plugin)) expect(each).toBeGreaterThan(0)
  expect(totalOf(plugin)).toBeCloseTo(Object.values(plugin).reduce((sum, each) => sum + each, 0))
  // All of its sessions aggregate the keys again.
  expect(totalOf(scure)).toBeGreaterThan(totalOf(plugin))
})

/** Six parties in three processes. Ed25519 costs 1 ms to make and 2 ms to verify; MuSig2 10 ms, by scure 40. */
const party: Party = {
  members: 6,
  processes: 3,
  linkedMs: 0,
  play: async () => ({ tookMs: [100, 300, 200], messagesSent: 180, bytes: 36_000, cpuUs: 900_000, hostCpuUs: 0 }),
  watch: () => Promise.reject(new TypeError('nobody watches')),
  spoil: async () => {},
  exchange: () => Promise.reject(new TypeError('nothing is exchanged')),
  roundTripMs: async () => 3,
  crypto: async () => ({ signUs: 1_000, verifyUs: 2_000 }),
}

test('a party may take one and a half times its cryptography, with those who share its core, and the round trips', async () => {
  const alone = { plugin: { 'nonces made': 4, 'parts made': 6 }, scure: { 'parts made': 40 } }
  const effort = { rounds: 3, roundTrips: 1, signatures: 1 }
  const { round, ...others } = await measureSigningRounds(party, effort, 2, async () => alone)
  const ed25519 = 6 * (1 + 6 * 2)
  expect(round).toEqual({
    [wall]: 200,
    [slowest]: 290,
    [partyCpu]: 50,
    [ed25519Cpu]: ed25519,
    [roundTrip]: 3,
    [messagesPerMember]: 10,
    [bytesPerMember]: 2,
  })
  expect(others).toEqual({
    crypto: { [partyCpu]: 10 + ed25519 },
    cryptoAlone: { [partyCpu]: 10 },
    scure: { [partyCpu]: 40 + ed25519 },
    // Two cores for three processes: three parties take turns on each.
    allowed: { [wall]: shareMax * 3 * (10 + ed25519) + articlesPerSigner * 3 },
  })
})
