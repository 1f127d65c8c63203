import { schnorr, secp256k1 } from '@noble/curves/secp256k1.js'
import type { Coordinator, PeerId } from '@rondo/core'
import { isAbsent, simulate, type Topology, wrapCoordinator } from '@rondo/testkit/simulator'
import { hex } from '@scure/base'
import { describe, expect, test } from 'vitest'
import { aggregateKeys, applyTweak, xOnlyKeyOf } from '../../src/bip327/key-context.js'
import { createSession } from '../../src/bip327/session.js'
import {
  fixedSigners,
  type MessageOptions,
  memorySigner,
  musig2,
  type SigningOutcome,
  type SigningRequest,
} from '../../src/index.js'
import { isSigned, namedBy } from '../judge.js'
import { createNonceLog } from '../nonce-log.js'
import { bytesOf, createParty, deadlineMs, keyAt, type Party, play, restating, type Twist } from '../party.js'

const {
  Point,
  Point: { Fn },
} = secp256k1

type Order = Pick<MessageOptions, 'publicKeys' | 'message' | 'tweaks'>

/** The key that added to the victim’s leaves the attacker’s own. */
function rogueKey(own: Uint8Array, victim: Uint8Array): Uint8Array {
  return Point.fromBytes(own).subtract(Point.fromBytes(victim)).toBytes(true)
}

describe('threat: a rogue key', () => {
  const party = createParty(2)
  const [attacker, victim] = [keyAt(party, 0), keyAt(party, 1)]
  const rogue = rogueKey(attacker, victim)

  test('the attacker’s key is what the keys add up to, and not what they are aggregated to', () => {
    const sum = Point.fromBytes(rogue).add(Point.fromBytes(victim)).toBytes(true)
    expect(sum).toEqual(attacker)
    for (const keys of [
      [rogue, victim],
      [victim, rogue],
    ])
      expect(xOnlyKeyOf(aggregateKeys(keys))).not.toEqual(attacker.subarray(1))
  })

  test('whoever comes with such a key cannot sign for the group, neither alone nor with its part', async () => {
    const secretKey = bytesOf('secret key', 1, 0)
    const aggregateKey = xOnlyKeyOf(aggregateKeys([rogue, victim]))
    expect(schnorr.verify(schnorr.sign(party.message, secretKey), party.message, aggregateKey)).toBe(false)
    // In a round: it holds the seat of the rogue key, and has only the key that it made it from.
    const table: Party = { ...party, publicKeys: [victim, rogue], secretKeys: [bytesOf('secret key', 1, 1), secretKey] }
    const definition = restating('sign', (parts) => parts)
    const played = await play({
      peers: 2,
      party: table,
      twists: {
        1: {
          definition,
          signer: (signer) => ({
            ...signer,
            makeNonce: (request) => signer.makeNonce({ ...request, publicKey: attacker }),
            sign: async () => Fn.toBytes(Fn.fromBytes(secretKey)),
          }),
        },
      },
    })
    expect(played.outcomes[0]).toMatchObject({ status: 'aborted', reason: 'FAULT' })
    expect(namedBy(played, 0).culprits).toEqual([1])
  })
})

