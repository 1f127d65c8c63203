import { silent } from '@rondo/rounds/testing'
import { isAbsent, simulate } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'
import { describeOutcome, fixedSigners, memorySigner, musig2 } from '../src/index.js'
import { createParty } from './party.js'

const { secretKeys, publicKeys, message } = createParty(3)

/** What the one who asked is shown, where the third signer says nothing from a phase on. */
async function shownWhere(silentIn?: string): Promise<string> {
  const world = simulate({ seed: 1, peers: 3, network: { latencyMs: [5, 15] } })
  if (silentIn !== undefined) world.malicious(2, silent(silentIn))
  const { outcomes } = await world.run(async (peer, index) => {
    const signing = musig2(peer, { signer: memorySigner(secretKeys[index] ?? new Uint8Array()), approve: () => true })
    if (index > 0) return signing.serve().next()
    const known = world.others(0).map((peerId, at) => ({ peerId, publicKeys: publicKeys.slice(at + 1, at + 2) }))
    return (await signing.signMessage({ message, publicKeys, signers: fixedSigners(known) })).outcome
  })
  const [outcome] = outcomes
  if (outcome === undefined || isAbsent(outcome)) throw new Error('no outcome')
  return describeOutcome(outcome)
}

test.each([
  [undefined, 'Completed after', 'Signed: all signers have the same signature.'],
  ['nonces', 'was silent for too long in nonces', 'Not signed: no part of this signer has left'],
  ['sign', 'was silent for too long in sign', 'It may be signed, now or later'],
  ['confirm', 'was silent for too long in confirm', 'Signed all the same'],
])(
  'with a signer that is silent in %s, the round is told, and below it what that means',
  async (phase, told, meaning) => {
    const shown = await shownWhere(phase)
    expect(shown).toContain(told)
    expect(shown.split('\n\n').at(-1)).toMatch(new RegExp(`^${meaning}`))
  },
)
