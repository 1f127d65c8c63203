import { bytesToHex, hexToBytes } from '@noble/curves/utils.js'
import { describe, expect, test } from 'vitest'
import type { PayloadCodec } from '../../src/codec/payload-codec.js'
import { nativeCrypto } from '../../src/crypto/native-crypto.js'
import { secp256k1, secp256k1IdentityFromSecret } from '../../src/secp256k1/secp256k1.js'
import { Batches } from '../../src/signing/batch.js'
import { signMessage } from '../../src/signing/sign-message.js'
import { decodeSignedMessage, encodeSignedMessage, type SignedMessage } from '../../src/signing/signed-message.js'
import { createMessageVerifier, type VerifyMessageOptions, verifyMessage } from '../../src/signing/verify-message.js'
import { ed25519Backends, providers } from '../crypto/providers.js'
import { alice, bob, carol, context, epoch, headOf, payloadOf, signBatch } from './samples.js'
import { vectors } from './vectors.js'

/** Member `index` of a batch of `count`, taken apart. */
function memberOf(count: number, index: number): SignedMessage {
  const { batch, signature } = signBatch(count)
  const decoded = decodeSignedMessage(batch.signedMessage(index, signature))
  if (!decoded.ok) throw new Error(decoded.code)
  return decoded.value
}

function verdictOf(message: SignedMessage): unknown {
  return verifyMessage(encodeSignedMessage(message))
}

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

describe('on every runtime', () => {
  test.each(providers)('$name reads the vectors of the wire format', async (crypto) => {
    const verify = createMessageVerifier({ crypto })
    for (const { signedMessage, statement } of vectors) {
      const verdict = await verify(hexToBytes(signedMessage))
      if (!verdict.ok) throw new Error(verdict.code)
      expect(bytesToHex(verdict.statement)).toBe(statement)
      expect(bytesToHex(verdict.bytes)).toBe(signedMessage)
    }
  })

  test.each(ed25519Backends)('$name gives the same verdicts', async ({ backend }) => {
    const verify = createMessageVerifier({ crypto: { sha256: nativeCrypto.sha256, ed25519: backend } })
    const member = memberOf(3, 1)
    const forged = { ...member, signature: member.signature.slice().fill(1, 3, 4) }
    const smallOrder = { ...member, signature: new Uint8Array(64).fill(1, 0, 1) }
    expect(await verify(encodeSignedMessage(member))).toMatchObject({ ok: true })
    expect(await verify(encodeSignedMessage(forged))).toEqual({ ok: false, code: 'SIGNATURE_REFUSED' })
    expect(await verify(encodeSignedMessage(smallOrder))).toEqual({ ok: false, code: 'SIGNATURE_REFUSED' })
  })
})

test('the vectors are what this code writes', () => {
  const { batch, signature } = signBatch(3)
  expect(
    batch.entries.map(({ statement, index }) => ({
      statement: bytesToHex(statement),
      signedMessage: bytesToHex(batch.signedMessage(index, signature)),
    })),
  ).toEqual(vectors)
})

