import { expect, test } from 'vitest'
import { type MessageDraft, signMessage } from '../../src/signing/sign-message.js'
import { verifyMessage } from '../../src/signing/verify-message.js'
import { alice, countingRandom, epoch } from './samples.js'

const draft: MessageDraft = {
  network: 'main',
  protocol: 'library',
  type: 'card',
  version: 1,
  audience: { topic: 'readers' },
  position: { epoch, sequence: 0 },
  createdMs: 1,
  expiresMs: 2,
  payload: { name: 'Ada' },
}

test('a message signed outside any session is read anywhere', async () => {
  const verdict = await verifyMessage(await signMessage(alice, draft))
  expect(verdict).toMatchObject({
    ok: true,
    author: alice.peerId,
    audience: { topic: 'readers' },
    payload: { ok: true, value: { name: 'Ada' } },
  })
})

test('the salt comes from the environment that is given', async () => {
  const [one, two] = [countingRandom(), countingRandom()].map((random) =>
    signMessage(alice, draft, { env: { random } }),
  )
  expect(await one).toEqual(await two)
  expect(await signMessage(alice, draft)).not.toEqual(await one)
})

test('an identity may take its time', async () => {
  const identity = { peerId: alice.peerId, sign: async (bytes: Uint8Array) => alice.sign(bytes) }
  expect(await verifyMessage(await signMessage(identity, draft))).toMatchObject({ ok: true })
})

test('an identity that gives something else than a signature is found out', async () => {
  const broken = { peerId: alice.peerId, sign: () => new Uint8Array(63) }
  expect(() => signMessage(broken, draft)).toThrow(TypeError)
})

test('what cannot be encoded or said throws before anything is signed', () => {
  const identity = {
    peerId: alice.peerId,
    sign: () => {
      throw new Error('signed all the same')
    },
  }
  expect(() => signMessage(identity, { ...draft, payload: new Date(0) })).toThrow(/CODEC_VALUE_UNSUPPORTED/)
  expect(() => signMessage(identity, { ...draft, expiresMs: 0 })).toThrow(TypeError)
})
