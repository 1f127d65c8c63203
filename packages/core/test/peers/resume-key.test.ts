import { expect, test } from 'vitest'
import { nativeCrypto } from '../../src/crypto/native-crypto.js'
import type { Channel } from '../../src/flow/channel.js'
import { ResumeKey } from '../../src/peers/resume-key.js'
import { shakeHands } from '../fake-ends.js'
import { FakeEnv } from '../fake-env.js'

async function channels(): Promise<readonly [Channel, Channel]> {
  const [dialler, listener] = await shakeHands(new FakeEnv())
  if (typeof dialler === 'string' || typeof listener === 'string') throw new Error('no channel')
  return [dialler, listener]
}

const claim = { generation: 1, received: 5, acknowledged: 3 }

test('both ends of a channel have the same key, and no other channel has it', async () => {
  const [dialler, listener] = await channels()
  const [ours, theirs] = [new ResumeKey(nativeCrypto, dialler), new ResumeKey(nativeCrypto, listener)]
  expect(ours.mac('dialler', dialler, claim)).toEqual(theirs.mac('dialler', listener, claim))
  const [other] = await channels()
  expect(new ResumeKey(nativeCrypto, other).mac('dialler', dialler, claim)).not.toEqual(
    ours.mac('dialler', dialler, claim),
  )
})

test('a proof is of its role, its handshake and each of its numbers', async () => {
  const [channel] = await channels()
  const [other] = await channels()
  const key = new ResumeKey(nativeCrypto, channel)
  const proofs = [
    key.mac('dialler', channel, claim),
    key.mac('listener', channel, claim),
    key.mac('dialler', other, claim),
    key.mac('dialler', channel, { ...claim, generation: 2 }),
    key.mac('dialler', channel, { ...claim, received: 6 }),
    key.mac('dialler', channel, { ...claim, acknowledged: 4 }),
    // The two counts do not run into one another.
    key.mac('dialler', channel, { ...claim, received: 3, acknowledged: 5 }),
  ].map((mac) => Buffer.from(mac ?? []).toString('hex'))
  expect(new Set(proofs).size).toBe(proofs.length)
  for (const proof of proofs) expect(proof).toHaveLength(64)
})

test('a generation that is not ahead has no proof, nor one too far ahead', async () => {
  const [channel] = await channels()
  const key = new ResumeKey(nativeCrypto, channel)
  key.advance(3)
  const provable = (generation: number): boolean => key.mac('dialler', channel, { ...claim, generation }) !== undefined
  expect([2, 3, 4, 3 + 256, 3 + 257].map(provable)).toEqual([false, false, true, true, false])
})

test('an end that skipped attempts comes to the same key as one that made them all', async () => {
  const [dialler, listener] = await channels()
  const [one, other] = [new ResumeKey(nativeCrypto, dialler), new ResumeKey(nativeCrypto, listener)]
  for (const generation of [1, 2, 3, 7]) one.advance(generation)
  other.advance(7)
  const later = { ...claim, generation: 8 }
  expect(one.mac('listener', dialler, later)).toEqual(other.mac('listener', listener, later))
  expect([one.generation, other.generation]).toEqual([7, 7])
})

test('a key does not go back, whatever it is told', async () => {
  const [channel] = await channels()
  const key = new ResumeKey(nativeCrypto, channel)
  key.advance(5)
  const before = key.mac('dialler', channel, { ...claim, generation: 6 })
  for (const generation of [0, 4, 5, 5 + 257]) key.advance(generation)
  expect([key.generation, key.mac('dialler', channel, { ...claim, generation: 6 })]).toEqual([5, before])
})
