import { expect, test } from 'vitest'
import { verifyMessage } from '../../src/signing/verify-message.js'
import { alice, bob, epoch, payloadOf, signBatch } from './samples.js'

test('each member of a batch verifies alone, and says all that was signed', async () => {
  const { batch, signature } = signBatch(5)
  for (let index = 0; index < 5; index += 1) {
    const verdict = await verifyMessage(batch.signedMessage(index, signature))
    expect(verdict).toMatchObject({
      ok: true,
      author: alice.peerId,
      network: 'main',
      protocol: 'library',
      type: 'returned',
      version: 1,
      audience: { to: bob.peerId },
      position: { epoch, sequence: index },
      createdMs: epoch + 1_000,
      expiresMs: epoch + 61_000,
      codecId: 0,
      payloadBytes: payloadOf(index),
      payload: { ok: true, value: payloadOf(index) },
    })
  }
})
