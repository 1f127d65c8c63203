import { describe, expect, test } from 'vitest'
import { createCodecs } from '../../src/codec/codecs.js'
import type { MaybePromise } from '../../src/crypto/crypto-provider.js'
import { nativeCrypto } from '../../src/crypto/native-crypto.js'
import { createEd25519 } from '../../src/identity/ed25519.js'
import { publicKeyOf } from '../../src/identity/peer-id.js'
import type { SealedBatch } from '../../src/signing/batch.js'
import { Batches } from '../../src/signing/batch.js'
import { BatchVerifier, type BatchVerifierOptions } from '../../src/signing/batch-verifier.js'
import { VerifiedRoots } from '../../src/signing/verified-roots.js'
import { verifyMessage } from '../../src/signing/verify-message.js'
import { providers } from '../crypto/providers.js'
import { alice, carol, countingRandom, epoch, headOf, particulars, payloadOf, signBatch } from './samples.js'

const ed25519 = createEd25519(nativeCrypto.ed25519)
const { sha256 } = nativeCrypto

function newVerifier(options: Partial<BatchVerifierOptions> = {}): BatchVerifier {
  return new BatchVerifier({
    author: alice.peerId,
    sha256,
    roots: new VerifiedRoots((peerId, message, signature) => ed25519.verify(publicKeyOf(peerId), message, signature)),
    codecs: createCodecs([]),
    ...options,
  })
}

function addAll(verifier: BatchVerifier, batch: SealedBatch): void {
  for (const { statement, salt, payload } of batch.entries) {
    expect(verifier.add(statement, salt, payload)).toEqual({ ok: true })
  }
}

describe.each(providers)('with $name hashes', (crypto) => {
  test.each([1, 2, 9, 300, 1_024])(
    'a batch of %i is believed as a whole, and each of it can travel on',
    async (count) => {
      const { batch, signature } = signBatch(count)
      const verifier = newVerifier({ sha256: crypto.sha256 })
      addAll(verifier, batch)
      const verdict = await verifier.close({ epoch, count, signature })
      if (!verdict.ok) throw new Error(verdict.code)
      expect(verdict.messages.map(({ position }) => position)).toEqual(
        Array.from({ length: count }, (_, sequence) => ({ epoch, sequence })),
      )
      for (const index of [0, count >> 1, count - 1]) {
        expect(verdict.messages[index]!.bytes).toEqual(batch.signedMessage(index, signature))
        expect(await verifyMessage(verdict.messages[index]!.bytes)).toMatchObject({ ok: true, author: alice.peerId })
      }
    },
  )
})

test('heads may come ahead of their statements', async () => {
  const { batch, signature } = signBatch(3)
  const verifier = newVerifier()
  const head = headOf()
  for (const { statement, salt, payload } of batch.entries) {
    expect(verifier.addBehind(head, statement.subarray(head.bytes.length), salt, payload)).toEqual({ ok: true })
  }
  expect(await verifier.close({ epoch, count: 3, signature })).toMatchObject({ ok: true })
})

test('many types in one batch are told apart', async () => {
  const open = new Batches({ author: alice.peerId, epoch, sha256, random: countingRandom() }).open()
  for (let index = 0; index < 60; index += 1) {
    open.add(headOf({ type: `type-${(index * 7) % 12}` }), particulars(index), payloadOf(index))
  }
  const batch = open.seal()
  const verifier = newVerifier()
  addAll(verifier, batch)
  const verdict = await verifier.close({ epoch, count: 60, signature: await alice.sign(batch.rootBytes) })
  if (!verdict.ok) throw new Error(verdict.code)
  expect(verdict.messages.map(({ type }) => type)).toEqual(
    Array.from({ length: 60 }, (_, index) => `type-${(index * 7) % 12}`),
  )
})

