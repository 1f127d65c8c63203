import { randomBytes } from 'node:crypto'
import { schnorr } from '@noble/curves/secp256k1.js'
import { isAbsent, simulate } from '@rondo/testkit/simulator'
import { describe, expect, test } from 'vitest'
import { fixedSigners, memorySigner, musig2, publicKeyFor } from '../src/index.js'

describe('a message', () => {
  test.each([2, 5, 20])('is signed by %i signers', async (n) => {
    const secretKeys = Array.from({ length: n }, () => new Uint8Array(randomBytes(32)))
    const publicKeys = secretKeys.map(publicKeyFor)
    const message = new Uint8Array(randomBytes(32))
    const world = simulate({ seed: 1, peers: n, network: { latencyMs: [5, 80] } })
    const { outcomes } = await world.run(async (peer, index) => {
      const signing = musig2(peer, { signer: memorySigner(secretKeys[index]!), approve: () => true })
      if (index > 0) return signing.serve().next()
      const others = world.others(0).map((peerId, at) => ({ peerId, publicKey: publicKeys[at + 1]! }))
      return (await signing.signMessage({ message, publicKeys, signers: fixedSigners(others) })).outcome
    })
    for (const outcome of outcomes) {
      if (outcome === undefined || isAbsent(outcome)) throw new Error('absent')
      if (outcome.status !== 'completed') throw new Error(`${outcome.reason} ${outcome.detail}`)
      const { signed } = outcome
      if (signed.kind !== 'message') throw new Error('')
      expect(schnorr.verify(signed.signature, message, signed.publicKey)).toBe(true)
    }
  })
})