describe('refused', () => {
  test('a payload that is not the one that was signed', () => {
    expect(verdictOf({ ...memberOf(3, 1), payload: payloadOf(2) })).toEqual({ ok: false, code: 'SIGNATURE_PAYLOAD' })
  })

  test('a statement with the path of its sibling', () => {
    const { path, salt, index } = memberOf(4, 2)
    const own = memberOf(4, 1)
    for (const foreign of [{ path }, { salt }, { index }, { index, path }, { index, path, salt }]) {
      expect(verdictOf({ ...own, ...foreign })).toEqual({ ok: false, code: 'SIGNATURE_REFUSED' })
    }
  })

  test('a root under another count, although the path fits', () => {
    const member = memberOf(4, 0)
    expect(verdictOf(member)).toMatchObject({ ok: true })
    // The root was found signed a line above: what is remembered must not answer for another count or epoch.
    expect(verdictOf({ ...member, count: 3 })).toEqual({ ok: false, code: 'SIGNATURE_REFUSED' })
  })

  test('a batch’s epoch that is not the statement’s', () => {
    expect(verdictOf({ ...memberOf(1, 0), epoch: epoch + 1 })).toEqual({ ok: false, code: 'SIGNATURE_MALFORMED' })
  })

  test('the signature of somebody else', () => {
    const member = memberOf(2, 0)
    const { signature } = signBatch(2, { identity: carol })
    expect(verdictOf({ ...member, signature })).toEqual({ ok: false, code: 'SIGNATURE_REFUSED' })
  })

  test('a signature over the statement itself, for keys sign roots and nothing else', async () => {
    const member = memberOf(1, 0)
    const signature = await alice.sign(member.statement)
    expect(verdictOf({ ...member, signature })).toEqual({ ok: false, code: 'SIGNATURE_REFUSED' })
  })

  test('a root in the place of a statement', () => {
    const { batch, signature } = signBatch(1)
    const member = memberOf(1, 0)
    expect(verdictOf({ ...member, statement: batch.rootBytes, signature })).toEqual({
      ok: false,
      code: 'SIGNATURE_MALFORMED',
    })
  })

  test('more bytes than a signed message may have', () => {
    const verify = createMessageVerifier({ signedMessageBytesMax: 100 })
    expect(verify(new Uint8Array(101))).toEqual({ ok: false, code: 'SIGNATURE_LIMIT' })
  })

  test('whatever the backend throws at', async () => {
    const thrown = createMessageVerifier({
      verify: () => {
        throw new Error('no key like that')
      },
    })
    const rejected = createMessageVerifier({ verify: () => Promise.reject(new Error('no key like that')) })
    const bytes = encodeSignedMessage(memberOf(1, 0))
    expect(await thrown(bytes)).toEqual({ ok: false, code: 'SIGNATURE_REFUSED' })
    expect(await rejected(bytes)).toEqual({ ok: false, code: 'SIGNATURE_REFUSED' })
  })
})

test('a statement for one place is never one for another', () => {
  const other = { type: 'borrow', protocol: 'loans', network: 'test', version: 2 }
  for (const [name, value] of Object.entries({ ...other, author: carol.peerId, audience: { to: carol.peerId } })) {
    const changed = headOf({ [name]: value })
    const member = memberOf(3, 1)
    const bodyBytes = member.statement.subarray(headOf().bytes.length)
    const statement = Uint8Array.from([...changed.bytes, ...bodyBytes])
    expect(verdictOf({ ...member, statement }), name).toEqual({ ok: false, code: 'SIGNATURE_REFUSED' })
  }
})

describe('what was expected', () => {
  const bytes = encodeSignedMessage(memberOf(3, 1))

  test('is let through', () => {
    expect(verifyMessage(bytes, { expect: context, nowMs: epoch + 60_999 })).toMatchObject({ ok: true })
    expect(verifyMessage(bytes, { expect: {} })).toMatchObject({ ok: true })
    expect(verifyMessage(bytes, { expect: { type: undefined } })).toMatchObject({ ok: true })
  })

  test.each<VerifyMessageOptions['expect'] & object>([
    { network: 'test' },
    { protocol: 'loans' },
    { type: 'borrow' },
    { version: 2 },
    { author: carol.peerId },
    { audience: { to: carol.peerId } },
    { audience: { topic: bob.peerId } },
    { audience: 'anyone' },
  ])('is not %o', (expected) => {
    expect(verifyMessage(bytes, { expect: expected })).toEqual({ ok: false, code: 'SIGNATURE_UNEXPECTED' })
  })

  test('is over when it has expired, for those who say what time it is', () => {
    expect(verifyMessage(bytes, { nowMs: epoch + 61_000 })).toEqual({ ok: false, code: 'SIGNATURE_EXPIRED' })
    expect(verifyMessage(bytes)).toMatchObject({ ok: true, expiresMs: epoch + 61_000 })
  })
})

test('misuse throws', () => {
  const bytes = encodeSignedMessage(memberOf(1, 0))
  const misspelt: object = { protcol: 'library' }
  expect(() => verifyMessage(bytes, { expect: misspelt })).toThrow(TypeError)
  expect(() => verifyMessage(bytes, { nowMs: Number.NaN })).toThrow(TypeError)
  expect(() => Reflect.apply(verifyMessage, undefined, ['text'])).toThrow(TypeError)
  expect(() => createMessageVerifier({ signedMessageBytesMax: 0 })).toThrow(TypeError)
  expect(() => createMessageVerifier({ rootsMax: 0 })).toThrow(TypeError)
})

