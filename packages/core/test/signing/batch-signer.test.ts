import { expect, test } from 'vitest'
import type { MaybePromise } from '../../src/crypto/crypto-provider.js'
import { nativeCrypto } from '../../src/crypto/native-crypto.js'
import type { SealedBatch } from '../../src/signing/batch.js'
import { BatchSigner } from '../../src/signing/batch-signer.js'
import { verifyMessage } from '../../src/signing/verify-message.js'
import { FakeEnv } from '../fake-env.js'
import { alice, epoch, headOf, particulars, payloadOf } from './samples.js'

interface Signing {
  readonly env: FakeEnv
  readonly signed: { readonly batch: SealedBatch; readonly signature: Uint8Array }[]
  readonly failed: { readonly batch: SealedBatch; readonly cause: unknown }[]
  readonly signer: BatchSigner
  say(count: number): void
}

function startSigning(
  sign: (bytes: Uint8Array) => MaybePromise<Uint8Array> = alice.sign,
  onSigned: () => void = () => {},
): Signing {
  const env = new FakeEnv()
  const signed: Signing['signed'] = []
  const failed: Signing['failed'] = []
  let said = 0
  const signer = new BatchSigner({
    identity: { peerId: alice.peerId, sign },
    epoch,
    sha256: nativeCrypto.sha256,
    env,
    onSigned: (batch, signature) => {
      signed.push({ batch, signature })
      onSigned()
    },
    onFailed: (batch, cause) => failed.push({ batch, cause }),
  })
  const say = (count: number): void => {
    for (let left = count; left > 0; left -= 1) signer.add(headOf(), particulars(said++), payloadOf(said))
  }
  return { env, signed, failed, signer, say }
}

/** A signer that answers when it is told to. */
function slowSigner() {
  const answers: ((bytes?: Uint8Array) => void)[] = []
  const sign = (bytes: Uint8Array): Promise<Uint8Array> =>
    new Promise((resolve, reject) => {
      answers.push((signature) => {
        if (signature === undefined) reject(new Error('the token was pulled out'))
        else resolve(signature.length === 0 ? alice.sign(bytes) : signature)
      })
    })
  return { sign, answers, genuine: new Uint8Array(0) }
}

test('what one turn said is signed at its end by one signature', async () => {
  const { env, signed, say, signer } = startSigning()
  say(3)
  expect(signed).toEqual([])
  expect(signer.waiting).toBe(3)
  env.endTurn()
  expect(signed.map(({ batch }) => batch.count)).toEqual([3])
  expect(signer.waiting).toBe(0)
  const [{ batch, signature }] = signed as [Signing['signed'][number]]
  for (const { index } of batch.entries) {
    expect(await verifyMessage(batch.signedMessage(index, signature))).toMatchObject({ ok: true })
  }
})

test('nothing is signed when nothing was said', () => {
  const { env, signed, say } = startSigning()
  say(1)
  env.endTurn()
  env.endTurn()
  expect(signed).toHaveLength(1)
})

test('while a signature is being made, everything said becomes the next batch', async () => {
  const { sign, answers, genuine } = slowSigner()
  const { env, signed, say, signer } = startSigning(sign)
  say(1)
  env.endTurn()
  for (let turn = 0; turn < 5; turn += 1) {
    say(10)
    env.endTurn()
  }
  expect(answers).toHaveLength(1)
  answers[0]!(genuine)
  await env.settle()
  expect(answers).toHaveLength(2)
  answers[1]!(genuine)
  await env.settle()
  expect(signed.map(({ batch }) => batch.count)).toEqual([1, 50])
  expect(signer.waiting).toBe(0)
  say(1)
  env.endTurn()
  expect(answers).toHaveLength(3)
})

test('more than 1,024 statements are several batches, in order', async () => {
  const { sign, answers, genuine } = slowSigner()
  const slow = startSigning(sign)
  const quick = startSigning()
  for (const { say, env } of [slow, quick]) {
    say(2_500)
    env.endTurn()
  }
  for (let batch = 0; batch < 3; batch += 1) {
    answers[batch]!(genuine)
    await slow.env.settle()
  }
  for (const { signed } of [slow, quick]) {
    expect(signed.map(({ batch }) => batch.count)).toEqual([1_024, 1_024, 452])
    const sequences = signed.flatMap(({ batch }) =>
      batch.entries.map(({ payload }) => new TextDecoder().decode(payload)),
    )
    expect(sequences).toEqual(Array.from({ length: 2_500 }, (_, index) => `payload ${index + 1}`))
  }
})

test('a signer that fails costs its batch and no other', async () => {
  const { sign, answers, genuine } = slowSigner()
  const { env, signed, failed, say, signer } = startSigning(sign)
  say(2)
  env.endTurn()
  say(1)
  answers[0]!()
  await env.settle()
  answers[1]!(genuine)
  await env.settle()
  expect(failed).toMatchObject([{ batch: { count: 2 }, cause: new Error('the token was pulled out') }])
  expect(signed.map(({ batch }) => batch.count)).toEqual([1])
  expect(signer.waiting).toBe(0)
})

test('so does one that throws, and one that gives something else than a signature', async () => {
  const { sign, answers } = slowSigner()
  const slow = startSigning(sign)
  const thrown = startSigning(() => {
    throw new Error('no key here')
  })
  for (const { say, env } of [slow, thrown]) {
    say(1)
    env.endTurn()
  }
  answers[0]!(new Uint8Array(63))
  await slow.env.settle()
  expect(thrown.failed).toMatchObject([{ cause: new Error('no key here') }])
  expect(slow.failed).toMatchObject([{ cause: expect.any(TypeError) }])
})

test('what a callback says while a signer takes its time is signed next, and never beside another batch', async () => {
  const { sign, answers, genuine } = slowSigner()
  let again = 3
  const signing: Signing = startSigning(sign, () => {
    if (again > 0) signing.say(1)
    again -= 1
  })
  signing.say(1)
  signing.env.endTurn()
  for (let made = 1; made <= 4; made += 1) {
    expect(answers).toHaveLength(made)
    answers[made - 1]!(genuine)
    // Microtasks alone first, then what was said meanwhile and every turn that was asked for.
    await Promise.resolve()
    signing.say(1)
    await signing.env.settle()
  }
  expect(signing.signed.map(({ batch }) => batch.count)).toEqual([1, 1, 2, 2])
  expect(answers).toHaveLength(5)
})

test('an identity that gives nothing at all fails its batch', async () => {
  const sign = (): Uint8Array => JSON.parse('null')
  const { env, failed, say, signer } = startSigning(sign)
  say(1)
  env.endTurn()
  await env.settle()
  expect(failed).toMatchObject([{ cause: expect.any(TypeError) }])
  expect(signer.waiting).toBe(0)
})

test('a callback that throws is reported and stops nothing', () => {
  const { env, signed, say } = startSigning(alice.sign, () => {
    throw new Error('a bug of ours')
  })
  say(1)
  env.endTurn()
  say(1)
  env.endTurn()
  expect(signed).toHaveLength(2)
  expect(env.logged.map(({ level }) => level)).toEqual(['error', 'error'])
})

test('what a callback says is signed in the next turn', () => {
  let again = 3
  const signing: Signing = startSigning(alice.sign, () => {
    if (again > 0) signing.say(1)
    again -= 1
  })
  signing.say(1)
  signing.env.endTurn()
  expect(signing.signed).toHaveLength(1)
  for (let turn = 0; turn < 5; turn += 1) signing.env.endTurn()
  expect(signing.signed).toHaveLength(4)
})
