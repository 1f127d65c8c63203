import { schnorr_FROST as frost, schnorr } from '@noble/curves/secp256k1.js'
import type { PeerId } from '@rondo/core'
import { rounds } from '@rondo/rounds'
import { silent, wrongOpening } from '@rondo/rounds/testing'
import { isAbsent, type Malice, simulate } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'
import { type Group, isSignedBy, threshold } from './definition.js'

// The findings of decision 0020, each as it was found: what the engine does for t of n, and what it does not.

interface Scene {
  readonly n: number
  readonly t: number
  readonly malice?: readonly (readonly [member: number, malice: Malice])[]
  readonly retries?: number
  readonly maximum?: number
  /** Its share is another's. */
  readonly wrongShare?: number
}

function dealTo(peers: readonly PeerId[], t: number) {
  const deal = frost.trustedDealer({ min: t, max: peers.length })
  const shares = Object.values(deal.secretShares)
  const holders = shares.map(({ identifier }, at) => {
    const verifyingShare = deal.public.verifyingShares[identifier] ?? new Uint8Array()
    return { peerId: peers[at] ?? '', identifier, verifyingShare }
  })
  const message = new Uint8Array(32).fill(7)
  const setup: Group = { minimum: t, commitments: deal.public.commitments, holders, message }
  return { setup, shares, key: deal.public.commitments[0]?.slice(1) ?? new Uint8Array() }
}

/** How it ended for each: `signed by 4 at attempt 2`, or the reason. */
async function play({ n, t, malice = [], retries = 0, maximum = n, wrongShare }: Scene): Promise<readonly string[]> {
  const world = simulate({ seed: 3, peers: n, network: { latencyMs: [5, 80] } })
  for (const [member, each] of malice) world.malicious(member, each)
  const { setup, shares, key } = dealTo(
    world.peers.map(({ peerId }) => peerId),
    t,
  )
  const { outcomes } = await world.run(async (peer, index) => {
    const { identifier = '', signingShare = new Uint8Array() } = shares[index] ?? {}
    const lent = index === wrongShare ? (shares[index + 1]?.signingShare ?? signingShare) : signingShare
    const local = { share: { identifier, signingShare: lent } }
    if (index > 0)
      return rounds(peer)
        .serve(threshold, (invite) => invite.accept({ local }))
        .next()
    const rules = { minimum: t, maximum, retries, answerMs: 2_000, deadlineMs: 2_000 }
    const round = await rounds(peer).start(threshold, { with: world.others(0), ...rules, setup, local })
    return round.outcome
  })
  return outcomes.map((outcome) => {
    if (outcome === undefined || isAbsent(outcome)) return 'absent'
    if (outcome.status === 'aborted') return outcome.reason
    expect(isSignedBy(setup, outcome.result)).toBe(true)
    expect(schnorr.verify(outcome.result, setup.message, key)).toBe(true)
    const { attempts } = outcome.account
    return `signed by ${attempts.at(-1)?.roster.length} at attempt ${attempts.length}`
  })
}

const others = (endings: readonly string[]): ReadonlySet<string> => new Set(endings.filter((each) => each !== 'absent'))

test('all who came sign, where more come than are needed', async () => {
  expect(others(await play({ n: 5, t: 3 }))).toEqual(new Set(['signed by 5 at attempt 1']))
})

test('the first to accept sign, where no more than are needed may', async () => {
  const endings = await play({ n: 5, t: 3, maximum: 3 })
  expect(endings.filter((each) => each === 'signed by 3 at attempt 1')).toHaveLength(3)
  expect(endings.filter((each) => each === 'LEFT_OUT')).toHaveLength(2)
})

test('those who fall silent are left out of the next attempt, one wave after another', async () => {
  const malice = [[2, silent('nonces')] as const, [3, silent('sign')] as const]
  expect(others(await play({ n: 5, t: 3, malice, retries: 2 }))).toEqual(new Set(['signed by 3 at attempt 3']))
})

test('whoever brings a wrong part is convicted and left out, however many they are', async () => {
  const malice = [2, 3, 4].map((member) => [member, wrongOpening('sign')] as const)
  expect(others(await play({ n: 5, t: 2, malice, retries: 3 }))).toEqual(new Set(['signed by 2 at attempt 2']))
})

test('a minority cannot leave the majority out for silence, though it holds enough shares', async () => {
  const malice = [2, 3, 4].map((member) => [member, silent('sign')] as const)
  expect(others(await play({ n: 5, t: 2, malice, retries: 3 }))).toEqual(new Set(['TIMEOUT']))
})

test('nobody takes the place of a signer who falls silent', async () => {
  const endings = await play({ n: 5, t: 3, malice: [[1, silent('sign')]], maximum: 3, retries: 3 })
  expect(endings).toEqual(['TIMEOUT', 'absent', 'TIMEOUT', 'LEFT_OUT', 'LEFT_OUT'])
})

test('a signer who cannot is waited for once more before it is left out', async () => {
  expect(await play({ n: 5, t: 3, wrongShare: 2, retries: 1 })).toContain('TIMEOUT')
  const endings = await play({ n: 5, t: 3, wrongShare: 2, retries: 2 })
  expect(endings.filter((each) => each === 'signed by 4 at attempt 3')).toHaveLength(4)
})