test('what is verified is what is used, although the caller writes to its bytes meanwhile', async () => {
  let answer: (holds: boolean) => void = () => {}
  const verify = createMessageVerifier({ verify: () => new Promise((resolve) => (answer = resolve)) })
  const bytes = encodeSignedMessage(memberOf(1, 0))
  const pending = verify(bytes)
  bytes.fill(0)
  answer(true)
  expect(await pending).toMatchObject({ ok: true, payloadBytes: payloadOf(0) })
})

describe('the payload', () => {
  const spelling: PayloadCodec = {
    id: 64,
    name: 'spelling',
    accepts: (value) => typeof value === 'string',
    encode: (value, writer) => void writer.utf8(String(value)),
    decode: (bytes) => {
      if (bytes.length === 1) throw new Error('a codec that breaks its promise')
      return { ok: true, value: new TextDecoder().decode(bytes) }
    },
  }

  function signed(codecId: number, payload: Uint8Array): Uint8Array {
    const { sha256 } = nativeCrypto
    const batch = new Batches({ author: alice.peerId, epoch, sha256, random: (n) => new Uint8Array(n) }).open()
    batch.add(headOf(), { position: { epoch, sequence: 0 }, createdMs: 1, expiresMs: 2, codecId }, payload)
    const sealed = batch.seal()
    const signature = alice.sign(sealed.rootBytes)
    if (signature instanceof Promise) throw new Error('these tests sign synchronously')
    return sealed.signedMessage(0, signature)
  }

  test.each<[string, number, Uint8Array, object]>([
    ['CBOR', 1, Uint8Array.of(0x82, 1, 2), { ok: true, value: [1, 2] }],
    ['CBOR that is cut off', 1, Uint8Array.of(0x82, 1), { ok: false, code: 'CODEC_MALFORMED' }],
    ['a codec that is loaded', 64, Uint8Array.of(0x68, 0x69), { ok: true, value: 'hi' }],
    ['a codec that throws', 64, Uint8Array.of(0x68), { ok: false, code: 'CODEC_MALFORMED' }],
    ['a codec that is not loaded', 65, Uint8Array.of(1), { ok: false, code: 'CODEC_UNKNOWN' }],
  ])('by %s has a verdict of its own', async (_, codecId, bytes, payload) => {
    const verdict = await createMessageVerifier({ codecs: [spelling] })(signed(codecId, bytes))
    if (!verdict.ok) throw new Error(verdict.code)
    expect(verdict.payload).toEqual(payload)
    expect(verdict.payload).toBe(verdict.payload)
  })
})

test('authors with keys of another suite are verified by that suite, and by no other', async () => {
  const author = secp256k1IdentityFromSecret(new Uint8Array(32).fill(7))
  const draft = { network: 'main', protocol: 'library', type: 'returned', version: 1, audience: 'anyone' } as const
  const position = { epoch: 1, sequence: 0 }
  const signed = await signMessage(author, { ...draft, position, createdMs: 1, expiresMs: 2, payload: 1 })
  const verify = createMessageVerifier({ suites: [secp256k1()] })
  expect(await verify(signed)).toMatchObject({ ok: true, author: author.peerId })
  expect(await verify(encodeSignedMessage(memberOf(3, 1)))).toMatchObject({ ok: true, author: alice.peerId })
  expect(await verify(signed.with(-1, (signed.at(-1) ?? 0) ^ 1))).toEqual({ ok: false, code: 'SIGNATURE_REFUSED' })
  expect(await verifyMessage(signed)).toEqual({ ok: false, code: 'SIGNATURE_REFUSED' })
  expect(() => createMessageVerifier({ suites: [], verify: () => true })).toThrow(TypeError)
  expect(() => createMessageVerifier({ suites: [secp256k1(), secp256k1()] })).toThrow(TypeError)
})
