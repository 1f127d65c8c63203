import { secp256k1 } from '@noble/curves/secp256k1.js'
import { verifyEvidence, verifyTranscript } from '@rondo/rounds'
import { describe, expect, test } from 'vitest'
import { musig2Rounds } from '../../src/index.js'
import { isSigned, namedBy, warnings } from '../judge.js'
import { createParty, keyAt, type Played, play, restating, type Twist } from '../party.js'

const { Fn } = secp256k1.Point

/** A part to which something is added: still a number below the order. */
const added = (part: Uint8Array, by: bigint): Uint8Array => Fn.toBytes(Fn.add(Fn.fromBytes(part), by))

/** Adds to its own part. */
const adding = (by: bigint): Twist => ({
  definition: restating('sign', (parts) => parts.map((part) => added(part, by))),
})

/** Says something else than parts. */
const saying = (other: (parts: readonly Uint8Array[]) => unknown): Twist => ({ definition: restating('sign', other) })

const honestIn = ({ peerIds }: Played, bad: readonly number[]): readonly number[] =>
  [...peerIds.keys()].filter((peer) => !bad.includes(peer))

async function assertNamed(played: Played, bad: readonly number[]): Promise<void> {
  for (const peer of honestIn(played, bad)) {
    const outcome = played.outcomes[peer]
    expect(outcome).toMatchObject({ status: 'aborted', reason: 'FAULT', mayBeSigned: true })
    expect(namedBy(played, peer).culprits.toSorted()).toEqual(bad)
    for (const { peerId, evidence } of outcome?.status === 'aborted' ? outcome.culprits : [])
      expect(await verifyEvidence(musig2Rounds, evidence ?? new Uint8Array(0))).toMatchObject({
        ok: true,
        culprit: peerId,
      })
  }
}

describe('threat: a bad partial signature', () => {
  test.each([0, 1, 3])('signer %i of four is convicted by its part, and nobody else', async (bad) => {
    await assertNamed(await play({ peers: 4, twists: { [bad]: adding(1n) } }), [bad])
  })

  test('two that are bad are both convicted', async () => {
    await assertNamed(await play({ peers: 4, twists: { 1: adding(1n), 3: adding(1n) } }), [1, 3])
  })

  test('where somebody else is silent, the outcome suspects that one, and the transcript names the other', async () => {
    const silent: Twist = { signer: (signer) => ({ ...signer, sign: () => new Promise(() => {}) }) }
    const played = await play({ peers: 4, twists: { 1: adding(1n), 3: silent } })
    for (const peer of [0, 2]) {
      expect(played.outcomes[peer]).toMatchObject({ status: 'aborted', reason: 'TIMEOUT', mayBeSigned: true })
      expect(namedBy(played, peer)).toEqual({ culprits: [], suspects: [3] })
      const verdict = await verifyTranscript(musig2Rounds, played.endings[peer]?.transcript ?? new Uint8Array(0))
      expect(verdict).toMatchObject({ ok: true, status: 'unfinished', culprits: [{ peerId: played.peerIds[1] }] })
    }
  })

  test('two that cancel out make a signature like any other, and nobody is convicted', async () => {
    const played = await play({ peers: 4, twists: { 1: adding(5n), 3: adding(-5n) } })
    for (const peer of [0, 2]) expect(isSigned(played.outcomes[peer], played.party.message)).toBe(true)
  })

  test.each<[string, Twist]>([
    ['a number above the order', saying(() => [new Uint8Array(32).fill(255)])],
    ['zero', saying(() => [new Uint8Array(32)])],
    ['31 bytes', saying((parts) => parts.map((part) => part.subarray(1)))],
    ['no part', saying(() => [])],
    ['two parts', saying((parts) => [...parts, ...parts])],
    ['a text', saying(() => 'part')],
    ['nothing', saying(() => null)],
  ])('%s in its place convicts the one who said it', async (_, twist) => {
    await assertNamed(await play({ peers: 3, twists: { 2: twist } }), [2])
  })

  test.each<[string, Twist]>([
    ['66 bytes that are no points', { definition: restating('nonces', () => [new Uint8Array(66).fill(5)]) }],
    ['a nonce at infinity', { definition: restating('nonces', () => [new Uint8Array(66)]) }],
    ['no nonce', { definition: restating('nonces', () => []) }],
    ['two nonces', { definition: restating('nonces', (nonces) => [...nonces, ...nonces]) }],
    ['a nonce of 65 bytes', { definition: restating('nonces', (nonces) => nonces.map((each) => each.subarray(1))) }],
  ])('%s convicts as well, before anybody signs', async (_, twist) => {
    const played = await play({ peers: 3, twists: { 2: twist } })
    for (const peer of [0, 1]) {
      expect(played.outcomes[peer]).toMatchObject({ status: 'aborted', reason: 'FAULT', mayBeSigned: false })
      expect(namedBy(played, peer).culprits).toEqual([2])
      expect(warnings(played)[peer]).toBe(false)
    }
    expect(played.nonces.used).toEqual([])
  })

  test('it is the signer who is convicted, where the keys stand in another order than the signers', async () => {
    const party = createParty(4)
    const shuffled = [2, 0, 3, 1].map((at) => keyAt(party, at))
    const terms = { publicKeys: shuffled }
    const played = await play({ peers: 4, party, terms, twists: { 1: adding(1n) } })
    await assertNamed(played, [1])
  })
})
