import { describe, expect, test } from 'vitest'
import { makeNonce } from '../../src/bip327/nonces.js'
import { bytesOf, createParty, keyAt, play, type Twist } from '../party.js'

describe('threat: deterministic nonces', () => {
  test('the same signers of the same message never make the same nonce twice, in whatever round or attempt', async () => {
    const party = createParty(3)
    const all: string[] = []
    for (const seed of [1, 2, 3]) {
      const { nonces } = await play({ peers: 3, seed, party })
      all.push(...nonces.made.map(({ nonce }) => nonce))
    }
    expect(all).toHaveLength(9)
    expect(new Set(all).size).toBe(9)
  })

  test('every nonce is given 32 bytes of its own from the dice of the node', async () => {
    const { nonces } = await play({ peers: 4 })
    const dice = nonces.made.map(({ random }) => random)
    expect(dice.every((random) => /^[0-9a-f]{64}$/.test(random))).toBe(true)
    expect(new Set(dice).size).toBe(4)
  })

  test('dice that always fall the same give no nonce twice: each place has its own', async () => {
    // The signer’s dice alone are broken; the node still has ids of its own for its rounds.
    const broken: Twist = {
      signer: (signer) => ({
        ...signer,
        makeNonce: (request) => signer.makeNonce({ ...request, random: new Uint8Array(32) }),
      }),
    }
    const party = createParty(2)
    const first = await play({ peers: 2, seed: 1, party, twists: { 0: broken, 1: broken } })
    const again = await play({ peers: 2, seed: 2, party, twists: { 0: broken, 1: broken } })
    const nonces = [...first.nonces.made, ...again.nonces.made]
    expect(nonces.every(({ random }) => random === '00'.repeat(32))).toBe(true)
    expect(new Set(nonces.map(({ nonce }) => nonce)).size).toBe(4)
  })

  test.each(['secretKey', 'publicKey', 'aggregateKey', 'message', 'place', 'random'] as const)(
    'a nonce for another %s is another nonce',
    (name) => {
      const party = createParty(2)
      const purpose = {
        secretKey: bytesOf('secret key', 1, 0),
        publicKey: keyAt(party, 0),
        aggregateKey: bytesOf('aggregate'),
        message: party.message,
        place: bytesOf('place'),
        random: bytesOf('random'),
      }
      const other = { ...purpose, [name]: name === 'publicKey' ? keyAt(party, 1) : bytesOf('other') }
      expect(makeNonce(other).publicNonce).not.toEqual(makeNonce(purpose).publicNonce)
      expect(makeNonce(purpose).publicNonce).toEqual(makeNonce(purpose).publicNonce)
    },
  )

  test('the places of a round differ by attempt and by signer', async () => {
    const { nonces } = await play({
      peers: 3,
      terms: { retries: 2 },
      onRound: (round, index, world) => {
        if (index !== 2) return
        round.on('progress', ({ phase, attempt }) => {
          if (phase !== 'agreed' || attempt > 1) return
          world.at(world.nowMs).partition([0, 1], [2])
          world.at(world.nowMs + 1_500).heal()
        })
      },
    })
    expect(nonces.made.length).toBeGreaterThan(3)
    expect(new Set(nonces.made.map(({ place }) => place)).size).toBe(nonces.made.length)
    expect(nonces.complaints()).toEqual([])
  })
})