describe('one bad statement costs the batch', () => {
  const { batch, signature } = signBatch(3)
  const [first, second] = batch.entries as [(typeof batch.entries)[number], (typeof batch.entries)[number]]
  const foreign = signBatch(1, { identity: carol }).batch.entries[0]!
  const elsewhere = signBatch(1, { audience: 'anyone' }).batch.entries[0]!

  test.each<[string, (verifier: BatchVerifier) => unknown, string]>([
    ['a bent statement', (v) => v.add(first.statement.subarray(1), first.salt, first.payload), 'SIGNATURE_MALFORMED'],
    ['a short salt', (v) => v.add(first.statement, first.salt.subarray(1), first.payload), 'SIGNATURE_MALFORMED'],
    ['another payload', (v) => v.add(first.statement, first.salt, second.payload), 'SIGNATURE_PAYLOAD'],
    ['another author', (v) => v.add(foreign.statement, foreign.salt, foreign.payload), 'SIGNATURE_AUTHOR'],
    ['another audience', (v) => v.add(elsewhere.statement, elsewhere.salt, elsewhere.payload), 'SIGNATURE_AUDIENCE'],
  ])('%s', async (_, add, code) => {
    const verifier = newVerifier()
    verifier.add(first.statement, first.salt, first.payload)
    expect(add(verifier)).toEqual({ ok: false, code })
    expect(verifier.add(second.statement, second.salt, second.payload)).toEqual({ ok: false, code })
    expect(await verifier.close({ epoch, count: 3, signature })).toEqual({ ok: false, code })
    // And not the next.
    addAll(verifier, batch)
    expect(await verifier.close({ epoch, count: 3, signature })).toMatchObject({ ok: true })
  })

  test.each<[string, object, string]>([
    ['a count too small', { count: 2 }, 'SIGNATURE_MALFORMED'],
    ['a count too large', { count: 4 }, 'SIGNATURE_MALFORMED'],
    ['another epoch', { epoch: epoch + 1 }, 'SIGNATURE_MALFORMED'],
    ['a short signature', { signature: signature.subarray(1) }, 'SIGNATURE_MALFORMED'],
    ['another signature', { signature: signBatch(2).signature }, 'SIGNATURE_REFUSED'],
  ])('or %s at its end', async (_, changes, code) => {
    const verifier = newVerifier()
    addAll(verifier, batch)
    expect(await verifier.close({ epoch, count: 3, signature, ...changes })).toEqual({ ok: false, code })
  })

  test('or statements of two epochs', () => {
    const older = new Batches({ author: alice.peerId, epoch: 5, sha256, random: countingRandom() }).open()
    const said = { position: { epoch: 5, sequence: 0 }, createdMs: 1, expiresMs: 2, codecId: 0 }
    const { statement, salt, payload } = older.add(headOf(), said, payloadOf(0))
    const verifier = newVerifier()
    verifier.add(first.statement, first.salt, first.payload)
    expect(verifier.add(statement, salt, payload)).toEqual({ ok: false, code: 'SIGNATURE_MALFORMED' })
  })

  test('or statements in another order, or with salts exchanged', async () => {
    const reordered = newVerifier()
    for (const { statement, salt, payload } of [...batch.entries].reverse()) reordered.add(statement, salt, payload)
    expect(await reordered.close({ epoch, count: 3, signature })).toEqual({ ok: false, code: 'SIGNATURE_REFUSED' })
    const salted = newVerifier()
    for (const { statement, payload } of batch.entries) salted.add(statement, first.salt, payload)
    expect(await salted.close({ epoch, count: 3, signature })).toEqual({ ok: false, code: 'SIGNATURE_REFUSED' })
  })
})

test('an empty batch is none', async () => {
  const { signature } = signBatch(1)
  expect(await newVerifier().close({ epoch, count: 0, signature })).toEqual({ ok: false, code: 'SIGNATURE_MALFORMED' })
})

test('a batch is bounded in messages and in bytes, and what is past the bound is not kept', () => {
  const { batch } = signBatch(3)
  const few = newVerifier({ entriesMax: 2 })
  const small = newVerifier({ bytesMax: 500 })
  for (const verifier of [few, small]) {
    const verdicts = batch.entries.map(({ statement, salt, payload }) => verifier.add(statement, salt, payload).ok)
    expect(verdicts).toEqual([true, true, false])
    expect(verifier.add(new Uint8Array(0), new Uint8Array(0), new Uint8Array(0))).toEqual({
      ok: false,
      code: 'SIGNATURE_LIMIT',
    })
    expect(verifier.count).toBe(0)
  }
  for (const options of [{ entriesMax: 0 }, { entriesMax: 1_025 }, { bytesMax: 0 }, { bytesMax: 1.5 }]) {
    expect(() => newVerifier(options)).toThrow(TypeError)
  }
})

test('the next batch may come while a signature is being verified', async () => {
  const answers: ((holds: boolean) => void)[] = []
  const ask = (): MaybePromise<boolean> => new Promise((resolve) => answers.push(resolve))
  const verifier = newVerifier({ roots: new VerifiedRoots(ask) })
  const [one, two] = [signBatch(2), signBatch(4)]
  const verdicts = [one, two].map(({ batch, signature }) => {
    addAll(verifier, batch)
    return verifier.close({ epoch, count: batch.count, signature })
  })
  answers[1]!(true)
  answers[0]!(false)
  const [first, second] = await Promise.all(verdicts)
  expect(first).toEqual({ ok: false, code: 'SIGNATURE_REFUSED' })
  expect(second).toMatchObject({ ok: true, messages: { length: 4 } })
})

test('what was collected does not change with the memory that it came in', async () => {
  const { batch, signature } = signBatch(2)
  const verifier = newVerifier()
  for (const { statement, salt, payload } of batch.entries) {
    const [text, grain] = [statement.slice(), salt.slice()]
    verifier.add(text, grain, payload)
    text.fill(0)
    grain.fill(0)
  }
  expect(await verifier.close({ epoch, count: 2, signature })).toMatchObject({ ok: true })
})
