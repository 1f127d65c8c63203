import { describe, expect, test } from 'vitest'
import { nativeCrypto } from '../../src/crypto/native-crypto.js'
import { Batches } from '../../src/signing/batch.js'
import { verifyMessage } from '../../src/signing/verify-message.js'
import { FakeEnv } from '../fake-env.js'
import { alice, bob, carol, countingRandom, epoch, headOf, particulars, payloadOf } from './samples.js'

const { sha256 } = nativeCrypto

function newBatches(random = countingRandom()): Batches {
  return new Batches({ author: alice.peerId, epoch, sha256, random })
}

test('each statement has a salt of its own, and what travels alone shows no other', async () => {
  const env = new FakeEnv()
  const open = newBatches((bytes) => env.random(bytes)).open()
  for (let sequence = 0; sequence < 40; sequence += 1) open.add(headOf(), particulars(sequence), payloadOf(0))
  const batch = open.seal()
  const signature = await alice.sign(batch.rootBytes)
  const salts = batch.entries.map(({ salt }) => Buffer.from(salt).toString('hex'))
  expect(new Set(salts).size).toBe(40)
  for (const { index } of batch.entries) {
    const bytes = Buffer.from(batch.signedMessage(index, signature)).toString('hex')
    expect(salts.map((salt) => bytes.includes(salt))).toEqual(salts.map((_, other) => other === index))
  }
})

test('a sibling cannot be guessed: the same statements behind other salts have other paths', () => {
  const [first, second] = [0, 1].map((start) => {
    const batch = newBatches((bytes) => new Uint8Array(bytes).fill(start)).open()
    for (const sequence of [0, 1]) batch.add(headOf(), particulars(sequence), payloadOf(sequence))
    return batch.seal()
  })
  expect(first!.entries[1]!.statement).toEqual(second!.entries[1]!.statement)
  expect(first!.pathOf(0)).not.toEqual(second!.pathOf(0))
})

test('what an entry shows holds, however much comes after it', () => {
  const batch = newBatches().open()
  const { statement, salt } = batch.add(headOf(), particulars(0), payloadOf(0))
  const copies = [statement.slice(), salt.slice()]
  for (let sequence = 1; sequence < 1_024; sequence += 1) batch.add(headOf(), particulars(sequence), payloadOf(0))
  expect([statement, salt]).toEqual(copies)
  expect(batch.isFull).toBe(true)
})

describe('a batch does not take', () => {
  const other = { position: { epoch: epoch + 1, sequence: 0 }, createdMs: 1, expiresMs: 2, codecId: 0 }
  const payload = payloadOf(0)

  test.each<[string, () => void]>([
    [
      'a statement of another author',
      () =>
        newBatches()
          .open()
          .add(headOf({ author: bob.peerId }), particulars(0), payload),
    ],
    [
      'a statement for another audience',
      () =>
        newBatches()
          .open({ to: bob.peerId })
          .add(headOf({ audience: { to: carol.peerId } }), particulars(0), payload),
    ],
    ['a statement of another epoch', () => newBatches().open().add(headOf(), other, payload)],
    ['an epoch that is none', () => new Batches({ author: alice.peerId, epoch: -1, sha256, random: countingRandom() })],
    ['its end without a statement', () => newBatches().open().seal()],
    [
      'anything once it is sealed',
      () => {
        const batch = newBatches().open()
        batch.add(headOf(), particulars(0), payload)
        batch.seal()
        batch.add(headOf(), particulars(1), payload)
      },
    ],
    [
      'its end twice',
      () => {
        const batch = newBatches().open()
        batch.add(headOf(), particulars(0), payload)
        batch.seal()
        batch.seal()
      },
    ],
    [
      'more than 1,024 statements',
      () => {
        const batch = newBatches().open()
        for (let sequence = 0; sequence <= 1_024; sequence += 1) batch.add(headOf(), particulars(sequence), payload)
      },
    ],
  ])('%s', (_, misuse) => {
    expect(misuse).toThrow(TypeError)
  })
})

test('a batch without an audience takes statements for any, and each of them verifies alone', async () => {
  const batch = newBatches().open()
  const audiences = ['anyone', { to: bob.peerId }, { topic: 'weather' }] as const
  for (const audience of audiences) {
    const head = headOf({ audience, type: `type-${batch.count}` })
    batch.add(head, particulars(batch.count), payloadOf(batch.count))
  }
  const sealed = batch.seal()
  expect(sealed).toMatchObject({ audience: undefined, count: 3 })
  const signature = await alice.sign(sealed.rootBytes)
  for (const [index, audience] of audiences.entries()) {
    const verdict = await verifyMessage(sealed.signedMessage(index, signature))
    expect(verdict).toMatchObject({ ok: true, audience, type: `type-${index}` })
  }
})