describe('the keys, their order, the tweaks and the message are settled before anybody makes a nonce', () => {
  const party = createParty(3)
  const { publicKeys, message } = party
  const tweak = { tweak: bytesOf('tweak'), isXOnly: true }
  const first: Order = { publicKeys, message, tweaks: [tweak] }
  const stranger = keyAt(createParty(1, 9), 0)
  const changes: Readonly<Record<string, Partial<Order>>> = {
    'another order of the keys': { publicKeys: publicKeys.toReversed() },
    'another key of a signer': { publicKeys: [keyAt(party, 0), keyAt(party, 1), stranger] },
    'no tweak': { tweaks: [] },
    'another tweak': { tweaks: [{ tweak: bytesOf('another tweak'), isXOnly: true }] },
    'the other kind of tweak': { tweaks: [{ ...tweak, isXOnly: false }] },
    'another message': { message: bytesOf('another message') },
  }

  /** The host tells signer 1 of one order, and signer 2 of another. */
  async function tellTwoStories(second: Order, topology: Topology) {
    const world = simulate({ seed: 4, peers: 3, network: { latencyMs: 10 }, topology })
    const [nonces, seen] = [createNonceLog(), new Map<number, SigningRequest>()]
    const run = await world.run(async (peer, index): Promise<readonly SigningOutcome[]> => {
      const held = [party.secretKeys[index], bytesOf('secret key', 9, 0)].slice(0, index === 2 ? 2 : 1)
      const signer = nonces.watch(memorySigner(...held.filter((key) => key !== undefined)), index, 0)
      if (index > 0) {
        // It agrees to what it is shown first, and to nothing else.
        const approve = (request: SigningRequest): boolean => {
          if (seen.has(index)) return false
          seen.set(index, request)
          return true
        }
        return [await musig2(peer, { signer, approve }).serve().next()]
      }
      const [, one, two] = world.peers.map(({ peerId }) => peerId)
      if (one === undefined || two === undefined) throw new Error('there are three')
      const host = musig2(tellingEach(peer, [one, two]), { signer, approve: () => true })
      const signers = fixedSigners([
        { peerId: one, publicKey: keyAt(party, 1) },
        { peerId: two, publicKeys: [keyAt(party, 2), stranger] },
      ])
      const times = { signers, answerMs: deadlineMs, deadlineMs, lifetimeMs: 600_000 }
      const started = [await host.signMessage({ ...first, ...times }), await host.signMessage({ ...second, ...times })]
      expect(started[0]?.id).not.toBe(started[1]?.id)
      return Promise.all(started.map(({ outcome }) => outcome))
    })
    const outcomes = run.outcomes.flatMap((outcome) => (isAbsent(outcome) ? [] : outcome))
    return { nonces, seen, outcomes }
  }

  const cases = Object.entries(changes).flatMap(([what, change]) =>
    (['who reach nobody but the host', 'who reach each other'] as const).map((who) => [what, who, change] as const),
  )
  test.each(cases)(
    '%s for one of the signers, %s, is another round: nobody signs in either',
    async (_, who, change) => {
      const star = (index: number): readonly number[] => (index === 0 ? [1, 2] : [])
      const { nonces, seen, outcomes } = await tellTwoStories(
        { ...first, ...change },
        who.includes('host') ? star : 'mesh',
      )
      expect(seen.size).toBe(2)
      expect(outcomes).toHaveLength(4)
      for (const outcome of outcomes)
        expect(outcome).toMatchObject({ status: 'aborted', mayBeSigned: false, culprits: [] })
      expect(nonces.made).toEqual([])
    },
  )

  test('a tweak that a signer swaps when it sees the nonces spoils its own part, and convicts it', async () => {
    const swapped: Twist = {
      definition: restating('sign', (parts) => parts),
      signer: (signer) => ({
        ...signer,
        sign: (request) => {
          const { message: signed, publicNonces } = request.session
          const key = applyTweak(aggregateKeys(publicKeys), { tweak: bytesOf('chosen late'), isXOnly: true })
          return signer.sign({ ...request, session: createSession(key, publicNonces, signed) })
        },
      }),
    }
    for (const swapper of [0, 2]) {
      const played = await play({ peers: 3, party, terms: { tweaks: [tweak] }, twists: { [swapper]: swapped } })
      for (const peer of [0, 1, 2].filter((each) => each !== swapper)) {
        expect(played.outcomes[peer]).toMatchObject({ status: 'aborted', reason: 'FAULT' })
        expect(namedBy(played, peer).culprits).toEqual([swapper])
      }
    }
  })

  test('with one story for all of them, it is signed for the tweaked key', async () => {
    const played = await play({ peers: 3, party, terms: { tweaks: [tweak] } })
    const key = xOnlyKeyOf(applyTweak(aggregateKeys(publicKeys), tweak))
    for (const outcome of played.outcomes) {
      expect(isSigned(outcome, message)).toBe(true)
      expect(outcome?.signed).toMatchObject({ publicKey: key })
    }
  })
})

/** The first round that it speaks of is for the first of them alone, the second for the second. */
function tellingEach(coordinator: Coordinator, peers: readonly PeerId[]): Coordinator {
  const rooms: string[] = []
  return wrapCoordinator(coordinator, {
    async sendTo(to, outgoing, options) {
      const { payload } = outgoing
      if (typeof payload !== 'object' || payload === null || !('room' in payload)) return
      if (!(payload.room instanceof Uint8Array)) return
      const room = hex.encode(payload.room)
      if (!rooms.includes(room)) rooms.push(room)
      if (peers[rooms.indexOf(room)] === to) await coordinator.sendTo(to, outgoing, options)
    },
  })
}
