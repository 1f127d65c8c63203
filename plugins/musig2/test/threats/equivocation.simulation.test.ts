import { verifyEvidence } from '@rondo/rounds'
import { digestLie, withholdLast } from '@rondo/rounds/testing'
import { describe, expect, test } from 'vitest'
import { musig2Rounds } from '../../src/index.js'
import { namedBy, describe as tell, warnings } from '../judge.js'
import { otherNonce } from '../malice/other-nonce.js'
import { twoFaced } from '../malice/two-faced.js'
import { type Played, play } from '../party.js'

const otherNonces = twoFaced('nonces', (payload) => (Array.isArray(payload) ? [payload[0], [otherNonce()]] : payload))

/** That the honest have convicted this one, and can show it to whoever was not there. */
async function assertConvicted({ outcomes }: Played, honest: readonly number[], culprit: string): Promise<void> {
  for (const peer of honest) {
    const outcome = outcomes[peer]
    expect(outcome).toMatchObject({ status: 'aborted', reason: 'EQUIVOCATION' })
    const [named] = outcome?.status === 'aborted' ? outcome.culprits : []
    expect(named).toMatchObject({ peerId: culprit, kind: 'equivocation' })
    const verdict = await verifyEvidence(musig2Rounds, named?.evidence ?? new Uint8Array(0))
    expect(verdict).toMatchObject({ ok: true, culprit })
  }
}

describe('threat: equivocation', () => {
  test.each([
    [3, 2],
    [3, 0],
    [5, 1],
    [2, 1],
  ])(
    'of %i signers, who tells them different nonces (signer %i) is convicted, and nobody has signed',
    async (peers, liar) => {
      const played = await play({ peers, arrange: (world) => world.malicious(liar, otherNonces) })
      const honest = Array.from({ length: peers }, (_, peer) => peer).filter((peer) => peer !== liar)
      await assertConvicted(played, honest, played.peerIds[liar] ?? '')
      expect(played.nonces.used.filter(({ peer }) => peer !== liar)).toEqual([])
      for (const peer of honest) expect(warnings(played)[peer]).toBe(false)
    },
  )

  test('nobody signs before all have said that they saw the same nonces', async () => {
    const played = await play({ peers: 4, arrange: (world) => world.malicious(3, withholdLast({ phase: 'agreed' })) })
    expect(played.nonces.used.filter(({ peer }) => peer < 3)).toEqual([])
    for (const peer of [0, 1, 2]) {
      expect(tell(played.outcomes[peer])).toContain('TIMEOUT')
      expect(namedBy(played, peer)).toEqual({ culprits: [], suspects: [3] })
    }
  })

  test('who says that it saw other nonces than anybody said stops it, and nobody has signed', async () => {
    const played = await play({ peers: 3, arrange: (world) => world.malicious(2, digestLie('agreed')) })
    expect(played.nonces.used.filter(({ peer }) => peer < 2)).toEqual([])
    for (const peer of [0, 1]) {
      expect(namedBy(played, peer)).toEqual({ culprits: [], suspects: [2] })
      expect(warnings(played)[peer]).toBe(false)
    }
  })

  test('who tells them that it agrees to different things is convicted, and nobody has signed with it', async () => {
    const digests = twoFaced('agreed', () => [new Uint8Array(32).fill(7)])
    const played = await play({ peers: 3, arrange: (world) => world.malicious(2, digests) })
    await assertConvicted(played, [0, 1], played.peerIds[2] ?? '')
  })

  test('two different parts of one signer convict it as well', async () => {
    const parts = twoFaced('sign', (payload) =>
      Array.isArray(payload) ? [payload[0], [new Uint8Array(32).fill(9)]] : payload,
    )
    const played = await play({ peers: 3, arrange: (world) => world.malicious(2, parts) })
    for (const peer of [0, 1]) {
      const outcome = played.outcomes[peer]
      // Who had the right one first may have the signature by then; who did not, has the other one to show.
      expect(namedBy(played, peer).culprits.every((each) => each === 2)).toBe(true)
      if (outcome?.status === 'aborted') expect(outcome.mayBeSigned).toBe(true)
    }
    expect([0, 1].flatMap((peer) => namedBy(played, peer).culprits)).toContain(2)
  })
})
